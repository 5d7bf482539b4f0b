#!/usr/bin/env python3
"""Requests per second, latency and server CPU of CopySnapshot and DescribeSnapshots, at a small and a large catalog.

A closed loop: each of N connections has one request under way, and sends the next when the answer is whole. Every
request is signed anew. CPU is that of the service's process alone, from /proc.
"""

import argparse
import itertools
import selectors
import socket
import time
import urllib.parse

import common
from common import Client, processes, signed

FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
SOURCE = "bench-source"


class Connection:
    """One kept-alive connection with at most one request under way."""

    def __init__(self, host, port):
        self.socket = socket.create_connection((host, port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received, self.sent_at = b"", 0.0

    def send(self, raw):
        self.received, self.sent_at = b"", time.perf_counter()
        self.socket.sendall(raw)

    def receive(self):
        """Status and body once the answer is whole, else None."""
        chunk = self.socket.recv(1 << 16)
        if not chunk:
            raise ConnectionError("the service closed the connection")
        self.received += chunk
        head, found, body = self.received.partition(b"\r\n\r\n")
        if not found:
            return None
        length = next(int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
        return (int(head.split(b" ", 2)[1]), body) if len(body) >= length else None


class Load:
    def __init__(self, service):
        self.service = service
        self.signer = signed.Signer(service.endpoint, service.credentials())
        url = urllib.parse.urlsplit(service.endpoint)
        self.host, self.port = url.hostname, url.port
        self.numbers = itertools.count()

    def raw(self, action, **parameters):
        body = signed.form({"Action": action, "Version": signed.API_VERSION, **parameters}).encode()
        headers = {**self.signer.headers("POST", "/", "", body, more=FORM), "content-length": str(len(body))}
        return b"POST / HTTP/1.1\r\n" + "".join(f"{n}: {v}\r\n" for n, v in headers.items()).encode() + b"\r\n" + body

    def copy(self):
        return self.raw("CopySnapshot", SourceSnapshotName=SOURCE, TargetSnapshotName=f"copy-{next(self.numbers)}")

    def describe(self):
        return self.raw("DescribeSnapshots", SnapshotName=SOURCE)

    def run(self, make, clients, seconds=None, count=None):
        """Figures of a closed loop, bounded in time or in number."""
        selector = selectors.DefaultSelector()
        latencies, refusals, sent = [], {}, 0
        started, cpu_s = time.perf_counter(), processes.cpu_s(self.service.process.pid)
        until = started + (seconds or 3600)

        def goes_on():
            return time.perf_counter() < until and (count is None or sent < count)
        for _ in range(clients):
            connection = Connection(self.host, self.port)
            selector.register(connection.socket, selectors.EVENT_READ, connection)
            connection.send(make())
            sent += 1
        waiting = clients
        while waiting:
            ready = selector.select(timeout=30)
            if not ready:
                raise TimeoutError("no answer within 30 s")
            for key, _ in ready:
                connection = key.data
                if (answer := connection.receive()) is None:
                    continue
                latencies.append(time.perf_counter() - connection.sent_at)
                if answer[0] != 200:
                    refusal = answer[1].partition(b"<Code>")[2].partition(b"<")[0].decode() or str(answer[0])
                    refusals[refusal] = refusals.get(refusal, 0) + 1
                if goes_on():
                    connection.send(make())
                    sent += 1
                else:
                    selector.unregister(connection.socket)
                    connection.socket.close()
                    waiting -= 1
        took_s = time.perf_counter() - started
        cpu_s = processes.cpu_s(self.service.process.pid) - cpu_s
        latencies.sort()
        good = len(latencies) - sum(refusals.values())
        return {"clients": clients, "seconds": round(took_s, 2), "answered": len(latencies), "refused": refusals,
                "accepted_per_s": round(good / took_s, 1), "p50_ms": ms(latencies, 0.5), "p99_ms": ms(latencies, 0.99),
                "server_cpu_ms_per_request": round(cpu_s / len(latencies) * 1000, 4)}


def ms(latencies, share):
    return round(latencies[min(len(latencies) - 1, int(len(latencies) * share))] * 1000, 3)


def fill_up(load, wanted, have):
    """Copies until the catalog holds that many snapshots."""
    while have < wanted:
        figures = load.run(load.copy, 16, count=wanted - have)
        accepted = figures["answered"] - sum(figures["refused"].values())
        if accepted == 0:
            raise common.Fault(f"no copy was accepted: {figures['refused']}")
        have += accepted
    return have


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalog", type=int, nargs="+", default=[100, 100_000], help="snapshots in the catalog, ascending")
    parser.add_argument("--clients", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--seconds", type=float, default=10, help="length of each run")
    arguments = parser.parse_args()
    results = []
    with common.service() as service:
        service.start()
        client = Client(service)
        with client.group(common.redis()) as server:
            server.call("SET", "key", "value")
        client.call("CreateSnapshot", SnapshotName=SOURCE, ReplicationGroupId=common.GROUP)
        client.available(SOURCE)
        load, have = Load(service), 1
        for wanted in arguments.catalog:
            have = fill_up(load, wanted, have)
            for clients in arguments.clients:
                for name, make in (("DescribeSnapshots of one name", load.describe), ("CopySnapshot, same key", load.copy)):
                    client.available(SOURCE)
                    figures = load.run(make, clients, arguments.seconds)
                    if make == load.copy:
                        have += figures["answered"] - sum(figures["refused"].values())
                    results.append({"what": name, "catalog": wanted, **figures})
                    print(results[-1], flush=True)
        memory = {"resident_mib": round(processes.memory_mib(service.process.pid), 1), "snapshots_at_the_end": have}
    common.save("load", {"runs": results, **memory})


if __name__ == "__main__":
    main()
