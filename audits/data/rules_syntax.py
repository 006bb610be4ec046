"""The language of rules: what may be written, and the tree that is made of it.

A rule is a condition that every row must meet (``age between 0 and 120``), a condition for some
rows (``age >= 15 if marital = married``), or a dependency (``zip determines city``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, fields
from functools import cache
from typing import Any

from audits.data.names import clean_name

DEEPEST = 100
"""How many parts may lie inside each other."""

GRAMMAR = r"""
?start: conditional | dependency

dependency: name ("," name)* _DETERMINES name
conditional: either (_IF either)?

?either: both (_OR both)*
?both: negated (_AND negated)*
?negated: _NOT negated -> negation
        | "(" either ")"
        | sum SIGN sum -> comparison
        | sum _BETWEEN sum _AND sum -> between
        | sum _IN "(" value ("," value)* ")" -> among
        | sum _NOT _IN "(" value ("," value)* ")" -> not_among
        | name _IS _MISSING -> missing
        | name _IS _NOT _MISSING -> present

?sum: product
    | sum PLUS product -> calculation
    | sum MINUS product -> calculation
?product: signed
    | product TIMES signed -> calculation
    | product OVER signed -> calculation
?signed: MINUS signed -> negative
    | "(" sum ")"
    | number
    | text
    | date
    | name

?value: number | MINUS number -> negative | text | date | name
name: WORD | QUOTED
number: NUMBER
text: TEXT
date: DATE

_IF.2: /if\b/i
_AND.2: /and\b/i
_OR.2: /or\b/i
_NOT.2: /not\b/i
_IN.2: /in\b/i
_IS.2: /is\b/i
_BETWEEN.2: /between\b/i
_MISSING.2: /missing\b/i
_DETERMINES.2: /determines?\b/i
SIGN: "<=" | ">=" | "!=" | "==" | "=" | "<" | ">"
PLUS: "+"
MINUS: "-"
TIMES: "*"
OVER: "/"
DATE.3: /[0-9]{4}-[0-9]{2}-[0-9]{2}\b/
NUMBER.2: /([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?(?![\w.])/
TEXT: /'([^']|'')*'/
QUOTED: /"([^"]|"")*"/
WORD: /[^\W\d][\w.]*/

%import common.WS
%ignore WS
"""


@dataclass(frozen=True)
class Node:
    """A part of a rule; `at` is the place of its first letter in the rule's text."""

    at: int


@dataclass(frozen=True)
class Name(Node):
    """A word: a column, or a value where there is no such column. `quoted`: a column for sure."""

    word: str
    quoted: bool = False


@dataclass(frozen=True)
class Literal(Node):
    """A value as it is written: a number, a text or a date (ISO)."""

    value: float | str
    family: str


@dataclass(frozen=True)
class Calculation(Node):
    """Two numbers joined by + - * /."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Comparison(Node):
    """Two values compared: = != < <= > >=."""

    sign: str
    left: Node
    right: Node


@dataclass(frozen=True)
class Between(Node):
    """A value between two others, both included."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True)
class Among(Node):
    """A value that is one of several."""

    value: Node
    choices: tuple[Node, ...]


@dataclass(frozen=True)
class Missing(Node):
    """Whether a column's value is missing."""

    column: Name


@dataclass(frozen=True)
class Not(Node):
    """The contrary."""

    part: Node


@dataclass(frozen=True)
class Joined(Node):
    """Conditions joined by `and` or by `or`."""

    word: str
    parts: tuple[Node, ...]


@dataclass(frozen=True)
class Condition(Node):
    """What must be true, and of which rows (None: of all)."""

    must: Node
    given: Node | None


@dataclass(frozen=True)
class Dependency(Node):
    """Columns that determine another."""

    by: tuple[Name, ...]
    what: Name


class RuleSyntaxError(Exception):
    """A text that is no rule: where, what stands there, what could."""

    def __init__(self, at: int, found: str, expected: str) -> None:
        self.at, self.found, self.expected = at, found, expected
        super().__init__(f"found {found}, expected {expected}")


_VALUES = ("QUOTED", "NUMBER", "DATE", "TEXT", "MINUS", "LPAR")
_IN_WORDS = {
    "_IF": "if", "_AND": "and", "_OR": "or", "_NOT": "not", "_IN": "in", "_IS": "is",
    "_BETWEEN": "between", "_MISSING": "missing", "_DETERMINES": "determines",
    "SIGN": "one of = != < <= > >=", "PLUS": "one of + - * /", "MINUS": "one of + - * /",
    "TIMES": "one of + - * /", "OVER": "one of + - * /", "LPAR": "(", "RPAR": ")",
    "COMMA": "a comma", "$END": "the end of the rule", "WORD": "a column or a value",
}  # fmt: skip
_WORD = re.compile(r"[\w.]+|.", re.DOTALL)


