"""How long `audits.fairness` takes, all parts of it, and how much memory.

    python benchmarks/fairness.py [ROWS [MODEL ...]]

Two tables of 15 columns and a holdout of as many rows: ten categories, five numbers, tied by hidden
ones, of which one category is to be predicted from the others. The synthetic table makes the label
noisier in one group. Where AUDITS_REAL_DATA names a folder with Adult and tables made from it, the
accuracy of models trained on each, overall and in the group that loses most, is written, too.
"""

from __future__ import annotations

import os
import resource
import sys
import time
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd

import audits

ADULT = ("mostly", "ctgan", "synthpop", "mostly_temp01", "mostly_temp05", "mostly_temp09",
         "mostly_temp10")  # fmt: skip


def people(rows: int, seed: int, noise: float = 0.0) -> pd.DataFrame:
    """Make rows; `noise` is the share of labels of one group that are drawn anew."""
    rng = np.random.default_rng(seed)
    hidden = rng.normal(size=(rows, 3))
    columns = {}
    for j in range(10):
        cut = np.digitize(
            hidden[:, j % 3] + 0.7 * rng.normal(size=rows), [-1, 0, 0.5, 1][: 2 + j % 3]
        )
        columns[f"category_{j}"] = np.array(list("abcde"))[cut]
    for j in range(5):
        columns[f"number_{j}"] = np.round(40 * hidden[:, j % 3] + 20 * rng.normal(size=rows), 1)
    table = pd.DataFrame(columns)
    label = np.where(hidden @ [1, 0.5, -0.5] + 0.5 * rng.normal(size=rows) > 0.5, "yes", "no")
    again = (rng.random(rows) < noise) & (table["category_1"] == "a")
    table["category_9"] = np.where(again, rng.permutation(label), label)
    return table


def timed(rows: int, model: str) -> None:
    tables = people(rows, 1), people(rows, 2, noise=0.5), people(rows, 3)
    before, told = time.perf_counter(), []
    found = audits.fairness(
        *tables[:2],
        holdout=tables[2],
        target="category_9",
        sensitive_features=["category_0", "category_1"],
        model=model,
        progress=lambda stage, share: told.append((time.perf_counter() - before, stage, share)),
    )
    took = time.perf_counter() - before
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    longest = max(b[0] - a[0] for a, b in pairwise(told))
    sizes = {name: len(rows) for name, rows in found["fairness"].tables.items()}
    print(f"{rows:,} × {tables[0].shape[1]}, {model}: {took:.1f} s, {peak:,.0f} MB at most")
    print(f"   progress told {len(told)} times, at most {longest:.1f} s apart; rows: {sizes}")
    start = next(at for at, stage, _ in told if stage == "fairness")
    steps = [(at - start, share) for at, stage, share in told if stage == "fairness"]
    print(
        "   " + ", ".join(f"{share:.0%} at {at:.1f} s" for at, share in steps[:: len(steps) // 8])
    )


def adult(folder: Path) -> None:
    print("\n| made by | by real rows | by synthetic rows | change | loses most | change there |")
    print("|---|---|---|---|---|---|")
    place = str(folder / "adult_pairs" / "2021_adult_{}.csv.gz")
    for name in ADULT:
        found = audits.fairness(
            place.format("trn"),
            place.format(name),
            holdout=place.format("val"),
            target="income",
            sensitive_features=["race", "sex"],
            mitigate=False,
        )
        everyone, *groups = found["fairness"].rows
        worst = min(groups, key=lambda row: row.change.high)
        print(
            f"| {name} | {everyone.by_real.value:.4f} | {everyone.by_synthetic.value:.4f} "
            f"| {everyone.change} | {audits.results.group_name(worst.group)} | {worst.change} |"
        )


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 50_000
    for model in sys.argv[2:] or ("logistic", "boosting"):
        timed(rows, model)
    if folder := os.environ.get("AUDITS_REAL_DATA"):
        adult(Path(folder))


if __name__ == "__main__":
    main()
