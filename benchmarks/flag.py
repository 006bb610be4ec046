"""How long `audits flag` takes, and how much memory: 100,000 synthetic rows of 15 columns."""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

import audits

RULES = """
[[rule]]
check = "number_0 >= 0 if category_0 = a"
[[rule]]
check = "number_1 between -1000 and 1000"
[[rule]]
check = "category_1, category_2 determines category_3"
"""


def people(rows: int, seed: int) -> pd.DataFrame:
    """Ten categories and five numbers, tied by three hidden ones."""
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
    return pd.DataFrame(columns)


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        for name, seed in (("real", 1), ("synthetic", 2)):
            people(rows, seed).to_csv(place / f"{name}.csv", index=False)
        (place / "rules.toml").write_text(RULES, encoding="utf-8")
        before = time.perf_counter()
        last = [before, "reading"]

        def told(stage: str, _share: float) -> None:
            if stage != last[1]:
                now = time.perf_counter()
                print(f"{last[1]:16} {now - last[0]:6.1f} s")
                last[:] = [now, stage]

        found = audits.flag(
            place / "real.csv",
            place / "synthetic.csv",
            sensitive_features=["category_0", "category_1"],
            rules=place / "rules.toml",
            progress=told,
        )
        flagged = time.perf_counter() - before
        found.save(place / "flags.parquet")
        whole = time.perf_counter() - before
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        size = (place / "flags.parquet").stat().st_size / 1e6
    print(found)
    print(f"{rows:,} rows: {flagged:.1f} s to flag, {whole:.1f} s with the file of {size:.1f} MB")
    print(f"peak memory {peak:,.0f} MB")


if __name__ == "__main__":
    main()
