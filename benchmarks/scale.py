"""How an audit grows: wall, CPU and peak memory, beside the least that reading costs.

    python benchmarks/scale.py --folder /tmp/scale --rows 10000 100000 1000000 10000000
    python benchmarks/scale.py --folder /tmp/scale --rows 100000000 --only audit --memory 4GB

Each measurement is a process of its own. "floor" reads the Parquet files into codes and counts one
table of them; "counting" is all that the engine does for the default questions; "audit" is the
whole. Made tables are kept in the folder and used again; results are added to `scale.jsonl` there,
from which the table (`scale.md`) and the plot (`scale.svg`) are written.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from itertools import pairwise
from pathlib import Path

import tables
from plot import log_log

FLOOR = """
import numpy as np, pyarrow as pa, pyarrow.parquet as pq, pyarrow.compute as pc
def floor():
    for folder in (real, synthetic):
        edges = {}
        tally = 0
        for path in sorted(Path(folder).glob("*.parquet")):
            file = pq.ParquetFile(path)
            texts = [f.name for f in file.schema_arrow if pa.types.is_string(f.type)]
            for batch in pq.ParquetFile(path, read_dictionary=texts).iter_batches(1 << 17):
                codes = {}
                for name, column in zip(batch.schema.names, batch.columns):
                    if name in texts:
                        codes[name] = column.indices.to_numpy().astype(np.uint8)
                        continue
                    numbers = column.to_numpy().astype(float)
                    if name not in edges:
                        edges[name] = np.quantile(numbers, np.arange(1, 250) / 250)
                    codes[name] = np.searchsorted(edges[name], numbers).astype(np.uint8)
                joint = 0
                for name in sensitive:
                    joint = joint * 70 + codes[name].astype(np.int64)
                tally = tally + np.bincount(joint % (1 << 16), minlength=1 << 16)
    return int(np.sum(tally))
run = floor
"""
COUNTING = """
import numpy as np
from audits.data import codebook, engines
from audits.data.pair import Pair
from audits.data.workspace import Workspace
from audits.settings import Settings
def counting():
    settings = Settings()
    given = {"real": real, "synthetic": synthetic}
    with (
        Workspace(memory, threads) as work,
        engines.opened(given, work, markers=frozenset()) as found,
    ):
        plan = codebook.Plan(tuple(sensitive))
        one, other = found["real"], found["synthetic"]
        book = codebook.build(one, other, plan, settings, ("real", "synthetic"))
        pair = Pair(one, other, book, settings)
        tallies = sum(int(pair.everyone(name)[0].sum()) for name in book.attributes)
        return len(pair.groups), tallies, len(pair.pair_tables), len(pair.samples)
run = counting
"""
AUDIT = """
import audits
def audit():
    found = audits.compare(real, synthetic, sensitive_features=sensitive, memory=memory,
                           threads=threads)
    return repr(found), sum(1 for _ in found["coverage"].rows)
