#!/usr/bin/env python3
"""Resident memory of the service while 1 GiB of mixed data is saved, copied and exported; the time of a same-key copy.

The node's own memory is not counted: it is another process.
"""

import argparse
import random
import time

import common
from common import Client, processes, signed

BUCKET = "bench-exports"
MIB = 1 << 20
IDLE_S = 2


def fill(server, mib, seed=9):
    """Mixed data: two thirds of it text, one third random bytes; strings, hashes, lists, sets and sorted sets."""
    dice = random.Random(seed)
    words = [bytes(dice.choices(b"abcdefghijklmnopqrstuvwxyz", k=dice.randint(3, 10))) for _ in range(2000)]
    text = b" ".join(dice.choices(words, k=600_000))
    noise = dice.randbytes(4 * MIB)

    def piece(length):
        pool = noise if dice.random() < 0.34 else text
        at = dice.randrange(len(pool) - length)
        return pool[at:at + length]

    def commands():
        left = mib * MIB
        number = 0
        while left > 0:
            number += 1
            kind, length = number % 10, 500 if mib < 64 else 4000
            if number % 500 == 0:
                command = ["SET", f"big:{number}", piece(MIB)]
            elif kind < 6:
                command = ["SET", f"text:{number}", piece(length)]
            elif kind < 7:
                command = ["HSET", f"hash:{number}", *(x for f in range(20) for x in (f"field {f}", piece(length // 20)))]
            elif kind < 8:
                command = ["RPUSH", f"list:{number}", *(piece(length // 20) for _ in range(20))]
            elif kind < 9:
                command = ["SADD", f"set:{number}", *(piece(length // 20) for _ in range(20))]
            else:
                command = ["ZADD", f"scores:{number}", *(x for m in range(20) for x in (m, piece(length // 20)))]
            left -= sum(len(w) for w in command if isinstance(w, bytes))
            yield command
    server.calls(commands())


class Watch:
    """The most memory resident while the block runs, by the kernel's own mark."""

    def __init__(self, pid):
        self.pid = pid

    def __enter__(self):
        processes.forget_peak(self.pid)
        self.started = time.monotonic()
        return self

    def __exit__(self, *_):
        self.figures = {"seconds": round(time.monotonic() - self.started, 2),
                        "peak_resident_mib": round(processes.memory_mib(self.pid, "VmHWM"), 1)}


def s3(service, method, path, query="", body=b"", headers=()):
    signer = signed.Signer(service.endpoint, service.credentials(), service="s3")
    answer = signed.send(service.endpoint, method, path, query, signer.headers(method, path, query, body, more=headers), body)
    if answer.status != 200:
        raise common.Fault(f"{method} {path}: {answer.status} {answer.body[:300]}")


def bucket(service):
    s3(service, "PUT", f"/{BUCKET}")
    grantee = "id=540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353"
    s3(service, "PUT", f"/{BUCKET}", "acl=", headers={"x-amz-grant-full-control": grantee})


def copy_time_ms(client, source, times=20):
    """Median time from the request to `available` of a same-key copy."""
    taken = []
    for n in range(times):
        started = time.perf_counter()
        client.call("CopySnapshot", SourceSnapshotName=source, TargetSnapshotName=f"{source}-copy-{n}")
        while client.call("DescribeSnapshots", SnapshotName=f"{source}-copy-{n}").text("SnapshotStatus") != "available":
            pass
        taken.append((time.perf_counter() - started) * 1000)
        client.available(source)
    return round(sorted(taken)[times // 2], 2)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mib", type=int, default=1024, help="payload of the large data set")
    mib = parser.parse_args().mib
    results = {}
    with common.service() as service:
        service.start()
        client, pid = Client(service), service.process.pid
        bucket(service)
        time.sleep(IDLE_S)
        results["idle_resident_mib"] = round(processes.memory_mib(pid), 1)
        key = next(v for v in service.admin("key", "create").values() if isinstance(v, str) and ":key/" in v)
        with client.group(common.redis()) as server:
            for name, size in (("small", 1), ("large", mib)):
                server.call("FLUSHALL")
                fill(server, size)
                with Watch(pid) as watch:
                    client.call("CreateSnapshot", SnapshotName=name, ReplicationGroupId=common.GROUP)
                    client.available(name)
                results[f"create {name}"] = watch.figures
                eventually_free(client)
        for name in ("small", "large"):
            results[f"copy {name}, same key, median ms"] = copy_time_ms(client, name)
        for what, more in (("copy large, other key", {"TargetSnapshotName": "resealed", "KmsKeyId": key}),
                           ("export large", {"TargetSnapshotName": "out", "TargetBucket": BUCKET})):
            with Watch(pid) as watch:
                client.call("CopySnapshot", SourceSnapshotName="large", **more)
                client.available("large")
                client.available(more["TargetSnapshotName"] if "KmsKeyId" in more else "large")
            results[what] = watch.figures
    common.save("memory", {"payload_mib": mib, **results})


def eventually_free(client):
    common.eventually("the group is available", lambda: client.call(
        "DescribeReplicationGroups", ReplicationGroupId=common.GROUP).text("Status") == "available")


if __name__ == "__main__":
    main()
