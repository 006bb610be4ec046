"""Beside SDMetrics: CPU seconds, wall and peak memory on made tables, each command its own process.

    python benchmarks/compare.py --rows 1000000 --peer /path/to/another/venv/bin/python

The peer needs sdmetrics 0.32 and pyarrow in an environment of its own. Without --peer only this
project is measured. Growth: --rows 10000 100000 1000000 10000000.
"""

from __future__ import annotations

import argparse
import math
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import tables

SENSITIVE = ",".join(tables.SENSITIVE)
OURS = """
import sys, audits
ask, settings = None, audits.Settings()
if sys.argv[3] == "counts":  # every question but provenance, and drift without its classifier
    ask, settings = ["coverage", "drift", "diversity"], settings.having(classifier_rows=0)
audit = audits.compare(sys.argv[1], sys.argv[2], sensitive_features={sensitive!r}.split(","),
                       ask=ask, settings=settings)
print(audit)
"""
PEER = """
import sys, pandas as pd
from sdmetrics.reports.single_table import DiagnosticReport, QualityReport
real, synthetic = pd.read_parquet(sys.argv[1]), pd.read_parquet(sys.argv[2])
metadata = {"columns": {
    name: {"sdtype": "numerical" if pd.api.types.is_numeric_dtype(real[name]) else "categorical"}
    for name in real.columns}}
for report in (QualityReport(), DiagnosticReport()):
    report.generate(real, synthetic, metadata, verbose=False)
    print(type(report).__name__, report.get_score())
"""


def timed(command: list[str]) -> tuple[float, float, float, str]:
    """Return wall seconds, CPU seconds, peak megabytes and the last line printed."""
    start = time.time()
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.time() - start
        out.seek(0)
        lines = out.read().strip().splitlines()
    last = lines[-1] if lines else ""
    if status:
        last = f"failed: {last}"
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, last


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000])
    parser.add_argument("--peer", help="a Python with sdmetrics")
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    print(f"{'what':46} {'rows':>10} {'wall s':>8} {'CPU s':>8} {'MB':>7}  said")
    growth: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        for rows in arguments.rows:
            real = tables.write(Path(folder) / "real.parquet", rows, seed=1)
            synthetic = tables.write(Path(folder) / "synthetic.parquet", rows, seed=2, shift=0.02)
            files = [str(real), str(synthetic)]
            code = OURS.format(sensitive=SENSITIVE)
            jobs = [
                (
                    "coverage, drift (columns, pairs), diversity",
                    [sys.executable, "-c", code, *files, "counts"],
                ),
                ("full default audit", [sys.executable, "-c", code, *files, ""]),
            ]
            if arguments.peer:
                peer = [arguments.peer, "-c", PEER, *files]
                jobs.append(("SDMetrics quality and diagnostic", peer))
            measured = {name: [] for name, _ in jobs}  # interleaved, so that drift hits all alike
            for _ in range(arguments.runs):
                for name, job in jobs:
                    measured[name].append(timed(job))
            for name, runs in measured.items():
                wall, cpu, memory, said = sorted(runs, key=lambda run: run[1])[len(runs) // 2]
                print(f"{name:46} {rows:>10,} {wall:8.1f} {cpu:8.1f} {memory:7.0f}  {said}")
                if name == "full default audit":
                    growth[rows] = cpu
    sizes = sorted(growth)
    for a, b in pairwise(sizes):
        slope = math.log(growth[b] / growth[a]) / math.log(b / a)
        print(f"CPU grows as rows^{slope:.2f} from {a:,} to {b:,}")


if __name__ == "__main__":
    main()
