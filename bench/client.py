#!/usr/bin/env python3
"""The client beside curl and the AWS CLI v2: wall time, CPU time and peak memory of one command, in turns.

All three send the same signed CopySnapshot to the same endpoint on loopback, which answers at once.
"""

import argparse
import asyncio
import multiprocessing
import statistics
import subprocess
import sys
import tempfile

import common
from common import RELEASE, tools
from kit import aws

ANSWER = """<CopySnapshotResponse xmlns="http://elasticache.amazonaws.com/doc/2015-02-02/"><CopySnapshotResult><Snapshot>\
<SnapshotName>my-snapshot-copy</SnapshotName><SnapshotStatus>copying</SnapshotStatus><Port>6379</Port><NodeSnapshots><NodeSnapshot>\
<NodeGroupId>0001</NodeGroupId><CacheSize>6 MB</CacheSize><SnapshotCreateTime>2026-11-21T01:02:03Z</SnapshotCreateTime></NodeSnapshot>\
</NodeSnapshots></Snapshot></CopySnapshotResult></CopySnapshotResponse>"""
KEY, SECRET, REGION = "AKIAEXAMPLE000000001", "secret", "us-east-1"
COPY = ["elasticache", "copy-snapshot", "--source-snapshot-name", "my-snapshot", "--target-snapshot-name", "my-snapshot-copy"]


def serve(port):
    """Answers every request at once; runs in a process of its own."""
    async def answer(reader, writer):
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nContent-Length: {len(ANSWER)}\r\n\r\n".encode()
        try:
            while request := await reader.readuntil(b"\r\n\r\n"):
                length = next((int(line[15:]) for line in request.lower().split(b"\r\n") if line.startswith(b"content-length:")), 0)
                await reader.readexactly(length)
                writer.write(head + ANSWER.encode())
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        writer.close()

    async def listen():
        server = await asyncio.start_server(answer, "127.0.0.1", 0)
        port.send(server.sockets[0].getsockname()[1])
        await server.serve_forever()

    asyncio.run(listen())


# Linux counts a child's peak from the size of who forked it, so the one that forks is small. It sets the least figure: 9 MiB.
SPAWN = """
import os, sys, time
started = time.perf_counter()
quiet = [(os.POSIX_SPAWN_OPEN, fd, "/dev/null", os.O_RDWR, 0) for fd in (0, 1)]
pid = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ, file_actions=quiet)
_, status, usage = os.wait4(pid, 0)
wall_s = time.perf_counter() - started
print(status, wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss)
"""


def measure(command, environment):
    """(wall ms, CPU ms, peak MiB) of one run."""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", SPAWN, *command], env=environment, capture_output=True, text=True, check=True)
    status, wall_s, cpu_s, peak_kib = map(float, done.stdout.split())
    if status != 0:
        raise common.Fault(f"{' '.join(command)} failed: {done.stderr}")
    return wall_s * 1000, cpu_s * 1000, peak_kib / 1024


def summary(runs):
    wall, cpu, peak = zip(*runs)
    return {"wall_ms": round(statistics.median(wall), 2), "wall_ms_least": round(min(wall), 2),
            "cpu_ms": round(statistics.median(cpu), 2), "peak_mib": round(max(peak), 1), "runs": len(runs)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    ours, theirs = str(RELEASE), str(tools.aws_v2())
    inside, outside = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(outside,), daemon=True)
    server.start()
    endpoint = f"http://127.0.0.1:{inside.recv()}/"
    with tempfile.TemporaryDirectory() as home:
        environment = aws.environment(home, {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_REGION": REGION,
                                             "AWS_ENDPOINT_URL": endpoint})
        form = "Action=CopySnapshot&Version=2015-02-02&SourceSnapshotName=my-snapshot&TargetSnapshotName=my-snapshot-copy"
        curl = ["curl", "-sf", "--aws-sigv4", f"aws:amz:{REGION}:elasticache", "--user", f"{KEY}:{SECRET}", "-d", form, endpoint]
        jobs = {"copy-snapshot, valkeep": [ours, *COPY], "copy-snapshot, curl": curl, "copy-snapshot, aws v2": [theirs, *COPY],
                "--version, valkeep": [ours, "--version"], "skeleton, valkeep": [ours, *COPY[:2], "--generate-cli-skeleton"]}
        runs = {name: [] for name in jobs}
        for _ in range(arguments.rounds):
            for name, command in jobs.items():
                runs[name].append(measure(command, environment))
    server.terminate()
    results = {name: summary(taken) for name, taken in runs.items()}
    own, other, plain = (results[f"copy-snapshot, {who}"] for who in ("valkeep", "aws v2", "curl"))
    ratios = {"aws v2 / valkeep, wall": round(other["wall_ms"] / own["wall_ms"], 1), "aws v2 / valkeep, CPU": round(other["cpu_ms"] / own["cpu_ms"], 1),
              "valkeep / curl, wall": round(own["wall_ms"] / plain["wall_ms"], 2)}
    common.save("client", {**results, **ratios})


if __name__ == "__main__":
    main()
