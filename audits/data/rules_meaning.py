"""What a rule means for the tables at hand: its words become columns and values.

A word is the column of that name, where there is one; else a value of the column it is compared
with.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import NoReturn

from audits.data.rules_columns import Facts
from audits.data.rules_file import Rule
from audits.data.rules_syntax import (
    Among,
    Between,
    Calculation,
    Comparison,
    Condition,
    Dependency,
    Joined,
    Literal,
    Missing,
    Name,
    Node,
    Not,
)
from audits.data.rules_truth import (
    Absent,
    AtLeastOne,
    Calculated,
    Compared,
    Constant,
    Contrary,
    Every,
    Number,
    Numeric,
    OneOf,
    Same,
    Truth,
    Unknown,
)
from audits.data.tables import Engine
from audits.data.values import as_day, as_number, canonical, number_text
from audits.errors import ColumnNotFoundError


@dataclass(frozen=True)
class BoundCondition:
    """A condition on columns; `given` says which rows it is for (None: all)."""

    must: Truth
    given: Truth | None


@dataclass(frozen=True)
class BoundDependency:
    """Columns that determine another, each with its family."""

    by: tuple[tuple[str, str], ...]
    what: tuple[str, str]


Bound = BoundCondition | BoundDependency


@dataclass(frozen=True)
class _Numbers:
    expression: Numeric
    family: str


@dataclass(frozen=True)
class _Texts:
    facts: Facts


@dataclass(frozen=True)
class _Value:
    """A value as it is written; `number` where it is one without quotation marks."""

    text: str
    number: float | None


_Side = _Numbers | _Texts | _Value | None  # None: a column without a value in any table


class Binder:
    """Binds one rule; `remarks` gathers what is odd about it without being wrong."""

    def __init__(
        self, rule: Rule, tables: Mapping[str, Engine], facts: Callable[[str], Facts]
    ) -> None:
        self._rule, self._tables, self._facts = rule, tables, facts
        self._known = {
            role: [column.name for column in engine.columns] for role, engine in tables.items()
        }
        self.columns: dict[str, str] = {}
        self.remarks: list[str] = []

    def bound(self) -> Bound:
        """Return the rule over columns.

        Raises
        ------
        RuleError
            If it names a column that a table does not have, or compares what cannot be compared.
        """
        meaning = self._rule.meaning
        if isinstance(meaning, Dependency):
            by = tuple((name.word, self._column(name).family) for name in meaning.by)
            return BoundDependency(by, (meaning.what.word, self._column(meaning.what).family))
        assert isinstance(meaning, Condition)
        given = None if meaning.given is None else self._truth(meaning.given)
        return BoundCondition(self._truth(meaning.must), given)

    def _wrong(self, node: Node, reason: str, advice: str = "") -> NoReturn:
        raise self._rule.places.error(node.at, reason, advice)

    # -- columns -----------------------------------------------------------------------------------

    def _column(self, name: Name) -> Facts:
        for role, known in self._known.items():
            if name.word not in known:
                title = self._tables[role].source.title
                self._wrong(name, str(ColumnNotFoundError(name.word, title, known)))
        facts = self._facts(name.word)
        self.columns[name.word] = facts.family
        return facts

    def _is_column(self, node: Node) -> bool:
        if not isinstance(node, Name):
            return False
        return node.quoted or any(node.word in known for known in self._known.values())

    def _near(self, word: str, facts: Facts | None = None) -> str:
        """Name a column, or a value, that is spelt almost so."""
        values = sorted(facts.values or ()) if facts else []
        if close := get_close_matches(word, values, n=1):
            return f"Did you mean {close[0]!r}?"
        everywhere = set.intersection(*map(set, self._known.values()))
        if close := get_close_matches(word, sorted(everywhere), n=1):
            return f"Did you mean the column {close[0]!r}?"
        return "Check the spelling."

    # -- values ------------------------------------------------------------------------------------

    def _side(self, node: Node) -> _Side:
        if isinstance(node, Calculation):
            return self._calculated(node)
        if isinstance(node, Literal):
            if isinstance(node.value, float):
                return _Value(number_text(node.value), node.value)
            return _Value(node.value, None)
        assert isinstance(node, Name)
        if not self._is_column(node):
            return _Value(node.word, None)
        facts = self._column(node)
        if facts.family == "text":
            return _Texts(facts)
        if facts.family == "nothing":
            return None
        return _Numbers(Number(facts.name, facts.family), facts.family)

    def _calculated(self, node: Calculation) -> _Side:
        sides = [self._operand(part) for part in (node.left, node.right)]
        left, right = sides
        if left is None or right is None:
            return None
        dates = [side.family == "date" for side in (left, right)]
        if any(dates) and (
            node.sign not in "+-" or dates == [False, True] or (all(dates) and node.sign == "+")
        ):
            self._wrong(
                node,
                "this calculation with a date makes no sense.",
                "A number of days may be added to a date, and dates subtracted.",
            )
        family = "date" if dates == [True, False] else "number"
        return _Numbers(Calculated(node.sign, left.expression, right.expression), family)

    def _operand(self, node: Node) -> _Numbers | None:
        """Return a part of a calculation: it has to be a number."""
        side = self._side(node)
        if isinstance(side, _Texts):
            self._wrong(node, f"{_holds_text(side.facts)}, which cannot be reckoned with.")
        if isinstance(side, _Value):
            if side.number is not None:
                return _Numbers(Constant(side.number), "number")
            if (day := as_day(side.text)) is not None:
                return _Numbers(Constant(day), "date")
            self._not_a_number(node, side)
        return side

    def _not_a_number(self, node: Node, value: _Value) -> NoReturn:
        if isinstance(node, Name):
            self._column(Name(node.at, node.word, quoted=True))  # which there is not: says so
        self._wrong(node, f"{value.text!r} is not a number.", "Write numbers like 1200.50.")

    # -- conditions --------------------------------------------------------------------------------

    def _truth(self, node: Node) -> Truth:
        if isinstance(node, Not):
            return Contrary(self._truth(node.part))
        if isinstance(node, Joined):
            parts = tuple(self._truth(part) for part in node.parts)
            return Every(parts) if node.word == "and" else AtLeastOne(parts)
        if isinstance(node, Missing):
            return Absent(self._column(node.column).name)
        if isinstance(node, Between):
            low = self._compared(Comparison(node.at, ">=", node.value, node.low))
            return Every((low, self._compared(Comparison(node.at, "<=", node.value, node.high))))
        if isinstance(node, Among):
            return self._among(node)
        assert isinstance(node, Comparison)
        return self._compared(node)

    def _not_a_column(self, node: Node, value: _Value) -> NoReturn:
        if isinstance(node, Name):
            self._column(Name(node.at, node.word, quoted=True))
        self._wrong(node, f"{value.text!r} is a value.", "Name a column here.")

    def _among(self, node: Among) -> Truth:
        side = self._side(node.value)
        if isinstance(side, _Value):
            self._not_a_column(node.value, side)
        parts: list[Truth] = []
        for choice in node.choices:
            value = choice
            if isinstance(choice, Name):  # a word in a list is a value, whatever columns there are
                value = Literal(choice.at, choice.word, "text")
            parts.append(self._matched("=", node.value, side, value, self._side(value)))
        return AtLeastOne(tuple(parts))

    def _compared(self, node: Comparison) -> Truth:
        left, right = self._side(node.left), self._side(node.right)
        if isinstance(left, _Value):
            if isinstance(right, _Value):
                first = node.left if isinstance(node.left, Name) else node.right
                self._not_a_column(first, left if first is node.left else right)
            return self._matched(
                _TURNED.get(node.sign, node.sign), node.right, right, node.left, left
            )
        return self._matched(node.sign, node.left, left, node.right, right)

    def _matched(self, sign: str, at: Node, left: _Side, to: Node, right: _Side) -> Truth:
        """Compare a column, or a calculation, with something."""
        if left is None or right is None:
            return Unknown()
        if isinstance(left, _Texts):
            return self._of_text(sign, left.facts, to, right)
        assert isinstance(left, _Numbers)
        if isinstance(right, _Texts):
            return self._of_text(sign, right.facts, at, left)
        other = self._as_family(left, to, right) if isinstance(right, _Value) else right
        if left.family != other.family:
            self._wrong(to, "a date is compared with a number.", "Write dates like 2026-01-31.")
        return Compared(sign, left.expression, other.expression, self._rule.tolerance)

    def _as_family(self, left: _Numbers, node: Node, value: _Value) -> _Numbers:
        """Read a value as what it is compared with."""
        number = value.number
        if left.family == "date":
            number = as_day(value.text)
        elif number is None:
            number = as_number(value.text)
        if number is None:
            what = "a number" if left.family == "number" else "a date such as 2026-01-31"
            self._wrong(
                node,
                f"{value.text!r} is neither a column nor {what}, and is compared with "
                f"{'numbers' if left.family == 'number' else 'dates'}.",
                self._near(value.text),
            )
        return _Numbers(Constant(number), left.family)

    def _of_text(self, sign: str, facts: Facts, to: Node, right: _Side) -> Truth:
        if isinstance(right, _Numbers):
            self._wrong(to, f"{_holds_text(facts)}, and is compared with a number.")
        if sign not in ("=", "!="):
            self._wrong(
                to, f"{_holds_text(facts)}, which has no order.",
                f"List the values that are meant: {facts.name} in (a, b).",
            )  # fmt: skip
        same: Truth
        if isinstance(right, _Texts):
            same = Same(facts.name, right.facts.name)
        else:
            assert isinstance(right, _Value)
            same = OneOf(facts.name, self._values(facts, to, right))
        return same if sign == "=" else Contrary(same)

    def _values(self, facts: Facts, node: Node, value: _Value) -> frozenset[str]:
        """Return the values of a column that a value of the rule means."""
        text = canonical(value.text)
        if text is None:
            self._wrong(node, f"{value.text!r} means missing.", f"Write {facts.name} is missing.")
        found = facts.meaning(text)
        if facts.values is None or found & facts.values:
            return found
        if value.number is not None:
            self._wrong(node, f"{_holds_text(facts)}, and {text} is none of its values.")
        line, column = self._rule.places.line_and_column(node.at)
        self.remarks.append(
            f"{self._rule.places.file}, line {line}, column {column}: no row of any table has "
            f"{facts.name} = {text!r}. {self._near(text, facts)}"
        )
        return found


_TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def _holds_text(facts: Facts) -> str:
    shown = f" such as {facts.example[:60]!r}" if facts.example else ""
    return f"the column {facts.name!r} holds text{shown}"
