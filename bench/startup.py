#!/usr/bin/env python3
"""Time from the start of the process to its first answer, on an existing directory: after a clean stop and after SIGKILL.

The first answer is a signed DescribeSnapshots with status 200, asked for every millisecond.
"""

import argparse
import subprocess
import time

import common
from common import Client, engine, processes, signed

IDLE_S = 2


def first_answer_ms(service, port, credentials):
    """Starts the process and asks until it answers."""
    endpoint = f"http://127.0.0.1:{port}"
    with open(service.log, "a") as log:
        started = time.perf_counter()
        service.process = subprocess.Popen([service.program, "serve", "--data", service.data, "--listen", f"127.0.0.1:{port}"],
                                           env=service.environment(), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=log)
    while True:
        try:
            if signed.query(endpoint, credentials, "DescribeSnapshots").status == 200:
                return (time.perf_counter() - started) * 1000
        except OSError:
            pass
        if service.process.poll() is not None or time.perf_counter() - started > 30:
            raise common.Fault(f"the service did not start\n{service.log_text()[-2000:]}")
        time.sleep(0.001)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=15)
    parser.add_argument("--snapshots", type=int, default=1000, help="snapshots in the catalog")
    arguments = parser.parse_args()
    results = {"snapshots": arguments.snapshots}
    with common.service() as service:
        service.start()
        client = Client(service)
        with client.group(common.redis()) as server:
            server.call("SET", "key", "value")
        client.call("CreateSnapshot", SnapshotName="s", ReplicationGroupId=common.GROUP)
        client.available("s")
        for n in range(arguments.snapshots - 1):
            client.call("CopySnapshot", SourceSnapshotName="s", TargetSnapshotName=f"s-{n}")
            client.available("s")
        port, credentials = engine.free_port(), service.credentials()
        for name, end in (("after a clean stop", service.stop), ("after SIGKILL", service.kill)):
            taken = []
            for _ in range(arguments.times):
                end()
                taken.append(first_answer_ms(service, port, credentials))
            taken.sort()
            results[f"first answer {name}, ms"] = {"median": round(taken[len(taken) // 2], 1), "most": round(taken[-1], 1)}
        time.sleep(IDLE_S)
        results["idle_resident_mib"] = round(processes.memory_mib(service.process.pid), 1)
    common.save("startup", results)


if __name__ == "__main__":
    main()
