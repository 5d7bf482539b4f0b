"""What the service has acknowledged, and so must still be true after it was killed.

A call ends in one of three ways: acknowledged, refused (a fault: nothing happened), or unknown (the connection broke:
it happened wholly or not at all). Every fact is therefore a set of acceptable states, and shrinks when it is seen.
"""

import threading
from dataclasses import dataclass, field

THERE, GONE = "there", "gone"
ABSENT = None


@dataclass
class Snapshot:
    """One name. `lineage` is the snapshot whose bytes it holds; `may_fail` while it comes from a live node."""

    states: set
    lineage: str
    may_fail: bool
    tags: list = field(default_factory=lambda: [{}])


@dataclass
class Model:
    snapshots: dict = field(default_factory=dict)
    # Exported objects: key -> (acceptable states, lineage).
    exports: dict = field(default_factory=dict)
    # Objects that the workload itself put: key -> acceptable digests, ABSENT among them.
    objects: dict = field(default_factory=dict)
    clusters: dict = field(default_factory=dict)
    # Digest of the bytes of a lineage, once an export showed it.
    digests: dict = field(default_factory=dict)
    acknowledged: int = 0
    unknown: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def count(self, outcome):
        with self.lock:
            self.acknowledged += outcome == "acknowledged"
            self.unknown += outcome == "unknown"

    def there(self):
        return sum(1 for s in self.snapshots.values() if s.states == {THERE})
