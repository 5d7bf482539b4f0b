"""A small client of the Redis protocol (RESP2)."""

import socket


class RespError(Exception):
    """The server answered with an error."""


class Resp:
    """One connection. Commands are words: str, bytes, int or float."""

    def __init__(self, host, port, username=None, password=None, timeout_s=60):
        self.socket = socket.create_connection((host, int(port)), timeout=timeout_s)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.answers = self.socket.makefile("rb", 1 << 20)
        if password is not None:
            self.call("AUTH", *([username] if username else []), password)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.answers.close()
        self.socket.close()

    def call(self, *words):
        self.socket.sendall(encode(words))
        answer = self.read()
        if isinstance(answer, RespError):
            raise answer
        return answer

    def text(self, *words):
        return self.call(*words).decode()

    def calls(self, commands, bytes_at_once=1 << 20):
        """Sends many commands, a bounded number of bytes ahead of the answers; returns the answers."""
        answers, waiting, size, sent = [], [], 0, 0
        for words in commands:
            raw = encode(words)
            waiting.append(raw)
            size += len(raw)
            sent += 1
            if size >= bytes_at_once or sent >= 1000:
                answers += self.flush(waiting, sent)
                waiting, size, sent = [], 0, 0
        return answers + self.flush(waiting, sent)

    def flush(self, raw, count):
        self.socket.sendall(b"".join(raw))
        answers = [self.read() for _ in range(count)]
        for answer in answers:
            if isinstance(answer, RespError):
                raise answer
        return answers

    def read(self):
        line = self.answers.readline()
        if not line.endswith(b"\r\n"):
            raise ConnectionError("the server closed the connection")
        kind, rest = line[:1], line[1:-2]
        if kind == b"+":
            return rest
        if kind == b"-":
            return RespError(rest.decode("utf-8", "replace"))
        if kind == b":":
            return int(rest)
        length = int(rest)
        if length < 0:
            return None
        if kind == b"$":
            return self.answers.read(length + 2)[:-2]
        return [self.read() for _ in range(length)]


def encode(words):
    parts = [b"*%d\r\n" % len(words)]
    for word in words:
        raw = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(parts)
