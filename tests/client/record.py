#!/usr/bin/env python3
"""Writes the golden records with the real AWS CLI v2.

    tests/client/record.py              cases that have no record yet
    tests/client/record.py --all        every case anew; read the diff
"""

import argparse
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "script"))

import cases  # noqa: E402
from kit import tools  # noqa: E402


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--all", action="store_true")
    arguments = parser.parse_args()
    reference = str(tools.aws_v2())
    for file, content in cases.load().items():
        wanted = [case for case in content["cases"] if arguments.all or "golden" not in case]
        with ThreadPoolExecutor(2) as pool:
            seen = pool.map(lambda case: cases.observe(reference, case, content.get("answers", {})), wanted)
            for case, golden in zip(wanted, seen):
                case["golden"] = golden
        if wanted:
            cases.save(file, content)
            print(f"{file.name}: {len(wanted)} of {len(content['cases'])} recorded")


if __name__ == "__main__":
    main()
