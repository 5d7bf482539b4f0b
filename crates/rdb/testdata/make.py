#!/usr/bin/env python3
"""make.py NAME=SERVER [NAME=SERVER …]: writes NAME.rdb beside this file with every kind of value that the server can make.

SERVER is the path of a redis-server or valkey-server binary; a NAME that ends in `-cluster` starts it in cluster mode, one that
ends in `-packed` or `-unpacked` with the settings of SETTINGS.
Only loopback and the standard library are used. Prints the facts that the tests expect: keys, expires, databases, functions.
"""
import os, shutil, socket, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))

# Small thresholds make both the packed and the plain form of each type from a handful of elements.
BOTH_FORMS = {"hash-max-*-entries": 4, "zset-max-*-entries": 4, "set-max-*-entries": 4, "set-max-intset-entries": 4,
              "list-max-*-size": 4, "stream-node-max-entries": 3}
# Everything in one piece, in the largest nodes that there are, or everything apart. A server does not know all of them.
SETTINGS = {
    "packed": {"hash-max-*-value": 8192, "zset-max-*-value": 8192, "set-max-*-value": 8192,
               "list-max-*-size": -5, "stream-node-max-entries": 0, "stream-node-max-bytes": 0},
    "unpacked": {"hash-max-*-entries": 0, "zset-max-*-entries": 0, "set-max-*-entries": 0, "set-max-intset-entries": 0,
                 "list-max-*-size": 1, "stream-node-max-entries": 1, "rdbcompression": "no"},
}


class Node:
    def __init__(self, binary, cluster, checksum):
        self.dir = tempfile.mkdtemp(prefix="rdb-sample-")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1] % 10000 + 20000 if cluster else probe.getsockname()[1]
        options = ["--port", str(port), "--bind", "127.0.0.1", "--dir", self.dir, "--save", "", "--appendonly", "no"]
        if cluster:
            options += ["--cluster-enabled", "yes"]
        if not checksum:
            options += ["--rdbchecksum", "no"]
        if "6.2" not in subprocess.run([binary, "--version"], capture_output=True, text=True).stdout:
            options += ["--enable-debug-command", "yes"]
        self.process = subprocess.Popen([binary] + options, stdout=subprocess.DEVNULL)
        for _ in range(100):
            try:
                self.link = socket.create_connection(("127.0.0.1", port)).makefile("rwb")
                return
            except OSError:
                time.sleep(0.1)
        sys.exit(f"{binary} does not start")

    def reply(self):
        line = self.link.readline()[:-2]
        kind, rest = line[:1], line[1:]
        if kind == b"$":
            return None if rest == b"-1" else self.link.read(int(rest) + 2)[:-2]
        if kind == b"*":
            return [self.reply() for _ in range(int(rest))]
        return line if kind == b"-" else rest

    def __call__(self, *words):
        words = [w if isinstance(w, bytes) else str(w).encode() for w in words]
        self.link.write(b"*%d\r\n" % len(words) + b"".join(b"$%d\r\n%s\r\n" % (len(w), w) for w in words))
        self.link.flush()
        return self.reply()

    def close(self):
        self.process.terminate()
        self.process.wait()
        shutil.rmtree(self.dir)


def configure(do, settings):
    for name, value in settings.items():
        for packed in ("ziplist", "listpack") if "*" in name else ("",):
            do("CONFIG", "SET", name.replace("*", packed), value)


