"""How often the audit accuses where nothing differs: real against real.

    AUDITS_REAL_DATA=… python benchmarks/null_calibration.py --splits 200

Adult's training rows against its holdout, and random halves of national2019. "By count" are the
findings that say how few real people there are; no comparison can be wrong about that.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

import audits

DATA = Path(os.environ.get("AUDITS_REAL_DATA", "."))
FEW = audits.Settings().support_problem


def tallied(audit: audits.Audit) -> Counter[tuple[str, str]]:
    tally: Counter[tuple[str, str]] = Counter()
    for finding in audit.findings:
        verdict = finding.verdict.value
        real = finding.evidence.get("real", FEW)
        if verdict == "problem" and finding.question in ("coverage", "provenance") and real < FEW:
            verdict = "problem by count"
        tally[(finding.question, verdict)] += 1
    return tally


def show(title: str, tally: Counter[tuple[str, str]]) -> None:
    verdicts = ["problem", "problem by count", "watch", "not enough evidence", "ok"]
    print(f"\n{title}")
    print(
        f"{'':12}" + "".join(f"{verdict:>22}" for verdict in verdicts) + f"{'share of problem':>20}"
    )
    for question in ("coverage", "drift", "diversity", "provenance"):
        counts = [tally[(question, verdict)] for verdict in verdicts]
        share = counts[0] / max(sum(counts), 1)
        print(f"{question:12}" + "".join(f"{count:22,}" for count in counts) + f"{share:19.2%}")
    problems = sum(n for (_, verdict), n in tally.items() if verdict == "problem")
    strict = problems + sum(n for (_, v), n in tally.items() if v == "problem by count")
    total = sum(tally.values())
    print(
        f"all: {problems:,} of {total:,} = {problems / total:.2%}; with counts {strict / total:.2%}"
    )


def halves(rows: pd.DataFrame, seed: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    order = np.random.default_rng(seed).permutation(len(rows))
    middle = len(rows) // 2
    return rows.iloc[order[:middle]], rows.iloc[order[middle:]]


def splits(rows: pd.DataFrame, count: int, **options: Any) -> Counter[tuple[str, str]]:
    tally: Counter[tuple[str, str]] = Counter()
    for seed in range(count):
        tally += tallied(audits.compare(*halves(rows, seed), **options))
    return tally


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--splits", type=int, default=200)
    parser.add_argument("--wide", type=int, default=20)
    arguments = parser.parse_args()
    adult = DATA / "adult_pairs"
    files = [adult / f"2021_adult_{part}.csv.gz" for part in ("trn", "val")]
    for features in (["race", "sex"], ["race", "sex", "age"]):
        bands = {"age": [25, 35, 45, 55, 65]} if "age" in features else None
        audit = audits.compare(*files, sensitive_features=features, bands=bands, missing=["?"])
        show(f"Adult, training rows against holdout, {' × '.join(features)}", tallied(audit))
    path = DATA / "crc_national2019" / "national2019.csv.gz"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False)
    options: dict[str, Any] = {"missing": ["N"], "bands": {"AGEP": [18, 35, 55, 70]}}
    tally = splits(rows, arguments.splits, sensitive_features=["SEX", "AGEP"], **options)
    show(f"national2019, {arguments.splits} random halves, SEX × AGEP", tally)
    wide = ["RAC1P", "SEX", "HISP", "AGEP"]
    tally = splits(rows, arguments.wide, sensitive_features=wide, **options)
    show(f"national2019, {arguments.wide} random halves, {' × '.join(wide)}", tally)


if __name__ == "__main__":
    main()
