"""Our findings beside an independent analysis of open real/synthetic pairs.

    AUDITS_REAL_DATA=… python benchmarks/real_pairs.py

Reads the folder named in the environment variable; prints a table per pair in Markdown.
"""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import audits
from audits.results import group_name

DATA = Path(os.environ.get("AUDITS_REAL_DATA", "."))
SETS: dict[str, dict[str, Any]] = {
    "adult": {
        "sensitive_features": ["race", "sex", "age"],
        "bands": {"age": [25, 35, 45, 55, 65]},
        "missing": ["?"],
    },
    "crc": {
        "sensitive_features": ["RAC1P", "SEX", "HISP", "AGEP"],
        "bands": {"AGEP": [18, 35, 55, 70]},
        "missing": ["N", "_RARE_"],  # one generator writes _RARE_ for what it left out
    },
}
BANDS = {
    "<25": "under 25", "25-34": "25 to under 35", "35-44": "35 to under 45",
    "45-54": "45 to under 55", "55-64": "55 to under 65", "65+": "65 and over",
    "0-17": "under 18", "18-34": "18 to under 35", "35-54": "35 to under 55",
    "55-69": "55 to under 70", "70+": "70 and over",
}  # fmt: skip


def group_of(text: str, age: str) -> tuple[tuple[str, str], ...]:
    """Read `race=White & sex=Male` and `AGE_BAND=65+` as a group of ours."""
    pairs = []
    for part in text.split(" & "):
        column, value = part.split("=", 1)
        pairs.append((age, BANDS[value]) if column == "AGE_BAND" else (column, value))
    return tuple(sorted(pairs))


def main() -> None:
    total = {"agree": 0, "differ": 0, "silent": 0}
    for path in sorted((DATA / "expected").glob("*.json")):
        kind = path.name.split("__")[0]
        if kind not in SETS:
            continue
        expected = json.loads(path.read_text())
        options = dict(SETS[kind])
        start = time.time()
        age = "age" if kind == "adult" else "AGEP"
        synthetic = DATA / expected["syn"]
        audit = audits.compare(DATA / expected["real"], synthetic, **_shared(options, expected))
        print(f"\n## {expected['pair']}: {audit!r}, {time.time() - start:.1f} s")
        for line, outcome in judge(audit, expected, age):
            total[outcome] += 1
            if outcome != "agree" or "-v" in sys.argv:
                print(f"- {outcome}: {line}")
    print(total)


def _shared(options: dict[str, Any], expected: dict[str, Any]) -> dict[str, Any]:
    gone = set(expected.get("columns_missing_in_syn") or ())
    kept = [name for name in options["sensitive_features"] if name not in gone]
    bands = {name: edges for name, edges in options["bands"].items() if name in kept}
    shared = {**options, "sensitive_features": kept, "bands": bands}
    if expected.get("holdout"):
        shared["holdout"] = DATA / expected["holdout"]
    return shared


def judge(audit: audits.Audit, expected: dict[str, Any], age: str) -> list[tuple[str, str]]:
    """Hold every expected finding, and everything that must not be flagged, against ours."""
    lines = [_one(audit, item, age) for item in expected["expected_findings"]]
    for item in expected["must_not_flag"]:
        group = group_of(item["group"], age)
        found = audit.about("coverage", group)
        wrong = [f for f in found if f.attribute is None and "has grown" in f.because]
        wrong += [f for f in found if "its share is" in f.because and f.verdict.rank < 2]
        said = wrong[0].because if wrong else "not flagged"
        lines.append(
            (f"{group_name(group)} must not be flagged: {said}", "differ" if wrong else "agree")
        )
    return lines


