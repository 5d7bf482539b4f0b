"""A node that exists only to be captured: it serves one RDB file of any size, made while it is sent.

For sizes that no server here could hold in memory. It speaks as much of the protocol as a replica's side needs.
"""

import socketserver
import struct
import threading

MIB = 1 << 20
INFO = (b"# Server\r\nredis_version:7.0.15\r\nprocess_id:1\r\nloading:0\r\nused_memory:1000000\r\nused_memory_dataset:1000000\r\n"
        b"role:master\r\ncluster_enabled:0\r\n")


def length(number):
    return b"\x80" + struct.pack(">I", number) if number < 1 << 32 else b"\x81" + struct.pack(">Q", number)


def strings(total_mib, value_mib):
    """(size, pieces) of an RDB with strings of `value_mib` that add up to `total_mib`. It bears no checksum."""
    text = (b"the quick brown fox jumps over the lazy dog; %d " * (MIB // 40))[:MIB]
    count = total_mib // value_mib
    head = b"REDIS0010\xfe\x00"
    key = lambda n: b"\x00" + length(12) + b"value:%06d" % n + length(value_mib * MIB)  # noqa: E731
    tail = b"\xff" + bytes(8)
    size = len(head) + count * (len(key(0)) + value_mib * MIB) + len(tail)

    def pieces():
        yield head
        for n in range(count):
            yield key(n)
            for _ in range(value_mib):
                yield text
        yield tail
    return size, pieces


class Node(socketserver.ThreadingTCPServer):
    """Listens on a free port of 127.0.0.1 while the block runs."""

    allow_reuse_address = daemon_threads = True

    def __init__(self, size, pieces):
        super().__init__(("127.0.0.1", 0), Conversation)
        self.size, self.pieces = size, pieces
        self.port = self.server_address[1]

    def __enter__(self):
        threading.Thread(target=self.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()


class Conversation(socketserver.StreamRequestHandler):
    def handle(self):
        while command := self.command():
            if command == [b"INFO"]:
                self.wfile.write(b"$%d\r\n%s\r\n" % (len(INFO), INFO))
            elif command[0] == b"SYNC":
                self.wfile.write(b"$%d\r\n" % self.server.size)
                for piece in self.server.pieces():
                    self.wfile.write(piece)
                return
            else:
                self.wfile.write(b"+OK\r\n")

    def command(self):
        head = self.rfile.readline()
        return [self.word() for _ in range(int(head[1:]))] if head.startswith(b"*") else None

    def word(self):
        return self.rfile.read(int(self.rfile.readline()[1:]) + 2)[:-2]
