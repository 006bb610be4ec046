"""The pictures of a report, under their captions; a question that nobody drew has none."""

from __future__ import annotations

import math
from collections.abc import Sequence

from audits.cards import Card
from audits.errors import UnknownNameError
from audits.estimates import percent
from audits.pictures.model import Picture
from audits.questions.drift_rows import ProfileRow
from audits.questions.words import listed
from audits.reports.blocks import Figure
from audits.reports.document_material import Material, name_of, short
from audits.results import Answer, Group

_WIDTH, _HALF = 480.0, 230.0
_GROUPS = 20
_TALLEST = 620.0  # points that fit on a page beside a heading and a caption
_BESIDE = 2  # profiles beside the curve
_GRIDS = 2  # pairs of features that are drawn

_CAPTIONS = {
    "coverage": "Each group's share of the synthetic rows over its share of the real ones, the "
    "lowest on top",
    "drift": "How well real and synthetic rows are told apart within each group, and how far the "
    "column moved that moved most; the most moved on top",
    "diversity": "How much of each group's variety is lost, the most on top",
    "provenance": "On how many real people each group rests in effect, the fewest on top",
}


def of_answer(answer: Answer) -> list[Figure]:
    """The picture of a question's groups; none where nobody drew one."""
    from audits.pictures.dots import dots

    try:
        picture = dots(answer, width=_WIDTH, most=_GROUPS)
    except UnknownNameError:  # a question of a plug-in
        return []
    caption = _CAPTIONS.get(answer.question, answer.title)
    level = percent(answer.settings.confidence)
    return [Figure(picture, f"{caption}; intervals of {level}.")]


def of_people(card: Card) -> list[Figure]:
    """A strip of real people, and the synthetic rows that rest on each."""
    from audits.pictures.card import strip

    if not card.real and not card.synthetic:
        return []
    said = "and the synthetic rows that rest on each" if _known(card) else "and the synthetic rows"
    return [Figure(strip(card, _WIDTH), f"The real people of {name_of(card.group, 60)}, {said}.")]


def of_members(card: Card, rows: Sequence[ProfileRow]) -> list[Figure]:
    """How unevenly people are used, beside the columns in which a group differs most."""
    from audits.pictures.grids import grid
    from audits.pictures.lorenz import lorenz
    from audits.pictures.profiles import profile

    drawn = [(row, profile(row, _HALF)) for row in rows]
    drawn = [(row, picture) for row, picture in drawn if picture.height <= _TALLEST / 2]
    if not _known(card) or len(card.people) == 1:
        return _paired(drawn)
    uneven = "how unevenly the synthetic rows rest on the real people"
    curve, beside = lorenz(card, _HALF), drawn[:_BESIDE]
    if not beside:
        return [Figure(curve, f"{uneven[0].upper()}{uneven[1:]}.")]
    right = grid([picture for _, picture in beside], columns=1)
    caption = f"Left, {uneven}; right, {_members(beside)}."
    return [Figure(grid([curve, right]), caption), *_paired(drawn[_BESIDE:])]


def _known(card: Card) -> bool:
    """Whether it is listed on whom each row rests."""
    return sum(card.people) > 0 and not math.isnan(card.top5_share)


def _paired(drawn: Sequence[tuple[ProfileRow, Picture]]) -> list[Figure]:
    """Profiles beside each other."""
    from audits.pictures.grids import grid

    if not drawn:
        return []
    said = _members(drawn)
    return [Figure(grid([one for _, one in drawn]), f"{said[0].upper()}{said[1:]}.")]


def _members(drawn: Sequence[tuple[ProfileRow, Picture]]) -> str:
    names = listed([short(row.attribute, 40) for row, _ in drawn])
    return f"real and synthetic members by {names}, as shares of their rows"


def of_crossings(material: Material) -> list[Figure]:
    """Two features by each other: the pairs with the worst crossings."""
    from audits.pictures.heat import crossing

    answer = material.audit.answers.get("coverage")
    if answer is None:
        return []
    figures = []
    for rows, columns in _pairs(material, answer)[:_GRIDS]:
        picture = crossing(answer, rows, columns, _WIDTH)
        if picture.height <= _TALLEST:
            caption = (
                f"{short(rows, 40)} by {short(columns, 40)}: synthetic share over real share, and "
                "the number of real people (n)."
            )
            figures.append(Figure(picture, caption))
    return figures


def _pairs(material: Material, answer: Answer) -> list[tuple[str, str]]:
    """Pairs of features with a measured crossing, worst first; the longer one makes the rows."""
    measured: dict[tuple[str, ...], set[Group]] = {}
    for row in answer.rows:
        if len(row.group) == 2:
            measured.setdefault(tuple(column for column, _ in row.group), set()).add(row.group)
    ranked = [tuple(column for column, _ in group) for group in material.groups]
    found = []
    for pair in dict.fromkeys([*(one for one in ranked if one in measured), *sorted(measured)]):
        first, second = pair
        values = [{group[side][1] for group in measured[pair]} for side in (0, 1)]
        longer = len(values[0]) >= len(values[1])
        found.append((first, second) if longer else (second, first))
    return found
