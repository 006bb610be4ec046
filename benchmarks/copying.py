"""Nearest rows of 100,000 x 100,000 mixed rows, exactly: seconds and peak memory.

    python benchmarks/copying.py [ROWS ...]

Two kinds of tables of 18 columns (10 categories, 8 numbers): "people", whose columns hang together
by hidden types, and "noise", independent columns, the worst there is: nearly every row must then be
looked at. Where AUDITS_SDMETRICS_PYTHON or AUDITS_ANONYMETER_PYTHON names an interpreter that has
these packages (they are no dependencies of ours), they answer the same for fewer rows, and their
distances are held against ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import watched

CATEGORIES, NUMBERS, TYPES = 10, 8, 200
THREADS = 2
OTHER_ROWS = {"sdmetrics": (2000,), "anonymeter": (2000, 10_000)}  # grows with the square of it
OTHERS = {"sdmetrics": "AUDITS_SDMETRICS_PYTHON", "anonymeter": "AUDITS_ANONYMETER_PYTHON"}

READ = """
import sys, time
import numpy as np, pandas as pd
folder = sys.argv[1]
real, synthetic = (pd.read_parquet(f"{folder}/{side}.parquet") for side in ("real", "synthetic"))
categories = [c for c in real.columns if c.startswith("c")]
"""
SDMETRICS = """
from sdmetrics.single_table.privacy.dcr_utils import calculate_dcr
kinds = {c: {"sdtype": "categorical" if c in categories else "numerical"} for c in real.columns}
start = time.perf_counter()
found = calculate_dcr(dataset=synthetic, reference_dataset=real, metadata={"columns": kinds})
print(time.perf_counter() - start)
np.save(f"{folder}/sdmetrics.npy", found.to_numpy())
"""
ANONYMETER = """
import anonymeter.evaluators  # first, or its modules import each other in a circle
from anonymeter.neighbors.mixed_types_kneighbors import MixedTypeKNeighbors
kinds = {"num": [c for c in real.columns if c not in categories], "cat": categories}
search = MixedTypeKNeighbors(n_jobs=2, n_neighbors=1).fit(real, kinds)
search.kneighbors(synthetic.iloc[:50])  # compiled once
start = time.perf_counter()
found, _ = search.kneighbors(synthetic, return_distance=True)
print(time.perf_counter() - start)
np.save(f"{folder}/anonymeter.npy", found.ravel() / real.shape[1])
"""
SCRIPTS = {"sdmetrics": READ + SDMETRICS, "anonymeter": READ + ANONYMETER}


def table(kind: str, rows: int, seed: int) -> pd.DataFrame:
    """Make rows of a kind; numbers are whole, from 0 to 250, and reach both ends."""
    rng, shared = np.random.default_rng(seed), np.random.default_rng(0)
    of = rng.integers(0, TYPES, rows)
    columns: dict[str, np.ndarray] = {}
    for j in range(CATEGORIES):
        usual = shared.integers(0, 12, TYPES)[of]
        other = rng.random(rows) < (0.25 if kind == "people" else 1.0)
        columns[f"c{j}"] = np.where(other, rng.integers(0, 12, rows), usual)
    for j in range(NUMBERS):
        centre = shared.integers(20, 230, TYPES)[of]
        near = np.clip(np.rint(rng.normal(centre, 12)), 0, 250)
        columns[f"n{j}"] = near if kind == "people" else rng.integers(0, 251, rows)
        columns[f"n{j}"][:2] = (0, 250)
    return pd.DataFrame(columns).astype(int)


def search(kind: str, rows: int, save: str = "") -> None:
    """Search once, in a process of its own, and say how long it took."""
    from audits.formulas.nearest import nearest

    real, synthetic = (table(kind, rows, seed) for seed in (1, 2))
    scale = np.arange(251) / 250
    positions = [None] * CATEGORIES + [scale] * NUMBERS
    start = time.perf_counter()
    found = nearest(synthetic.to_numpy(), real.to_numpy(), positions, k=2, threads=THREADS)
    print(json.dumps({"seconds": time.perf_counter() - start}))
    if save:
        np.save(save, found.least[found.query_profile, 0])


def ours(rows: list[int]) -> None:
    print("\n| table | rows x rows | seconds | CPU seconds | peak MB |")
    print("|---|---|---|---|---|")
    for kind in ("people", "noise"):
        for size in rows:
            command = [sys.executable, __file__, "search", kind, str(size)]
            took, busy, most = watched.run(command)
            print(f"| {kind} | {size:,} x {size:,} | {took:.1f} | {busy:.1f} | {most:.0f} |")


def beside(name: str, interpreter: str, script: str) -> None:
    print(f"\n{name} ({interpreter})\n")
    print("| table | rows x rows | ours, s | theirs, s | largest difference |")
    print("|---|---|---|---|---|")
    for kind in ("people", "noise"):
        for size in OTHER_ROWS[name]:
            with tempfile.TemporaryDirectory() as folder:
                print(_beside(Path(folder), name, interpreter, script, kind, size))


def _beside(folder: Path, name: str, interpreter: str, script: str, kind: str, size: int) -> str:
    for side, seed in (("real", 1), ("synthetic", 2)):
        table(kind, size, seed).to_parquet(folder / f"{side}.parquet")
    mine = [sys.executable, __file__, "search", kind, str(size), str(folder / "ours.npy")]
    own = json.loads(subprocess.run(mine, capture_output=True, text=True, check=True).stdout)
    theirs = subprocess.run(
        [interpreter, "-W", "ignore", "-c", script, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    if theirs.returncode:
        return f"| {kind} | {size:,} x {size:,} | {own['seconds']:.2f} | {theirs.stderr[-300:]} | |"
    apart = np.abs(np.load(folder / f"{name}.npy") - np.load(folder / "ours.npy")).max()
    seconds = float(theirs.stdout.split()[-1])
    return f"| {kind} | {size:,} x {size:,} | {own['seconds']:.2f} | {seconds:.1f} | {apart:.1e} |"


def main() -> None:
    if sys.argv[1:2] == ["search"]:
        search(sys.argv[2], int(sys.argv[3]), *sys.argv[4:])
        return
    ours([int(size) for size in sys.argv[1:]] or [10_000, 100_000])
    for name, variable in OTHERS.items():
        if interpreter := os.environ.get(variable):
            beside(name, interpreter, SCRIPTS[name])


if __name__ == "__main__":
    main()
