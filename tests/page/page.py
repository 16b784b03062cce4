#!/usr/bin/env python3
"""The pages of `reports html` in a browser: on a screen and on a phone, light
and dark, without a complaint in the console and without anything loaded; what
sender's text does in it; sorting, filtering, printing, links.

With SCREENSHOTS=FOLDER, it leaves pictures there.

usage: page.py PROGRAM
"""

import os
import pathlib
import subprocess
import sys
import tempfile

import browser

PROGRAM = os.path.abspath(sys.argv[1])
HERE = pathlib.Path(__file__).parent
HOSTILE = "<img src=x onerror='window.hit=1'><script>window.hit=1</script>"
DAY = 86400
BEGIN = 1767225600  # 2026-01-01

failed = False


def expect(what, got, wanted):
    global failed
    if got != wanted:
        failed = True
        print(f"{what}: {got!r}, not {wanted!r}")


def escape(text):
    for a, b in ("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"):
        text = text.replace(a, b)
    return text


def write_report(folder, org, domain, day, p):
    begin = BEGIN + day * DAY
    records = "".join(
        f"""<record><row><source_ip>192.0.2.{last}</source_ip>
<count>{count}</count><policy_evaluated><disposition>{disposition}
</disposition><dkim>{dkim}</dkim><spf>fail</spf>{reason}
</policy_evaluated></row>
<identifiers><header_from>{domain}</header_from></identifiers>
<auth_results><spf><domain>{domain}</domain><result>fail</result></spf>
</auth_results></record>"""
        for last, count, disposition, dkim, reason in (
            (1, 90 + day * 7 % 50, "none", "pass", ""),
            (2 + day % 40, 5, "quarantine", "fail", ""),
            (98, 3, "none", "fail", f"<reason><type>"
             f"{'forwarded' if day % 2 == 0 else escape(HOSTILE)}</type>"
             "<comment>looks so</comment></reason>"),
            (99, 1 + day % 3, "reject", "fail", ""),
        )
    )
    name = f"{abs(hash((org, domain, day)))}.xml"
    (folder / name).write_text(
        f"""<feedback><report_metadata><org_name>{escape(org)}</org_name>
<email>dmarc@receiver.example</email><report_id>{day}-{domain}</report_id>
<date_range><begin>{begin}</begin><end>{begin + DAY - 1}</end></date_range>
</report_metadata><policy_published><domain>{domain}</domain><p>{p}</p>
</policy_published>{records}</feedback>"""
    )


