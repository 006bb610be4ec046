"""How long all slices of Adult take to be found, beside the package divexplorer where it is there.

    AUDITS_REAL_DATA=FOLDER python benchmarks/slices.py [SUPPORT]

Adult's validation table without income, numbers in up to eight bins with equally many people; the
outcome is a random prediction. First as audits searches, at a support of .01 and with at most three
columns. Then as the package does, which knows no most columns, at SUPPORT (.05): both count the
same patterns, every value is a condition. The best of two runs each.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from audits.formulas.slices import find, least_support


def adult(folder: Path) -> pd.DataFrame:
    """Return columns as words: numbers are the bins they lie in."""
    table = pd.read_csv(folder / "adult_pairs" / "2021_adult_val.csv.gz").drop(columns="income")
    for name in table.select_dtypes("number"):
        table[name] = pd.qcut(table[name], 8, duplicates="drop")
    return table.astype(str)


def best(run: Callable[[], Any], times: int = 2) -> tuple[float, Any]:
    took = []
    for _ in range(times):
        before = time.perf_counter()
        found = run()
        took.append(time.perf_counter() - before)
    return min(took), found


def main() -> None:
    share = float(sys.argv[1]) if len(sys.argv) > 1 else 0.05
    table = adult(Path(os.environ["AUDITS_REAL_DATA"]))
    hit = (np.random.default_rng(1).random(len(table)) < 0.2).astype(int)
    codes = np.column_stack([pd.factorize(table[name], sort=True)[0] for name in table])
    kinds = np.column_stack([hit, 1 - hit])
    for support, depth in ((0.01, 3), (share, table.shape[1])):
        least = least_support(len(table), support, fewest=1)
        took, found = best(lambda: find(codes, kinds, least=least, depth=depth))  # noqa: B023
        size = f"{len(table):,} × {table.shape[1]}, support {support:g}, depth {depth}"
        print(f"{size}: {took:.2f} s, {len(found):,} patterns", flush=True)
    try:
        from divexplorer import DivergenceExplorer
    except ImportError:
        print("   divexplorer is not installed")
        return
    explorer = DivergenceExplorer(table.assign(hit=hit))
    options = {"min_support": share, "boolean_outcomes": ["hit"], "attributes": list(table)}
    took, theirs = best(lambda: explorer.get_pattern_divergence(**options))
    print(f"   divexplorer at the same: {took:.2f} s, {len(theirs) - 1:,} and the empty pattern")


if __name__ == "__main__":
    main()