def fill(do):
    for n in (0, -1, 127, -128, 128, -32768, 32768, 2**31 - 1, -(2**31), 2**31, 2**63 - 1):
        do("SET", f"int:{n}", n)
    do("SET", "text:empty", "")
    do("SET", "text:short", "hello")
    do("SET", "text:14bit", bytes((i * 7 + i // 11) % 251 for i in range(300)))
    do("SET", "text:lzf", "snapshot " * 60)
    do("SET", "k" * 90, "a key that is compressed itself")
    do("RPUSH", "list:small", "a", "b", "3")
    do("RPUSH", "list:big", *[f"element-{i}" for i in range(12)])
    if not do("DEBUG", "QUICKLIST-PACKED-THRESHOLD", "100b").startswith(b"-"):
        do("RPUSH", "list:plain", "p" * 150, "small", bytes(range(200)))
    do("SADD", "set:ints", 1, 2, 70000)
    do("SADD", "set:small", "a", "b")
    do("SADD", "set:big", *[f"member-{i}" for i in range(9)])
    do("HSET", "hash:small", "field", "value")
    do("HSET", "hash:big", *[x for i in range(7) for x in (f"field-{i}", f"value-{i}")])
    do("ZADD", "zset:small", 1.5, "a", -2, "b")
    do("ZADD", "zset:big", "-inf", "low", "+inf", "high", *[x for i in range(6) for x in (i / 3, f"m{i}")])
    do("XGROUP", "CREATE", "stream:empty", "idle", "$", "MKSTREAM")
    for i in range(8):
        do("XADD", "stream:full", f"{1700000000000 + i}-{i}", "field", f"value-{i}")
    do("XDEL", "stream:full", "1700000000001-1")
    for group in ("readers", "others"):
        do("XGROUP", "CREATE", "stream:full", group, "0")
    do("XREADGROUP", "GROUP", "readers", "alice", "COUNT", 3, "STREAMS", "stream:full", ">")
    do("XREADGROUP", "GROUP", "readers", "bob", "COUNT", 2, "STREAMS", "stream:full", ">")
    do("XACK", "stream:full", "readers", "1700000000000-0")
    do("XGROUP", "CREATECONSUMER", "stream:full", "others", "idle")
    do("FUNCTION", "LOAD", "#!lua name=one\nredis.register_function('one', function() return 1 end)")
    do("FUNCTION", "LOAD", "#!lua name=two\nredis.register_function('two', function() return 2 end)")
    for name, fields in (("hash:ttl:small", 2), ("hash:ttl:big", 7)):
        if isinstance(do("HTTL", "nothing", "FIELDS", 1, "f"), list):
            do("HSET", name, *[x for i in range(fields) for x in (f"f{i}", f"v{i}")])
            do("HPEXPIREAT", name, 4102444800000, "FIELDS", 1, "f1")
    do("SET", "expiring:1", "x", "PXAT", 4102444800000)
    do("SET", "expiring:2", "y", "PXAT", 4102444800001)
    do("PEXPIREAT", "set:big", 4102444800002)


def fill_wide(do):
    """Elements of the longest encodings, and an integer whose last bytes look like an element of their own."""
    do("RPUSH", "list:wide", "0" * 4100, "1" * 4100)
    do("RPUSH", "list:numbers", 0x10105, *[sign * (2**bits + 2) for bits in (0, 6, 12, 15, 23, 31, 62) for sign in (1, -1)])


def main():
    for argument in sys.argv[1:]:
        name, binary = argument.split("=", 1)
        kind = name.rsplit("-", 1)[-1]
        cluster = kind == "cluster"
        do = Node(binary, cluster, checksum=kind != "unpacked")
        try:
            configure(do, SETTINGS.get(kind, BOTH_FORMS))
            if cluster:
                do("CLUSTER", "ADDSLOTS", *range(16384))
                while b"cluster_state:ok" not in do("CLUSTER", "INFO"):
                    time.sleep(0.1)
            fill(do)
            if kind in SETTINGS:
                fill_wide(do)
            if not cluster:
                do("SELECT", 3)
                do("SET", "other database", 1)
                do("SELECT", 15)
                do("CONFIG", "SET", "maxmemory-policy", "allkeys-lfu" if "8" in name else "allkeys-lru")
                do("SET", "last database", 1, "PXAT", 4102444800003)
            saved = do("SAVE")
            functions = do("FUNCTION", "LIST")
            keyspace = do("INFO", "keyspace").decode().split()[2:]
            rows = [dict(x.split("=") for x in line.split(":")[1].split(",")) for line in keyspace]
            shutil.copy(os.path.join(do.dir, "dump.rdb"), os.path.join(HERE, name + ".rdb"))
            print(name, saved, "keys", sum(int(r["keys"]) for r in rows), "expires", sum(int(r["expires"]) for r in rows),
                  "databases", len(rows), "functions", len(functions) if isinstance(functions, list) else 0,
                  "bytes", os.path.getsize(os.path.join(HERE, name + ".rdb")))
        finally:
            do.close()


if __name__ == "__main__":
    main()
