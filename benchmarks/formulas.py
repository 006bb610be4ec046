"""CPU seconds of the formulas that run once per group and column.

python benchmarks/formulas.py
"""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from audits.formulas import hill, nulls, ratios, shifts

OPTIONS = {"confidence": 0.95, "closed_form_from": 200, "max_draws": 999}


def timed(name: str, job: Callable[[], object]) -> None:
    spent = []
    for _ in range(3):
        start = time.process_time()
        job()
        spent.append(time.process_time() - start)
    print(f"{name:52} {min(spent):8.3f} s")


def main() -> None:
    rng = np.random.default_rng(2)
    x, y = rng.integers(0, 50, (2, 10_000))
    timed("koopman, 10,000 groups", lambda: ratios.koopman(x, 3000, y, 970, confidence=0.95))
    real, synthetic = rng.poisson(3, (1500, 256)), rng.poisson(9, (1500, 256))
    timed("null of W1, 1,500 tables of 256", lambda: nulls.wasserstein_null(
        real, synthetic, points=np.arange(256)))  # fmt: skip
    timed("null of TV, 1,500 tables of 256", lambda: nulls.total_variation_null(real, synthetic))
    rows = np.geomspace(15, 20_000, 200).astype(int)
    small, large = (rng.multinomial(k * rows, np.full(30, 1 / 30)) for k in (1, 2))
    seeds = np.arange(200)
    timed("TV with interval, 200 groups of 15 to 20,000", lambda: shifts.categorical_shift(
        small, large, seeds=seeds, **OPTIONS))  # fmt: skip
    timed("W1 with interval, 200 groups of 15 to 20,000", lambda: shifts.numeric_shift(
        small, large, np.arange(30), 8.0, seeds=seeds, **OPTIONS))  # fmt: skip
    counts = rng.multinomial(1_000_000, rng.dirichlet(np.full(20_000, 0.3)))
    timed("rarefied Hill number, 20,000 types", lambda: hill.rarefied_hill(counts, 1000, order=2))


if __name__ == "__main__":
    main()