def reports(db, *words):
    subprocess.run(
        [PROGRAM, "--config", "/dev/null", "--db", db, *words],
        check=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def column(view, number, table="#domains ~ .wide table"):
    return view.run(
        f"""Array.from(document.querySelector("{table}").tBodies[0].rows)
        .filter(row => row.getClientRects().length > 0)
        .map(row => row.cells[{number}].textContent)"""
    )


def check_everywhere(view, url, name):
    shots = os.environ.get("SCREENSHOTS")
    for width, height in (1280, 900), (390, 844):
        for scheme in "light", "dark":
            view.open(url, width, height, scheme)
            where = f"{name}, {width} pixels, {scheme}"
            wrong = view.run((HERE / "checks.js").read_text())
            expect(f"{where}: checks", wrong, [])
            expect(f"{where}: the console", view.complaints(), [])
            if shots:
                view.screenshot(f"{shots}/{name}-{width}-{scheme}.png", False)


def check_hostile(view, url):
    view.open(url, 1280, 900, "light")
    expect("a sender's script ran", view.run("window.hit === undefined"), True)
    expect("scripts", view.run("document.scripts.length"), 1)
    expect("images", view.run("document.images.length"), 0)
    expect(
        "a sender's text is shown as it is",
        view.run(f"document.body.textContent.includes({HOSTILE!r})"),
        True,
    )


def check_reasons(view, folder):
    """Why receivers did not follow the policy, and how often they say so."""
    for page, wanted in (
        ("domain1.example", [["forwarded", "delivered", "90"]]),
        ("index", [["forwarded", "delivered", "1,638"],
                   [HOSTILE, "delivered", "828"]]),
    ):
        check_reasons_of(view, folder / f"{page}.html", wanted)


def check_reasons_of(view, page, wanted):
    view.open(page.as_uri(), 1280, 900, "light")
    rows = view.run(
        """Array.from(document.querySelectorAll("table"))
        .filter(table => table.caption.textContent.startsWith("Reasons"))
        .map(table => Array.from(table.tBodies[0].rows)
            .map(row => Array.from(row.cells).map(c => c.textContent)))"""
    )
    expect(f"reasons in {page.name}",
           [[row[:3] for row in table] for table in rows], [wanted])


def press(view, key, code):
    for kind in "keyDown", "keyUp":
        view.call(
            "Input.dispatchKeyEvent",
            type=kind,
            key=key,
            code=key,
            windowsVirtualKeyCode=code,
            text="\r" if key == "Enter" else "",
        )


def check_table(view, url):
    """Sorted by mouse and keyboard, filtered, and short at first."""
    view.open(url, 1280, 900, "light")
    button = "document.querySelectorAll('#domains ~ .wide thead button')[%d]"
    expect("rows at first", len(column(view, 0)), 15)
    view.run(button % 0 + ".click()")
    view.run("document.querySelector('#domains ~ button.more').click()")
    names = column(view, 0)
    expect("rows", len(names), 30)
    expect("sorted by name", names, sorted(names))
    view.run(button % 1 + ".focus()")
    press(view, "Enter", 13)
    counts = [int(text.replace(",", "")) for text in column(view, 1)]
    expect("sorted by number", counts, sorted(counts, reverse=True))
    expect(
        "aria-sort",
        view.run(button % 1 + ".parentNode.getAttribute('aria-sort')"),
        "descending",
    )
    press(view, "Enter", 13)
    expect("turned around", column(view, 1)[0], f"{min(counts):,}")
    view.run("document.querySelector('#domains ~ .filter input').focus()")
    view.call("Input.insertText", text="domain7.")
    expect("filtered", column(view, 0), ["domain7.example"])
    expect(
        "said",
        view.run("document.querySelector('#domains ~ .filter [role=status]').textContent"),
        "1 of 30 rows",
    )


def check_print(view, url):
    view.open(url, 1280, 900, "light")
    view.call("Emulation.setEmulatedMedia", media="print")
    view.run("window.dispatchEvent(new Event('beforeprint'))")
    expect("open on paper", view.run("!document.querySelector("
           "'details:not([open])')"), True)
    expect("rows on paper", len(column(view, 0)), 30)
    view.run("window.dispatchEvent(new Event('afterprint'))")
    expect("closed again", view.run("!document.querySelector("
           "'details[open]')"), True)
    view.call("Emulation.setEmulatedMedia", media="")


def check_folder(view, folder):
    index = folder / "index.html"
    view.open(index.as_uri(), 1280, 900, "light")
    links = view.run(
        "Array.from(document.querySelectorAll('tbody a')).map(a => a.href)"
    )
    expect("links of the index", len(links), 30)
    for link in links:
        path = pathlib.Path(link.removeprefix("file://"))
        expect(f"{link} is there", path.is_file(), True)
    expect("console", view.complaints(), [])
    check_everywhere(view, links[0], "domain")


def main():
    if browser.program() is None:
        print("skipped: there is no chromium")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "in").mkdir()
        for number in range(30):
            for day in range(0, 60, 1 + number % 5):
                write_report(
                    folder / "in",
                    HOSTILE if day % 7 == 3 else "Bigmail Inc.",
                    f"domain{number}.example",
                    day,
                    "none" if day < 40 else "reject",
                )
        db = f"{name}/reports.db"
        reports(db, "import", f"{name}/in", f"{HERE}/../fixtures/mail",
                f"{HERE}/../cli/input")
        days = "--since", "2026-01-01", "--until", "2026-03-01"
        only = [word for number in range(30)
                for word in ("--domain", f"domain{number}.example")]
        whole = folder / "whole.html"
        mixed = folder / "mixed.html"
        reports(db, "html", "--output", str(whole), *days, *only)
        reports(db, "html", "--output", str(mixed), "--all")
        reports(db, "html", "--output", f"{name}/pages/", *days, *only)
        view = browser.Browser()
        try:
            check_everywhere(view, whole.as_uri(), "whole")
            check_everywhere(view, mixed.as_uri(), "mixed")
            check_hostile(view, whole.as_uri())
            check_table(view, whole.as_uri())
            check_print(view, whole.as_uri())
            check_folder(view, folder / "pages")
            check_reasons(view, folder / "pages")
        finally:
            view.close()
    sys.exit(1 if failed else 0)


main()