def _one(audit: audits.Audit, item: dict[str, Any], age: str) -> tuple[str, str]:
    kind = item["kind"]
    if kind in ("coverage", "coverage_small"):
        return _coverage(audit, item, age)
    if kind in ("value_lost", "value_invented"):
        return _values(audit, item)
    if kind in ("within_group_homogenised", "within_group_over_dispersed"):
        return _within(audit, item)
    if kind == "overall":
        return _overall(audit, item)
    if kind == "intersections_lost":
        return _cells(audit, item)
    if kind in LATER:
        return LATER[kind](audit, item)
    if kind in ("copying", "self_repetition"):
        return _copying(audit, item)
    return f"{kind}: asked by a later question", "silent"


def _coverage(audit: audits.Audit, item: dict[str, Any], age: str) -> tuple[str, str]:
    group = group_of(item["group"], age)
    found = [f for f in audit.about("coverage", group) if f.attribute is None]
    if not found:
        return f"{item['group']}: no finding of ours", "differ"
    rows = audit["coverage"][group]
    close = abs(rows[0].ratio.value - item["ratio_of_shares"]) < 0.02
    flagged = found[0].verdict in (audits.Verdict.PROBLEM, audits.Verdict.WATCH)
    by_share = flagged and (
        "its share" in found[0].because
        or "grown" in found[0].because
        or "erased" in found[0].because
    )
    small = item["kind"] == "coverage_small"
    ok = close and (by_share != small)
    said = f"{item['group']} {item['direction']} {item['ratio_of_shares']} (z {item.get('z')})"
    return f"{said}: ours {found[0].verdict.value}, {rows[0].ratio}", "agree" if ok else "differ"


def _values(audit: audits.Audit, item: dict[str, Any]) -> tuple[str, str]:
    column = item["column"]
    listed = {row.value for row in audit["coverage"].tables["values"] if row.attribute == column}
    wanted = {value.split(" (n_real")[0] for value in item["values"]}
    missing = {v for v in wanted if v not in listed}
    finding = [f for f in audit.findings if f.question == "coverage" and f.attribute == column]
    said = f"{item['kind']} {column}: {len(wanted)} values, ours list {len(listed)}"
    said += f"; judged {finding[0].verdict.value if finding else 'as chance'}"
    return said + (
        f"; not listed: {sorted(missing)[:5]}" if missing else ""
    ), "differ" if missing else "agree"


def _within(audit: audits.Audit, item: dict[str, Any]) -> tuple[str, str]:
    rows = [r for r in audit["diversity"].rows if r.group and r.index.known]
    worst = max(rows, key=lambda r: r.index.value)
    least = min(rows, key=lambda r: r.index.value)
    bad = [f for f in audit.about("diversity") if f.verdict.rank < 2]
    over = item["kind"].endswith("over_dispersed")
    drift = [f for f in audit.about("drift") if f.verdict.rank < 2 and f.attribute is None]
    said = f"{item['kind']} {item.get('groups')} of {item.get('of')}: "
    said += f"ours {len(bad)} diversity findings, index from {least.index} to {worst.index}; "
    said += f"{len(drift)} groups drift as a whole"
    agree = bool(drift) or least.index.high < 0 if over else bool(bad)
    return said, "agree" if agree else "differ"


def _overall(audit: audits.Audit, item: dict[str, Any]) -> tuple[str, str]:
    row = audit["drift"].rows[0]
    worst = [f for f in audit.about("drift") if f.verdict.rank < 2]
    said = f"overall '{item['level']}', auc {item['c2st_auc']}, mean pair {item['mean_pair_tvd']}: "
    said += f"ours auc {row.auc}, pairs {row.pairs}, {len(worst)} drift findings"
    quiet = "indistinguishable" in item["level"] or "minor" in item["level"]
    return said, "agree" if quiet != bool(worst) else "differ"


