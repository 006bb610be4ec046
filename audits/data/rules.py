"""Rules given by the user, checked on every row of every table.

A file of rules is TOML::

    [[rule]]
    name = "children are not married"
    check = "age >= 15 if marital = married"

    [[rule]]
    check = "zip determines city"

    [[rule]]
    check = "net = gross - tax"
    tolerance = 0.01

A rule is a condition (``age between 0 and 120``), a condition for some rows (``… if …``), or a
dependency (``zip, country determines city``). Conditions are comparisons (= != < <= > >=),
``between … and …``, ``in (…)``, ``not in (…)``, ``is missing``, ``is not missing``, joined by
``and``, ``or``, ``not`` and parentheses; numbers and dates may be reckoned with (+ - * /). A name
with blanks stands in double quotation marks, a text in single ones or, if it is one word, in none.
A word is the column of that name where there is one; in the list after ``in`` it is always a value.
Dates are written 2026-01-31; a difference of dates is a number of days.

A row is checked by a rule if all that decides it is known: what is compared with a missing value is
neither true nor false, and the rule is then neither held nor broken (``and`` is still false if one
part is, ``or`` still true). ``A if B`` is checked where B is true. Numbers are equal if they differ
by no more than the rule's `tolerance`, or a billionth of their size. A dependency is what most real
rows with the same value say; where no real row has the value, most rows of the table itself; a row
alone with its value in the real table, or new and alone in its own, is not checked; where two
values are equally frequent, all rows with them are broken.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from audits.data import rules_counted
from audits.data.rules_columns import Facts, facts_of
from audits.data.rules_counted import Checks
from audits.data.rules_dependencies import Determined
from audits.data.rules_file import Rule
from audits.data.rules_meaning import Binder, Bound
from audits.data.rules_syntax import words_of
from audits.data.tables import Counts, Engine

if TYPE_CHECKING:
    from audits.data.pair import Pair


@dataclass(frozen=True)
class RuleCounts:
    """Rows checked by one rule and rows that break it, per cell of the pair, in each table.

    Cells are those of `Pair.cells`, so that `Pair.groups.total` sums them over groups. Rows of the
    holdout in a cell that neither table has are left out; without a holdout both are None.
    """

    name: str
    check: str
    real_checked: Counts
    real_broken: Counts
    synthetic_checked: Counts
    synthetic_broken: Counts
    holdout_checked: Counts | None = None
    holdout_broken: Counts | None = None


@dataclass
class Rules:
    """Rules over the columns of the tables at hand, and what is odd about them."""

    rules: tuple[Rule, ...]
    bound: tuple[Bound, ...]
    columns: tuple[str, ...]
    notes: list[str]
    _learnt: dict[str, dict[int, Determined]] = field(default_factory=dict)
    _counted: tuple[RuleCounts, ...] | None = None

    def checks(self, role: str, tables: Mapping[str, Engine]) -> Checks:
        """Return what checks the rows of one table."""
        for name in ("real", role):
            if name not in self._learnt:
                self._learnt[name] = rules_counted.learn(tables[name], self.bound)
        real, own = self._learnt["real"], self._learnt[role]
        settled = {
            i: real[i].of_several() if role == "real" else real[i].and_then(own[i].of_several())
            for i in real
        }
        return Checks(self.bound, self.columns, settled)


def bind(given: Sequence[Rule], tables: Mapping[str, Engine], level_limit: int) -> Rules:
    """Find what rules mean in the tables.

    Raises
    ------
    RuleError
        If a rule names a column that a table lacks, or compares what cannot be compared.
    """
    known: dict[str, Facts] = {}
    words: set[str] = set().union(*(words_of(rule.meaning) for rule in given))
    for engine in tables.values():
        asked = [column.name for column in engine.columns if column.name in words]
        if asked:
            engine.prepare(dict.fromkeys(asked, level_limit))

    def facts(name: str) -> Facts:
        if name not in known:
            known[name] = facts_of(name, tables, level_limit)
        return known[name]

    bound, notes, columns = [], [], set()
    for rule in given:
        binder = Binder(rule, tables, facts)
        bound.append(binder.bound())
        notes += binder.remarks
        columns |= set(binder.columns)
    return Rules(tuple(given), tuple(bound), tuple(sorted(columns)), notes)


def violations(pair: Pair) -> tuple[RuleCounts, ...]:
    """Rows checked and broken per rule and cell in every table; nothing without rules."""
    rules = pair.rules
    if rules is None:
        return ()
    if rules._counted is None:
        rules._counted = _violations(pair, rules)
    return rules._counted


def _violations(pair: Pair, rules: Rules) -> tuple[RuleCounts, ...]:
    tables = {"real": pair.real, "synthetic": pair.synthetic}
    if pair.holdout is not None:
        tables["holdout"] = pair.holdout
    counted = {
        role: rules_counted.count(engine, rules.checks(role, tables), pair.features, pair.cells)
        for role, engine in tables.items()
    }
    fields = [
        {
            f"{role}_{what}": part[i]
            for role, both in counted.items()
            for what, part in zip(("checked", "broken"), both, strict=True)
        }
        for i in range(len(rules.rules))
    ]
    found = [
        RuleCounts(rule.name, rule.check, **counts)
        for rule, counts in zip(rules.rules, fields, strict=True)
    ]
    return tuple(found)


def remarks(pair: Pair) -> list[str]:
    """Say which rules check nobody, or are held by nobody: no rule passes in silence."""
    said = []
    for rule in violations(pair):
        for role in ("real", "synthetic"):
            checked, broken = (
                int(getattr(rule, f"{role}_{what}").sum()) for what in ("checked", "broken")
            )
            if checked == 0:
                said.append(
                    f"Rule {rule.name!r}: no {role} row can be checked by it; its condition is met "
                    "nowhere, or what it needs is missing everywhere."
                )
            elif role == "real" and broken == checked:
                said.append(
                    f"Rule {rule.name!r}: not one of {checked:,} real rows checked holds it. Is it "
                    "written as it is meant?"
                )
    return said
