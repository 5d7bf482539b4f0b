"""A relay between the service and a node, which ends the node at a chosen byte of a dump."""

import socket
import threading

# Moments before the first byte of a dump.
ASKED, WAITING = "when it is asked", "while its fork waits"


class Relay:
    """Passes connections on to a port of this machine, and counts the bytes of dumps, from the `$` on.

    `point` is ASKED, WAITING (the node's first newline) or a number of bytes. Once a dump has come so far, and not a byte
    further, `end_node` is called, and every connection is cut. While the node is away, so are connections to it."""

    def __init__(self, node_port):
        self.node_port, self.point, self.end_node = node_port, None, None
        self.dumped = 0
        self.links, self.lock = set(), threading.Lock()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                service, _ = self.listener.accept()
            except OSError:
                return
            try:
                node = socket.create_connection(("127.0.0.1", self.node_port))
            except OSError:
                service.close()
                continue
            with self.lock:
                self.links |= {service, node}
            dump = threading.Event()
            threading.Thread(target=self.carry, args=(service, node, lambda data, dump=dump: self.question(data, dump)), daemon=True).start()
            threading.Thread(target=self.carry, args=(node, service, lambda data, dump=dump: self.answer(data, dump)), daemon=True).start()

    def carry(self, source, target, pass_on):
        """Hands on what `pass_on` lets through, until either side is gone."""
        try:
            while data := source.recv(1 << 16):
                passed = pass_on(data)
                target.sendall(passed)
                if len(passed) < len(data) or self.at(self.dumped):
                    self.strike()
        except OSError:
            pass
        for end in (source, target):
            self.shut(end)

    def question(self, data, dump):
        """Of a dump that is asked for, the count begins."""
        if b"SYNC\r\n" in data:
            self.dumped = 0
            dump.set()
            if self.point == ASKED:
                return b""
        return data

    def answer(self, data, dump):
        if not dump.is_set():
            return data
        body = data if self.dumped else data.lstrip(b"\n")
        newlines = len(data) - len(body)
        if newlines and self.point == WAITING:
            return b""
        passed = body[:self.point - self.dumped] if isinstance(self.point, int) else body
        self.dumped += len(passed)
        return data[:newlines] + passed

    def at(self, count):
        return isinstance(self.point, int) and count == self.point

    def strike(self):
        """Ends the node, once, and cuts all connections."""
        with self.lock:
            self.point, end_node, self.end_node = None, self.end_node, None
            if end_node:
                end_node()
            links, self.links = self.links, set()
        for link in links:
            self.shut(link)

    def shut(self, link):
        with self.lock:
            self.links.discard(link)
        try:
            link.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass
        link.close()

    def close(self):
        self.listener.close()
        self.strike()
