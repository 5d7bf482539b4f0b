"""The client does what the real AWS CLI v2 was seen to do.

VALKEEP_BINARY names the program under test (default: target/release/valkeep).
"""

import os
from pathlib import Path

import pytest

import cases

PROGRAM = os.environ.get("VALKEEP_BINARY") or str(Path(__file__).resolve().parents[2] / "target/release/valkeep")
LOADED = cases.load()


def everything():
    for file, content in LOADED.items():
        for case in content["cases"]:
            yield pytest.param(case, content.get("answers", {}), id=f"{file.stem}/{case['name'].replace(' ', '-')}")


def test_there_are_cases():
    assert sum(len(content["cases"]) for content in LOADED.values()) > 100


@pytest.mark.parametrize("case, answers", list(everything()))
def test_case(case, answers):
    found = list(cases.differences(case, cases.observe(PROGRAM, case, answers)))
    assert not found, "\n".join(found)
