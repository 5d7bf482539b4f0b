#!/usr/bin/env python3
"""Kills the service with SIGKILL while it works, starts it again, and checks that it kept its word.

    tests/e2e/kill/harness.py --program target/e2e/valkeep-crash --kills 60 [--seed N]

The first kills are at each crash point of the program in turn (built with the feature `crash-points`), the rest at
random moments, some of them again while it recovers. The seed decides the moments and the calls; what the threads
meet at each moment it cannot decide.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path

E2E = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(E2E / "trial"), str(E2E), str(E2E.parents[1] / "script")]

from checks import Broken, check, whole_lineages  # noqa: E402
from kit.service import NotStarted  # noqa: E402
from model import THERE, Model, Snapshot  # noqa: E402
from setup import clients_of  # noqa: E402
from trial import Trial  # noqa: E402
from workload import Workload  # noqa: E402

START_LIMIT_S = 5
REACH_LIMIT_S = 20
RANDOM_KILL_WITHIN_S = 2.5
KILLED = -9


class Harness:
    def __init__(self, service, setup, dice):
        self.service, self.setup, self.dice = service, setup, dice
        self.model = Model()
        self.model.snapshots[setup.base] = Snapshot({THERE}, setup.base, False)
        self.kills, self.slowest_start_s = 0, 0.0

    def kill_at(self, point):
        """Whether the point was reached, during the start or under load."""
        try:
            self.restart(VALKEEP_CRASH_AT=point)
        except NotStarted as end:
            if end.status != KILLED:
                raise
            self.kills += 1
            return True
        return self.under_load(REACH_LIMIT_S)

    def kill_at_random(self):
        self.restart()
        self.under_load(self.dice.uniform(0, RANDOM_KILL_WITHIN_S))
        while self.dice.random() < 0.25:
            # Again, while it recovers.
            self.restart()
            time.sleep(self.dice.uniform(0, 0.3))
            self.kill()

    def under_load(self, limit_s):
        """Runs the workload until the service dies by itself, or kills it at the limit. Whether it died by itself."""
        workload = Workload(clients_of(self.service), self.model, self.dice, self.setup)
        workload.start()
        by_itself = self.service.wait_end(limit_s)
        if by_itself and self.service.process.returncode != KILLED:
            raise Broken(f"the service ended by itself with status {self.service.process.returncode}")
        self.kill()
        workload.stop()
        if workload.broken:
            raise workload.broken[0]
        return by_itself

    def kill(self):
        self.service.kill()
        self.kills += 1

    def restart(self, **settings):
        if self.service.running():
            self.service.kill()
        started = time.monotonic()
        self.service.start(**settings)
        took_s = time.monotonic() - started
        self.slowest_start_s = max(self.slowest_start_s, took_s)
        if took_s > START_LIMIT_S:
            raise Broken(f"the service needed {took_s:.1f} s to start after a kill; the limit is {START_LIMIT_S} s")

    def check(self):
        self.restart()
        check(clients_of(self.service), self.model, self.setup, self.service.data)


def main():
    arguments = parse()
    points = subprocess.run([arguments.program, "crash-points"], capture_output=True, text=True, check=True).stdout.split()
    if not points:
        sys.exit(f"error: {arguments.program} names no crash points; build it with `--features crash-points`")
    Trial("kill", arguments.program, arguments.seed).run(lambda trial: run(trial, points, arguments.kills))


def run(trial, points, kills):
    harness = Harness(trial.service, trial.begin(), trial.dice)
    unreached = [point for point in points if not killed_and_checked(harness, point)]
    # A point may need a moment that did not come the first time.
    unreached = [point for point in unreached if not killed_and_checked(harness, point)]
    while harness.kills < kills:
        harness.kill_at_random()
        harness.check()
        report(harness, "at random")
    lineages = whole_lineages(clients_of(harness.service), harness.model, harness.setup, trial.engine)
    model = harness.model
    print(f"\n{harness.kills} kills, {len(points) - len(unreached)} of {len(points)} crash points; {model.acknowledged} calls acknowledged, "
          f"{model.unknown} cut off; {len(model.snapshots)} snapshots of {lineages} saves are there and load; "
          f"slowest start {harness.slowest_start_s:.2f} s")
    if unreached:
        print(f"crash points that no call reached: {', '.join(unreached)}")
    return not unreached


def killed_and_checked(harness, point):
    reached = harness.kill_at(point)
    harness.check()
    report(harness, f"at {point}" if reached else f"{point} was not reached")
    return reached


def report(harness, where):
    print(f"kill {harness.kills:4} {where}: {harness.model.there()} snapshots there, {harness.model.acknowledged} calls acknowledged", flush=True)


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, type=Path, help="valkeep, built with the feature crash-points")
    parser.add_argument("--kills", type=int, default=60)
    parser.add_argument("--seed", type=int, help="decides moments and calls (default: a new one)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
