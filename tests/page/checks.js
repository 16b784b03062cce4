// What is wrong with the page, as a list of sentences. In the spirit of axe:
// names, labels, headings, contrast.
(function () {
  var wrong = [];
  function say(what, node) {
    wrong.push(what + (node ? ": " + node.outerHTML.slice(0, 120) : ""));
  }
  function all(what) { return Array.from(document.querySelectorAll(what)); }

  if (!document.documentElement.lang) say("no language");
  if (!document.title) say("no title");
  if (all("main").length !== 1) say("not one main");
  if (all("h1").length !== 1) say("not one h1");
  if (document.documentElement.scrollWidth > innerWidth)
    say("wider than the screen: " + document.documentElement.scrollWidth);

  var level = 0;
  all("h1, h2, h3, h4").forEach(function (heading) {
    var here = Number(heading.tagName[1]);
    if (here > level + 1) say("heading skips a level", heading);
    if (!heading.textContent.trim()) say("empty heading", heading);
    level = here;
  });

  var ids = {};
  all("[id]").forEach(function (node) {
    if (ids[node.id]) say("id twice", node);
    ids[node.id] = true;
  });
  all("a[href^='#']").forEach(function (link) {
    if (!ids[link.getAttribute("href").slice(1)]) say("dead link", link);
  });

  all("svg").forEach(function (svg) {
    var name = svg.getAttribute("aria-labelledby");
    if (svg.getAttribute("aria-hidden") === "true") return;
    if (svg.getAttribute("role") !== "img" || !ids[name])
      say("drawing without a name", svg);
  });
  all("figure").forEach(function (figure) {
    if (!figure.querySelector("figcaption")) say("no caption", figure);
    if (!figure.querySelector("table tbody tr")) say("no table", figure);
  });
  all("table").forEach(function (table) {
    if (!table.caption) say("table without caption", table);
    if (table.querySelector("thead th:not([scope])")) say("no scope", table);
    Array.from(table.tBodies[0].rows).forEach(function (row) {
      if (row.cells.length !== table.tHead.rows[0].cells.length)
        say("row with too many or few cells", row);
    });
  });
  all("input").forEach(function (input) {
    if (!input.labels.length) say("input without label", input);
  });
  all("button, a, summary").forEach(function (node) {
    if (!node.textContent.trim()) say("nothing to read", node);
  });

  function numbers(color) {
    var found = color.match(/[\d.]+/g).map(Number);
    return found.length < 4 ? found.concat(1) : found;
  }
  function light(color) {
    var parts = color.slice(0, 3).map(function (part) {
      part /= 255;
      return part <= 0.03928 ? part / 12.92 :
        Math.pow((part + 0.055) / 1.055, 2.4);
    });
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
  }
  function behind(node) {
    for (; node; node = node.parentElement) {
      var color = numbers(getComputedStyle(node).backgroundColor);
      if (color[3] === 1) return color;
    }
    return [255, 255, 255, 1];
  }
  function ratio(a, b) {
    var x = light(a), y = light(b);
    return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05);
  }
  var texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    var node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim() || node.closest("script, style, svg"))
      continue;
    if (ratio(numbers(getComputedStyle(node).color), behind(node)) < 4.5)
      say("too little contrast", node);
  }
  // What carries meaning by colour stands out from the page.
  all("svg.bar rect, .plot svg rect:not(.hit), .line").forEach(function (part) {
    var style = getComputedStyle(part);
    var paint = part.classList.contains("line") ? style.stroke : style.fill;
    if (ratio(numbers(paint), behind(part)) < 2)
      say("cannot be told from the page", part);
  });
  return wrong.slice(0, 20);
})()
