#!/usr/bin/env python3
"""Makes the disk of the service fail, one call at a time, and checks that it kept its word.

    tests/e2e/disk/harness.py --program target/e2e/valkeep --points 120 [--seed N]
    tests/e2e/disk/harness.py --program target/e2e/valkeep --all

A point is a phase (the start, or a call with the job behind it), a kind of call on files, the how-manieth of them in that
phase, an error, and whether it lasts. First every phase runs alone and its calls are counted; then points are drawn. At
each point: what was acknowledged stays, what was refused left nothing, a fault that passed is got over without a word to the
caller, and after the fault the service works again as it is, and after a restart.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

HERE = Path(__file__).resolve()
E2E = HERE.parents[1]
sys.path[:0] = [str(HERE.parent), str(E2E / "trial"), str(E2E), str(E2E.parents[1] / "script")]

from botocore.exceptions import ClientError  # noqa: E402

from checks import MOVING, Broken, check_answers, check_blobs, whole_lineages  # noqa: E402
from faults import ERRORS, OPERATIONS, SHORT, Faults, called  # noqa: E402
from kit.service import NotStarted  # noqa: E402
from model import GONE, THERE, Model, Snapshot  # noqa: E402
from setup import clients_of  # noqa: E402
from trial import Trial  # noqa: E402
from workload import Worker  # noqa: E402

PHASES = ["start", "create", "copy", "reseal", "export", "tag", "put", "put_parts", "remove", "delete"]
# A lasting fault ends after so many failed calls, or when nothing asks for the disk any more.
LASTING_HITS = 4
HELD_LIMIT_S = 3
QUIET_LIMIT_S = 60
RESTART_EVERY = 10


@dataclass(frozen=True)
class Point:
    phase: str
    operation: str
    nth: int
    error: int
    lasting: bool

    def __str__(self):
        return f"{self.phase}: {self.operation} {self.nth} {'and all later ones meet' if self.lasting else 'meets'} {called(self.error)}"


class Harness:
    def __init__(self, service, faults, setup, dice):
        self.service, self.faults, self.setup, self.model = service, faults, setup, Model()
        self.model.snapshots[setup.base] = Snapshot({THERE}, setup.base, False)
        self.dice, self.reached = dice, 0
        self.connect()

    def connect(self):
        self.clients = clients_of(self.service)
        workload = SimpleNamespace(clients=self.clients, model=self.model, setup=self.setup)
        self.worker = Worker(workload, 0, self.dice)

    def calls_of(self, phase):
        """How often each operation is called in a phase that meets no fault."""
        self.prepare(phase)
        self.faults.count()
        self.run_well(phase)
        self.check()
        seen = self.faults.seen()
        self.faults.disarm()
        return seen

    def prepare(self, phase):
        """What a phase works on is there."""
        if phase in ("tag", "delete") and not self.worker.snapshots():
            self.run_well("copy")
            self.check()

    def try_point(self, point):
        self.prepare(point.phase)
        before = set(self.model.snapshots), set(self.model.exports)
        self.faults.arm(point.operation, point.nth, point.error, point.lasting)
        if point.phase == "start":
            self.start_with_fault()
        else:
            getattr(self.worker, point.phase)()
            self.wait_until_met(point)
        hits = self.faults.hits()
        self.faults.disarm()
        self.reached += hits > 0
        self.excuse(point, *before)
        self.check()
        self.run_well("copy" if point.phase == "start" else point.phase)
        self.check()
        return hits

    def start_with_fault(self):
        """A start may be refused, in words; then nothing is left of it that hinders the next one."""
        self.service.kill()
        try:
            self.service.start(**self.faults.environment)
        except NotStarted as end:
            if end.status is None:
                raise Broken("the start hung") from end
            self.faults.disarm()
            self.service.start(**self.faults.environment)
        self.connect()

    def wait_until_met(self, point):
        """Until the fault was met often enough, or can be met no more."""
        wanted = LASTING_HITS if point.lasting else 1
        until = time.monotonic() + (HELD_LIMIT_S if point.lasting else QUIET_LIMIT_S)
        while self.faults.hits() < wanted and not self.quiet() and time.monotonic() < until:
            time.sleep(0.02)

    def quiet(self):
        """Whether no status moves. While the disk fails the question may go unanswered."""
        try:
            pages = list(self.clients.elasticache.get_paginator("describe_snapshots").paginate())
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] < 500:
                raise
            return False
        return not any(s["SnapshotStatus"] in MOVING for page in pages for s in page["Snapshots"])

    def excuse(self, point, snapshots, exports):
        """Under a fault that lasts a job may end without success; one that passed is no excuse, and neither is a short count."""
        excused = point.lasting and point.error != SHORT
        for name, snapshot in self.model.snapshots.items():
            snapshot.may_fail = excused and name not in snapshots
        if excused:
            for key in self.model.exports.keys() - exports:
                states, lineage = self.model.exports[key]
                self.model.exports[key] = states | {GONE}, lineage

    def run_well(self, phase):
        """The phase without a fault, at the first attempt."""
        if phase == "start":
            self.restart()
        elif (outcome := getattr(self.worker, phase)()) != "acknowledged" and phase not in ("tag", "delete"):
            raise Broken(f"after the fault {phase} was {outcome}")

    def restart(self):
        self.service.kill()
        self.service.start(**self.faults.environment)
        self.connect()

    def check(self):
        check_answers(self.clients, self.model, self.setup)
        if "panicked" in self.service.log_text():
            raise Broken("the service panicked")

    def check_files(self):
        """Nothing is left behind. The sweeper takes some seconds for it."""
        check_blobs(self.service.data)
        if begun := [file.name for file in self.service.data.glob("*.new")]:
            raise Broken(f"files of a broken write were left: {begun}")


def main():
    arguments = parse()
    trial = Trial("disk", arguments.program, arguments.seed)
    faults = Faults(trial.directory, trial.service.data)
    trial.run(lambda _: run(trial, faults, arguments), lambda: "\n".join(faults.told()[-10:]))


def run(trial, faults, arguments):
    harness = Harness(trial.service, faults, trial.begin(big_mib=2, **faults.environment), trial.dice)
    started = time.monotonic()
    points = draw({phase: harness.calls_of(phase) for phase in PHASES}, harness.dice)
    if not points:
        raise Broken("no call on a file was seen: the service runs without the library")
    chosen = points if arguments.all else points[:arguments.points]
    print(f"{len(points)} points, {len(chosen)} of them tried", flush=True)
    for number, point in enumerate(chosen, 1):
        began = time.monotonic()
        hits = harness.try_point(point)
        print(f"{number:5} {point}: {hits} calls failed, {time.monotonic() - began:.1f} s", flush=True)
        if number % RESTART_EVERY == 0 or number == len(chosen):
            harness.check_files()
            harness.restart()
            harness.check()
            harness.check_files()
    lineages = whole_lineages(harness.clients, harness.model, harness.setup, trial.engine)
    print(f"\n{harness.reached} of {len(chosen)} points met their fault; {harness.model.acknowledged} calls acknowledged, "
          f"{harness.model.unknown} answered by a failure; {len(harness.model.snapshots)} snapshots of {lineages} saves are there "
          f"and load; {time.monotonic() - started:.0f} s")
    return True


def draw(calls, dice):
    """All points, in an order in which every start of the list has each phase, operation and error about as often."""
    stacks = []
    for phase in PHASES:
        for operation in OPERATIONS:
            for error in ERRORS[operation]:
                for lasting in (False, True):
                    stack = [Point(phase, operation, nth, error, lasting) for nth in range(1, calls[phase][operation] + 1)]
                    dice.shuffle(stack)
                    stacks.append(stack)
    dice.shuffle(stacks)
    points = []
    while stacks := [stack for stack in stacks if stack]:
        points += [stack.pop() for stack in stacks]
    return points


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", required=True, type=Path, help="valkeep")
    parser.add_argument("--points", type=int, default=120, help="how many points are tried (default 120)")
    parser.add_argument("--all", action="store_true", help="try every point, for hours")
    parser.add_argument("--seed", type=int, help="decides which points and in which order (default: a new one)")
    return parser.parse_args()


if __name__ == "__main__":
    main()