def _copying(audit: audits.Audit, item: dict[str, Any]) -> tuple[str, str]:
    """Everyone's rows: the same shares, and accused where the other analysis accuses."""
    row, (found, *_) = audit["copying"].rows[0], audit.about("copying", ())
    bad = found.verdict.rank < 2
    if item["kind"] == "self_repetition":
        said = f"self-repetition {item['duplicate_share']} (real {item['real']}): ours "
        said += f"{row.repeated:.4f} (real {row.repeated_real:.4f}) of {row.repeated_rows:,} rows"
        return said, "agree" if bad and "repeat another" in found.because else "differ"
    accused = bad and any(s in found.because for s in ("beyond chance", "nearly copies of"))
    close = abs(row.copied.value - item["exact_rows"]) < 0.001
    close &= abs(row.chance.value - item["chance_level"]) < 0.002
    close &= abs(row.reproduced / row.real - item["unique_real_rows_reproduced"]) < 0.002
    nearer = item["share_closer_to_train_than_holdout"]
    said = f"copying '{item['verdict']}' {item['exact_rows']} (chance {item['chance_level']}), "
    said += f"nearer {nearer}: ours {found.verdict.value}, {row.copied.value:.4f} "
    said += f"(chance {row.chance.value:.4f}), nearer {row.closer}, near-copies {row.near_copies}"
    agree = close and accused == (item["verdict"] != "no copying")
    return said, "agree" if agree else "differ"


def _cells(audit: audits.Audit, item: dict[str, Any]) -> tuple[str, str]:
    columns = set(item["columns"])
    names = {"AGE_BAND": "age" if "age" in audit.sensitive_features else "AGEP"}
    columns = {names.get(c, c) for c in columns}
    said = f"intersections lost {item['columns']}: {item['empty']} of {item['of']} "
    said += f"({item['expected_by_chance']} by chance)"
    if columns <= set(audit.sensitive_features):
        rows = [
            r
            for r in audit["coverage"].tables["cells"]
            if {c for c, _ in r.group} <= columns and r.synthetic == 0
        ]
        return f"{said}: ours {len(rows)} most general", "agree" if rows else "differ"
    if len(columns) == 2:
        rows = [r for r in audit["coverage"].tables["pairs"] if {r.attribute, r.other} == columns]
        return (
            f"{said}: ours {rows[0].empty if rows else 0} of pairs",
            "agree" if rows else "differ",
        )
    return f"{said}: columns beyond the sensitive features are crossed in pairs only", "silent"


IMPOSSIBLE = {
    "under15_with_marital_status": "MSP",
    "adult15plus_without_marital_status": "MSP",
    "child_under15_with_income_decile": "PINCP_DECILE",
    "adult_without_income_decile": "PINCP_DECILE",
    "under17_veteran_code": "DVET",
}


def _impossible(audit: audits.Audit, item: dict[str, Any]) -> tuple[str, str]:
    """Rows that the age of the person rules out; our rules were found in the real rows alone."""
    wanted: dict[str, int] = {}
    for name, count in item["rules"].items():
        wanted[IMPOSSIBLE[name]] = wanted.get(IMPOSSIBLE[name], 0) + count
    ours = {
        column: sum(
            row.broken
            for row in audit["plausibility"].tables["rules"]
            if set(row.columns) == {column, "AGEP"}
        )
        for column in wanted
    }
    # what a handful of rows breaks may be too far down to be listed
    agree = all(ours[column] >= count / 2 for column, count in wanted.items() if count > 20)
    return f"impossible rows by age: {wanted}, ours {ours}", "agree" if agree else "differ"


def _beyond(audit: audits.Audit, item: dict[str, Any]) -> tuple[str, str]:
    """Numbers beyond the real range; shifts within it are drift's."""
    beyond = {c["column"] for c in item["columns"] if c["max"][1] > c["max"][0]}
    if not beyond:
        return "numeric shift: nothing out of the real range", "silent"
    rows = [row for row in audit["plausibility"].tables["rules"] if row.kind == "range"]
    ours = {row.columns[0]: row.broken for row in rows}
    said = f"numbers out of range: {sorted(beyond)}, ours {ours}"
    return said, "agree" if beyond <= set(ours) else "differ"


LATER = {"impossible_rows": _impossible, "numeric_shift": _beyond}


if __name__ == "__main__":
    main()