def parse(text: str) -> Condition | Dependency:
    """Read one rule.

    Raises
    ------
    RuleSyntaxError
        If it is none.

    Examples
    --------
    >>> parse("zip determines city").by[0].word
    'zip'
    >>> parse("age >= 15 if marital = married").must.sign
    '>='
    """
    from lark.exceptions import UnexpectedCharacters, UnexpectedToken

    try:
        tree = _parser().parse(text)
    except UnexpectedToken as error:
        at = error.pos_in_stream if error.token.type != "$END" else len(text.rstrip())
        found = "the end" if error.token.type == "$END" else repr(str(error.token))
        expected = _in_words(error.accepts or error.expected)
        raise RuleSyntaxError(at or 0, found, expected) from None
    except UnexpectedCharacters as error:
        at = error.pos_in_stream or 0
        found = "a quotation mark that is never closed"
        if text[at] not in "'\"":
            found = repr(_WORD.findall(text, at)[0])
        expected = _in_words(_accepted(text[:at]) or error.allowed)
        raise RuleSyntaxError(at, found, expected) from None
    made = _made(tree)
    assert isinstance(made, Condition | Dependency)
    return made


def words_of(part: object) -> set[str]:
    """Return every word of a rule that may be the name of a column.

    >>> sorted(words_of(parse("age >= 15 if marital = married")))
    ['age', 'marital', 'married']
    """
    if isinstance(part, Name):
        return {part.word}
    if isinstance(part, Node):
        part = tuple(getattr(part, field.name) for field in fields(part))
    return set().union(*map(words_of, part)) if isinstance(part, tuple) else set()


@cache
def _parser() -> Any:
    from lark import Lark

    return Lark(GRAMMAR, parser="lalr", lexer="basic", propagate_positions=True)


def _accepted(before: str) -> Iterable[str]:
    """Which words may follow the beginning of a rule."""
    from lark.exceptions import LarkError

    parser = _parser().parse_interactive(before)
    try:
        parser.exhaust_lexer()
    except LarkError:
        return ()
    return tuple(parser.accepts())


def _in_words(expected: Iterable[str]) -> str:
    """Say which words may stand somewhere, the most telling first."""
    names, order = set(expected), list(_IN_WORDS)
    if "WORD" in names:  # wherever a column may stand, any value may
        names -= set(_VALUES)
    known = sorted(names & set(order), key=order.index)
    said = list(dict.fromkeys(_IN_WORDS[name] for name in known))
    return " or ".join([", ".join(said[:-1]), said[-1]] if len(said) > 1 else said)


# -- from the parser's tree ------------------------------------------------------------------------


def _made(tree: Any, depth: int = 0) -> Node:
    """Make a node of a part of the parser's tree."""
    at = int(tree.meta.start_pos)
    if depth > DEEPEST:
        raise RuleSyntaxError(at, "a part too deep inside others", f"at most {DEEPEST} levels")
    if tree.data in _WRITTEN:
        return _WRITTEN[tree.data](at, str(tree.children[0]))
    parts = [part if _is_sign(part) else _made(part, depth + 1) for part in tree.children]
    return _MAKERS[tree.data](at, parts)


def _is_sign(part: Any) -> bool:
    return not hasattr(part, "children")


def _name(at: int, text: str) -> Name:
    if text.startswith('"'):
        return Name(at, clean_name(text[1:-1].replace('""', '"')), quoted=True)
    return Name(at, clean_name(text))


def _conditional(at: int, parts: list[Any]) -> Condition:
    return Condition(at, parts[0], parts[1] if len(parts) > 1 else None)


def _dependency(at: int, parts: list[Any]) -> Dependency:
    return Dependency(at, tuple(parts[:-1]), parts[-1])


def _negative(at: int, parts: list[Any]) -> Node:
    value = parts[-1]
    if isinstance(value, Literal) and isinstance(value.value, float):
        return Literal(at, -value.value, value.family)
    return Calculation(at, "-", Literal(at, 0.0, "number"), value)


_WRITTEN: dict[str, Callable[[int, str], Node]] = {
    "name": _name,
    "number": lambda at, text: Literal(at, float(text), "number"),
    "text": lambda at, text: Literal(at, text[1:-1].replace("''", "'"), "text"),
    "date": lambda at, text: Literal(at, text, "text"),
}
_MAKERS: dict[str, Callable[[int, list[Any]], Node]] = {
    "conditional": _conditional,
    "dependency": _dependency,
    "either": lambda at, parts: Joined(at, "or", tuple(parts)),
    "both": lambda at, parts: Joined(at, "and", tuple(parts)),
    "negation": lambda at, parts: Not(at, parts[0]),
    "comparison": lambda at, parts: Comparison(at, _sign(parts[1]), parts[0], parts[2]),
    "between": lambda at, parts: Between(at, *parts),
    "among": lambda at, parts: Among(at, parts[0], tuple(parts[1:])),
    "not_among": lambda at, parts: Not(at, Among(at, parts[0], tuple(parts[1:]))),
    "missing": lambda at, parts: Missing(at, parts[0]),
    "present": lambda at, parts: Not(at, Missing(at, parts[0])),
    "calculation": lambda at, parts: Calculation(at, str(parts[1]), parts[0], parts[2]),
    "negative": _negative,
}


def _sign(token: Any) -> str:
    return "=" if token == "==" else str(token)
