"""Conditions of rules against pandas' own three-valued logic, on rows with gaps."""

from __future__ import annotations

import operator

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audits.data import engines
from audits.data.rules import bind
from audits.data.rules_counted import in_order
from audits.data.rules_file import Places, Rule
from audits.data.rules_syntax import parse
from audits.data.workspace import Workspace

RNG = np.random.default_rng(7)
NUMBERS = RNG.choice([0.0, 1.0, 2.0, 3.0, np.nan], size=(60, 3))
FRAME = pd.DataFrame(
    {
        **{name: NUMBERS[:, i] for i, name in enumerate("abc")},
        "t": RNG.choice(["x", "y", None], 60),
        "u": RNG.choice(["x", "y", "z", None], 60),
    }
)
NULLABLE = FRAME.astype({**dict.fromkeys("abc", "Float64"), "t": "string", "u": "string"})
SIGNS = {
    "=": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt,
    ">=": operator.ge,
}  # fmt: skip
ARITHMETIC = {"+": operator.add, "-": operator.sub, "*": operator.mul}


@pytest.fixture(scope="module")
def tables():
    with (
        Workspace() as work,
        engines.opened({"real": FRAME, "synthetic": FRAME}, work, markers=frozenset()) as found,
    ):
        yield found


# Conditions are drawn as nested tuples, so that each can be written in the language and worked out
# by pandas.

NUMERIC = st.recursive(
    st.sampled_from("abc") | st.integers(0, 3),
    lambda part: st.tuples(st.sampled_from([*ARITHMETIC, "/"]), part, part),
    max_leaves=4,
)


def with_column(number):
    """Whether a calculation holds a column: of numbers alone nothing is compared."""
    return any(name in repr(number) for name in "abc")


LEAVES = (
    st.tuples(st.sampled_from(sorted(SIGNS)), NUMERIC.filter(with_column), NUMERIC)
    | st.tuples(
        st.just("between"), NUMERIC.filter(with_column), st.integers(0, 3), st.integers(0, 3)
    )
    | st.tuples(
        st.just("in"),
        st.sampled_from("tu"),
        st.sets(st.sampled_from("xyz"), min_size=1).map(sorted).map(tuple),
    )
    | st.tuples(st.just("same"), st.sampled_from(["t = u", "t != u", "u = z"]))
    | st.tuples(st.just("missing"), st.sampled_from("abctu"))
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda part: (
        st.tuples(st.sampled_from(["and", "or"]), part, part) | st.tuples(st.just("not"), part)
    ),
    max_leaves=6,
)
TEXTS = {
    "t = u": lambda: NULLABLE["t"] == NULLABLE["u"],
    "t != u": lambda: NULLABLE["t"] != NULLABLE["u"],
    "u = z": lambda: NULLABLE["u"] == "z",
}


def reckoned(number):
    """A calculation as it is written, and its numbers; of a division by zero nothing is known."""
    if isinstance(number, int):
        return str(number), pd.Series(float(number), index=FRAME.index, dtype="Float64")
    if isinstance(number, str):
        return number, NULLABLE[number]
    sign, (left, one), (right, other) = number[0], reckoned(number[1]), reckoned(number[2])
    numbers = one / other.mask(other == 0) if sign == "/" else ARITHMETIC[sign](one, other)
    return f"({left} {sign} {right})", numbers.astype("Float64")


def told(condition):
    """A condition as it is written, and its truth by pandas."""
    kind, *parts = condition
    if kind in ("and", "or"):
        (left, one), (right, other) = map(told, parts)
        return f"({left} {kind} {right})", (one & other) if kind == "and" else (one | other)
    if kind == "not":
        text, truth = told(parts[0])
        return f"not ({text})", ~truth
    text, truth = leaf(kind, parts)
    return text, truth.astype("boolean")


def leaf(kind, parts):
    if kind in SIGNS:
        (left, one), (right, other) = map(reckoned, parts)
        return f"{left} {kind} {right}", SIGNS[kind](one, other)
    if kind == "between":
        text, numbers = reckoned(parts[0])
        both = (numbers >= parts[1]) & (numbers <= parts[2])
        return f"{text} between {parts[1]} and {parts[2]}", both
    if kind == "in":
        column, values = NULLABLE[parts[0]], parts[1]
        truth = column.isin(values).astype("boolean").mask(column.isna())
        return f"{parts[0]} in ({', '.join(values)})", truth
    if kind == "same":
        return parts[0], TEXTS[parts[0]]()
    return f"{parts[0]} is missing", NULLABLE[parts[0]].isna()


def found(tables, text):
    rule = Rule("rule", text, parse(text), 0.0, Places("rules.toml", text, (*range(len(text)), 0)))
    rules = bind([rule], tables, 1000)
    checks = rules.checks("synthetic", tables)
    return np.concatenate(list(in_order(tables["synthetic"], checks)))[:, 0]


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(condition=CONDITIONS)
def test_conditions_are_those_of_pandas(tables, condition):
    text, truth = told(condition)
    expected = truth.map({True: 1, False: 2}).astype("Int64").fillna(0)
    assert found(tables, text).tolist() == expected.tolist()


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(must=CONDITIONS, only=CONDITIONS)
def test_a_rule_for_some_rows_checks_those_alone(tables, must, only):
    (text, truth), (condition, chosen) = told(must), told(only)
    expected = truth.map({True: 1, False: 2}).astype("Int64").fillna(0)
    expected = expected.where(chosen.fillna(False).astype(bool), 0)
    assert found(tables, f"{text} if {condition}").tolist() == expected.tolist()
