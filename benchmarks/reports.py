"""Documents from a saved audit: seconds and peak memory of `audits report`, each a new process.

    python benchmarks/reports.py
    python benchmarks/reports.py my-audit.json --runs 5

Without an audit, one of the sample and one of a wide table with many groups are made first. What is
aimed for: a PDF in 3 seconds and 300 MB, an HTML page of at most 500 KB.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import tables
from watched import run

SAMPLE = Path(__file__).parent.parent / "sample_data"
AUDITS = [sys.executable, "-m", "audits"]


def sample_audit(folder: Path) -> Path:
    """Audit the sample."""
    made = folder / "sample.json"
    _audit(
        SAMPLE / "survey_real.csv",
        SAMPLE / "synthetic_three.csv",
        "race,sex",
        made,
        "--reference",
        str(SAMPLE / "population.csv"),
    )
    return made


def wide_audit(folder: Path, rows: int) -> Path:
    """Audit a made pair of 20 columns whose five sensitive features cross to many groups."""
    real = tables.write(folder / "real.parquet", rows, seed=1)
    synthetic = tables.write(folder / "synthetic.parquet", rows, seed=2, shift=0.2)
    made = folder / "wide.json"
    _audit(real, synthetic, ",".join(tables.SENSITIVE), made)
    return made


def _audit(real: Path, synthetic: Path, features: str, made: Path, *more: str) -> None:
    command = [*AUDITS, "compare", str(real), str(synthetic), "--sensitive-features", features]
    subprocess.run(
        [*command, *more, "--output", str(made)], check=True, stdout=subprocess.DEVNULL, stderr=None
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("audits", type=Path, nargs="*", help="saved audits (JSON)")
    parser.add_argument("--rows", type=int, default=50_000, help="of the wide table")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--min-cell", default="11")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        saved = asked.audits or [sample_audit(folder), wide_audit(folder, asked.rows)]
        print(
            f"{'audit':24} {'KB':>7} {'document':>8} "
            f"{'seconds':>8} {'CPU s':>6} {'peak MB':>8} {'KB':>7}"
        )
        for audit in saved:
            for ending in (".pdf", ".html"):
                made = folder / f"report{ending}"
                command = [*AUDITS, "report", str(audit), "--output", str(made)]
                took = [run([*command, "--min-cell", asked.min_cell]) for _ in range(asked.runs)]
                seconds, busy = (statistics.median(each[i] for each in took) for i in (0, 1))
                peak = max(most for _, _, most in took)
                print(
                    f"{audit.name[:24]:24} {audit.stat().st_size / 1000:7.0f} {ending[1:]:>8} "
                    f"{seconds:8.2f} {busy:6.2f} {peak:8.0f} {made.stat().st_size / 1000:7.0f}"
                )


if __name__ == "__main__":
    main()
