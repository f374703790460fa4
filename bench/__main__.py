"""`python -m bench`: measure, print the table, write the JSON. It reports; it judges nothing.

Exits 0 when everything could be measured, 1 when a part could not, 2 for wrong use.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
import time
import traceback
from pathlib import Path

from bench.ground import Ground
from bench.report import table, write_json
from bench.results import Row

PARTS = (
    "start",
    "units",
    "progress",
    "papers",
    "wire",
    "desk",
    "drafts",
    "changes",
    "faces",
    "recognition",
    "counts",
    "imports",
)
"""Modules of this package, each with `measure(ground) -> list[Row]`, in the order they are run."""


def main() -> int:
    """Run what was asked for; answers the exit code."""
    chosen = _arguments()
    rows: list[Row] = []
    failures: list[str] = []
    begin = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="jijiao-bench-") as folder:
        ground = Ground(Path(folder), chosen.quick)
        for part in chosen.only or PARTS:
            print(f"{time.monotonic() - begin:4.0f} s  measuring {part} ...", file=sys.stderr, flush=True)
            try:
                rows += importlib.import_module(f"bench.{part}").measure(ground)
            except Exception as error:  # one part that breaks must not take the others with it
                failures.append(f"{part}: {type(error).__name__}: {str(error).strip().splitlines()[:1]}")
                traceback.print_exc()
    seconds = time.monotonic() - begin
    print(table(rows) if rows else "nothing was measured")
    for failure in failures:
        print(f"NOT MEASURED: {failure}")
    write_json(chosen.json, rows, failures, quick=chosen.quick, seconds=seconds)
    print(f"\n{seconds:.0f} s; written to {chosen.json}")
    return 1 if failures else 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench", description="The speed of jijiao, beside yardsticks."
    )
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, metavar="PART", help=f"some of: {' '.join(PARTS)}"
    )
    parser.add_argument("--quick", action="store_true", help="fewer rounds of the same")
    parser.add_argument("--json", type=Path, default=Path("bench-results.json"), metavar="PATH")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
