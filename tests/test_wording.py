"""One thing is written as one: no report says "1 rows" or "1 synthetic rows are"."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest

import audits
from audits.estimates import many
from audits.pictures.rankings import has_picture, ranking
from audits.reports.flags_report import flags_text
from audits.reports.plan_report import plan_text
from audits.reports.text_report import audit_text
from audits.reports.weighting_report import weighting_text

_THINGS = (
    "rows|people|columns|groups|records|ones|lines|findings|values|members|patterns|types|"
    "generations|recruits|quotas|tables|shares|rules|combinations|levels|bands|pairs|comparisons|"
    "copies|chains|sweeps|warnings|statements|notes"
)
_WRONG = (
    re.compile(
        rf"(?<![\d.,–-])(?<!real, )(?<!and )\b1 (?:(?:synthetic|real|more) )?(?:{_THINGS})\b"
    ),
    re.compile(
        r"(?<!and )\b1 (?:synthetic row|real row|row|real person|person) (?:are|have|rest)\b"
    ),
    re.compile(r"\b[01] of 1 synthetic row equal\b"),
    re.compile(r"median no limit"),
)
_WIDE = 10_000


def people(seed: int, **sizes: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    rows = [(race, "fm"[i % 2]) for race, n in sizes.items() for i in range(n)]
    table = pd.DataFrame(rows, columns=["race", "sex"])
    return table.assign(
        age=rng.integers(18, 80, len(table)), town=rng.choice(list("abcd"), len(table))
    )


def said_of_one(text: str) -> list[str]:
    return [match.group(0) for wrong in _WRONG for match in wrong.finditer(text)]


REAL, MADE = people(1, ash=200, birch=1, cedar=30), people(2, ash=200, birch=1, cedar=1)
BY = {"sensitive_features": ["race", "sex"]}


def everything_said() -> dict[str, str]:
    """Text of every report about groups of one."""
    held = people(3, ash=1)
    audit = audits.compare(REAL, MADE, holdout=held, **BY)
    groups = [row.group for row in audit["coverage"].rows]
    drawn = [answer for answer in audit.answers.values() if has_picture(answer)]
    pictures = [ranking(answer, groups, 20) for answer in drawn]
    plan = audits.plan(REAL, **BY)
    weights = audits.reweight(REAL, {"race": {"ash": 0.3, "birch": 0.4, "cedar": 0.3}})
    chain = audits.generations([REAL, MADE, MADE.iloc[:1]], sensitive_features="race")
    return {
        "audit": audit_text(audit, width=_WIDE, everything=True),
        "pictures": "\n".join(map(str, pictures)),
        "flags": flags_text(audits.flag(REAL, MADE, **BY), width=_WIDE),
        "plan": plan_text(plan, width=_WIDE),
        "weights": weighting_text(weights, width=_WIDE),
        "chain": audit_text(chain, width=_WIDE, everything=True),
        "ranks": str(audits.versus(REAL, {"a": MADE, "b": MADE.iloc[:1]}, holdout=held,
                                   sensitive_features="race", ask=["coverage", "copying"])),
        "card": str(audits.card(audit, {"race": "birch"}).people_says),
    }  # fmt: skip


@pytest.fixture(scope="module")
def said():
    return everything_said()


@pytest.mark.parametrize(
    "report", ["audit", "pictures", "flags", "plan", "weights", "chain", "ranks", "card"]
)
def test_one_is_written_as_one(said, report):
    assert said_of_one(said[report]) == []


def test_what_is_looked_for_is_found():
    wrong = "1 rows; 1 synthetic row are; 0 of 1 synthetic row equal; 21 rows; 2.1 rows; 1 row is"
    assert said_of_one(wrong) == ["1 rows", "1 synthetic row are", "0 of 1 synthetic row equal"]


def test_weights_of_nothing_have_no_boundless_spread():
    table = pd.DataFrame({"race": ["ash"] * 30 + ["birch"] * 70})
    made = audits.reweight(table, {"race": {"ash": 1.0, "birch": 0.0}})
    assert "more than half of the rows weigh nothing" in weighting_text(made, width=_WIDE)


def test_many():
    assert [many(n, "person", "people") for n in (0, 1, 2)] == ["0 people", "1 person", "2 people"]
