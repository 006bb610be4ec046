"""What a report has to know of a question: its words, its tables, how it is answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from audits.pictures.model import Picture
from audits.reports.document_material import name_of, people_ranged, short, whole
from audits.results import Answer, Verdict
from audits.settings import Settings

Methods = Callable[[Settings], tuple[str, ...]]


@dataclass(frozen=True)
class Shown:
    """A column of a table: its heading, and what it says of a row.

    Where small counts are hidden, a number that `hides` is missing for no other reason.
    """

    name: str
    cell: Callable[[Any], str | Verdict]
    left: bool = False
    width: float = 0.0
    hides: bool = False

    def said(self, row: Any, *, hiding: bool) -> str | Verdict:
        """The cell of a row, which tells what is hidden from what is not known."""
        found = self.cell(row)
        return "hidden" if hiding and self.hides and found == "–" else found


@dataclass(frozen=True)
class Lines:
    """Rows of one of a question's tables, as lines under a caption.

    `chosen` picks rows and puts them in order, the worst first; without it all are there, in their
    own order. At most so many lines are shown.
    """

    table: str
    caption: str
    shown: tuple[Shown, ...]
    chosen: Callable[[Answer], Sequence[Any]] | None = None
    most: int = 15

    def rows(self, answer: Answer) -> Sequence[Any]:
        """The rows to show."""
        return answer.tables.get(self.table, ()) if self.chosen is None else self.chosen(answer)


def _nothing(_answer: Answer) -> tuple[str, ...]:
    return ()


def _none_drawn(_answer: Answer, _width: float) -> Sequence[tuple[Picture, str]]:
    return ()


@dataclass(frozen=True)
class Presentation:
    """The words and tables of one question.

    `about` stands beside its title. `bad` is what a group with a problem is, in the singular and in
    the plural. `caption` stands beneath its picture. `main` is its table of groups, `by_column` the
    one of columns with a bad finding, `further` are those beneath. `methods` are paragraphs in
    plain words with the limits in force; `terms` are words to explain, and what they mean. `lead`
    is what is said of the answer as a whole, `pictures` what is drawn beneath the ranked groups;
    the groups have `intervals`, or counts without.
    """

    about: str
    bad: tuple[str, str]
    caption: str
    main: Lines
    methods: Methods
    terms: tuple[tuple[str, str], ...]
    by_column: Lines | None = None
    further: tuple[Lines, ...] = ()
    lead: Callable[[Answer], tuple[str, ...]] = _nothing
    intervals: bool = True
    pictures: Callable[[Answer, float], Sequence[tuple[Picture, str]]] = _none_drawn


# -- columns that many tables have -----------------------------------------------------------------

GROUP = Shown("Group", lambda row: name_of(row.group, 60), left=True, width=0.22)
REAL = Shown("Real people", lambda row: whole(row.real), hides=True)
SYNTHETIC = Shown("Synthetic rows", lambda row: whole(row.synthetic), hides=True)
ATTRIBUTE = Shown("Column", lambda row: short(row.attribute, 40), left=True, width=0.2)


def people(row: Any) -> str:
    """The effective number of people with its interval."""
    return people_ranged(row.effective_people)


LINES = 40
"""Groups in a table of the questions that every report answers."""

# -- words that several questions use --------------------------------------------------------------

HOLDOUT = (
    "Holdout",
    "Real rows the generator never saw: the fresh people to compare with.",
)
