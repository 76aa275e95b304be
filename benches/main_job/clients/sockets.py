"""A hand-written telnet client: one socket, one thread for each host at a time, no more round trips than are needed.

With the argument `kept` its threads keep the template that they parse with."""

import socket
import sys

from common import COMMAND, PASSWORD, USER, arguments, parse, parse_kept, with_threads

IAC, DONT, DO, WONT, WILL = 255, 254, 253, 252, 251


class Client:
    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""

    def read_until(self, *ends):
        while not self.buffer.rstrip().endswith(ends):
            data = self.socket.recv(65536)
            if not data:
                raise EOFError(self.buffer[-80:])
            self.buffer += self.negotiate(data)
        text, self.buffer = self.buffer, b""
        return text

    def negotiate(self, data):
        """Refuses what is offered and asked for, ECHO and SGA excepted."""
        text, answer, at = bytearray(), bytearray(), 0
        while at < len(data):
            if data[at] != IAC:
                text.append(data[at])
                at += 1
                continue
            verb, option = data[at + 1], data[at + 2]
            if verb == WILL:
                answer += bytes([IAC, DO if option in (1, 3) else DONT, option])
            elif verb == DO:
                answer += bytes([IAC, WONT, option])
            at += 3
        if answer:
            self.socket.sendall(answer)
        return bytes(text)

    def send(self, line):
        self.socket.sendall(line.encode() + b"\r\n")


def visit(host, port):
    client = Client(host, port)
    client.read_until(b"Username:")
    client.send(USER)
    client.read_until(b"Password:")
    client.send(PASSWORD)
    client.read_until(b"#")
    client.send("terminal length 0")
    client.read_until(b"#")
    client.send(COMMAND)
    text = client.read_until(b"#")
    client.send("exit")
    client.socket.close()
    return text.decode().replace("\r\n", "\n")


if __name__ == "__main__":
    hosts, _, workers = arguments()
    with_threads(hosts, workers, visit, parse_kept if "kept" in sys.argv else parse)