run = audit
"""
CODE = """
import json, resource, sys, time
from pathlib import Path
real, synthetic, sensitive, memory, threads = json.loads(sys.argv[1])
{body}
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
before = cpu(), time.time()
said = run()
print(json.dumps([time.time() - before[1], cpu() - before[0], said]))
"""
BODIES = {"floor": FLOOR, "counting": COUNTING, "audit": AUDIT}


def made(folder: Path, rows: int, columns: int, groups: int | None) -> tuple[Path, Path]:
    """Make the two tables, or find them."""
    found = []
    for role, seed, shift in (("real", 1, 0.0), ("synthetic", 2, 0.02)):
        path = folder / f"{role}-{rows}-{columns}-{groups or 'default'}"
        if not path.exists():
            new = path.with_name(f"new-{path.name}")
            shape = {"columns": columns} | ({"groups": groups} if groups else {})
            tables.write_folder(new, rows, seed=seed, shift=shift, **shape)
            new.rename(path)
        found.append(path)
    return found[0], found[1]


def measured(what: str, given: list[object]) -> dict[str, object]:
    """Run one body in a process of its own."""
    command = [sys.executable, "-c", CODE.format(body=BODIES[what]), json.dumps(given)]
    with tempfile.TemporaryFile("w+") as out:
        process = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        out.seek(0)
        said = out.read().strip()
    if status:
        raise SystemExit(f"{what} failed: {said[-2000:]}")
    wall, cpu, result = json.loads(said.splitlines()[-1])
    return {"what": what, "wall": wall, "cpu": cpu, "mb": usage.ru_maxrss / 1024, "said": result}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--rows", type=int, nargs="*", default=[])
    parser.add_argument("--columns", type=int, nargs="*", default=[20])
    parser.add_argument("--groups", type=int, nargs="*", default=[0], help="0: five features, 194")
    parser.add_argument("--threads", type=int, nargs="*", default=[2])
    parser.add_argument("--only", nargs="*", choices=list(BODIES), default=list(BODIES))
    parser.add_argument("--memory", default=None)
    parser.add_argument("--runs", type=int, default=1)
    asked = parser.parse_args()
    asked.folder.mkdir(parents=True, exist_ok=True)
    log = asked.folder / "scale.jsonl"
    for rows in asked.rows:
        for columns in asked.columns:
            for groups in asked.groups:
                files = made(asked.folder, rows, columns, groups or None)
                for threads in asked.threads:
                    shape = {"rows": rows, "columns": columns, "groups": groups, "threads": threads}
                    features = tables.features_of(columns, groups or None)
                    given = [*map(str, files), features, asked.memory, threads]
                    for _ in range(asked.runs):
                        for what in asked.only:
                            line = shape | measured(what, given) | {"at": time.time()}
                            print(json.dumps(line), flush=True)
                            with log.open("a") as file:
                                file.write(json.dumps(line) + "\n")
    write_up(log, asked.folder)


def _order(line: tuple[tuple[object, ...], object]) -> tuple[object, ...]:
    *shape, what = line[0]
    return (*shape, list(BODIES).index(str(what)))


def write_up(log: Path, folder: Path) -> None:
    """Write the table and the plot of all that was measured, medians where it was repeated."""
    runs: dict[tuple[object, ...], list[dict[str, float]]] = {}
    for line in map(json.loads, log.read_text().splitlines()):
        key = tuple(line[name] for name in ("rows", "columns", "groups", "threads", "what"))
        runs.setdefault(key, []).append(line)
    median = {
        key: {
            name: sorted(run[name] for run in found)[len(found) // 2]
            for name in ("wall", "cpu", "mb")
        }
        for key, found in runs.items()
    }
    head = (
        "| rows (each) | columns | groups | threads | what | wall s | CPU s | peak MB | × floor |"
    )
    lines = [head, "|" + "---:|" * 4 + "---|" + "---:|" * 4]
    for (rows, columns, groups, threads, what), one in sorted(median.items(), key=_order):
        floor = median.get((rows, columns, groups, threads, "floor"))
        times = f"{one['cpu'] / floor['cpu']:.1f}" if floor and what != "floor" else ""
        found = tables.groups_in(columns, groups or None)
        lines.append(
            f"| {rows:,} | {columns} | {found:,} | {threads} | {what} | {one['wall']:.1f} | "
            f"{one['cpu']:.1f} | {one['mb']:,.0f} | {times} |"
        )
    series = {}
    for what in BODIES:
        points = sorted((k[0], v["cpu"]) for k, v in median.items() if k[1:] == (20, 0, 2, what))
        series[what] = points
        for (a, x), (b, y) in pairwise(points):
            lines.append(f"\n{what}: CPU grows as rows^{math.log(y / x) / math.log(b / a):.2f} "
                         f"from {a:,} to {b:,}")  # fmt: skip
    (folder / "scale.md").write_text("\n".join(lines) + "\n")
    log_log(series, folder / "scale.svg", "rows of each table", "CPU seconds")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
