#!/usr/bin/env python3
"""What zsh makes of TAB, in a terminal: words of an option, an option, names
of the database, a command.

usage: zsh.py PROGRAM
"""
import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time

SECONDS = 30
HERE = os.path.dirname(os.path.abspath(__file__))
# What is typed before TAB, and the line that becomes of it.
CASES = [
    ("reports qua", "reports quarantine "),
    ("reports list --form", "reports list --format "),
    ("reports list --format c", "reports list --format csv "),
    ("reports list --format=jsonl --dom", "--domain "),
    ("reports failures --domain exa", "--domain example.org "),
    ("reports summary --verified sus", "suspicious"),
]


class Shell:
    def __init__(self, environment, folder):
        pid, self.terminal = pty.fork()
        if pid == 0:
            os.chdir(folder)
            os.execvpe("zsh", ["zsh", "-f", "-i"], environment)
        self.pid = pid

    def type(self, text):
        os.write(self.terminal, text.encode())

    def wait(self, text):
        """Reads until text is there; what was read, and whether."""
        got, end = "", time.monotonic() + SECONDS
        while text not in got and time.monotonic() < end:
            if select.select([self.terminal], [], [], 1)[0]:
                try:
                    got += os.read(self.terminal, 4096).decode(
                        "utf-8", "replace")
                except OSError:
                    break
        return got, text in got

    def end(self):
        self.type("\x03exit\r")
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def main():
    if shutil.which("zsh") is None:
        print("skipped: there is no zsh here")
        return 77
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        os.symlink(os.path.realpath(sys.argv[1]), folder + "/reports")
        database = folder + "/r.db"
        subprocess.run([folder + "/reports", "--db", database, "import",
                        HERE + "/input"], check=False,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        shell = Shell(dict(
            os.environ, TERM="dumb", LC_ALL="C.UTF-8", REPORTS_DB=database,
            PATH=folder + ":" + os.environ["PATH"], HISTFILE="",
            COLUMNS="200"), folder)
        completion = os.path.realpath(HERE + "/../../dist/completion")
        shell.type(f"fpath=({completion} $fpath); autoload -Uz compinit; "
                   f"compinit -u -d {folder}/dump; unsetopt zle_bracketed_paste"
                   "; PS1=; echo rea''dy\r")
        if not shell.wait("ready\r\n")[1]:
            print("zsh does not begin")
            return 1
        for typed, line in CASES:
            shell.type(typed + "\t")
            got, found = shell.wait(line)
            if not found:
                wrong += 1
                print(repr(typed), "becomes", repr(got[-200:]), "not", line)
            shell.type("\x15echo ne''xt\r")  # the line is thrown away
            shell.wait("next\r\n")
        shell.end()
    print(len(CASES), "lines,", wrong, "wrong")
    return 1 if wrong else 0


sys.exit(main())
