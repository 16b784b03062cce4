#!/usr/bin/env python3
"""A mailbox on the loopback: POP3 (RFC 1939) with the messages of a folder,
for whoever logs in, until standard input ends. Prints its port.

usage: pop3.py FOLDER
"""

import hashlib
import pathlib
import socketserver
import sys
import threading

messages = [
    path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    for path in sorted(pathlib.Path(sys.argv[1]).iterdir())
]


class Session(socketserver.StreamRequestHandler):
    def say(self, text, body=None):
        self.wfile.write(f"+OK {text}\r\n".encode())
        if body is not None:
            for line in body.split(b"\r\n")[:-1]:
                dot = b"." if line.startswith(b".") else b""
                self.wfile.write(dot + line + b"\r\n")
            self.wfile.write(b".\r\n")

    def listing(self, tell):
        lines = [f"{i} {tell(m)}\r\n" for i, m in enumerate(messages, 1)]
        self.say("list", "".join(lines).encode())

    def handle(self):
        self.say("ready")
        for line in self.rfile:
            word, *rest = line.decode().split() or [""]
            word = word.upper()
            if word == "CAPA":
                self.say("capabilities", b"UIDL\r\nUSER\r\nTOP\r\n")
            elif word == "STAT":
                self.say(f"{len(messages)} {sum(map(len, messages))}")
            elif word == "LIST" and rest:
                self.say(f"{rest[0]} {len(messages[int(rest[0]) - 1])}")
            elif word == "LIST":
                self.listing(len)
            elif word == "UIDL" and not rest:
                self.listing(lambda m: hashlib.sha256(m).hexdigest()[:32])
            elif word in ("RETR", "TOP"):
                self.say("message", messages[int(rest[0]) - 1])
            elif word in ("USER", "PASS", "DELE", "NOOP", "RSET", "QUIT"):
                self.say("done")
                if word == "QUIT":
                    return
            else:
                self.wfile.write(b"-ERR what?\r\n")


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


with Server(("127.0.0.1", 0), Session) as server:
    print(server.server_address[1], flush=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    sys.stdin.read()
