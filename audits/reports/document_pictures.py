"""The pictures of a report, under their captions; a question that nobody drew has none."""

from __future__ import annotations

from collections.abc import Sequence

from audits.cards import Card
from audits.errors import UnknownNameError
from audits.estimates import percent
from audits.questions.drift_rows import ProfileRow
from audits.questions.words import listed
from audits.reports.blocks import Figure
from audits.reports.document_material import Material, name_of, short
from audits.results import Answer, Group

_WIDTH, _HALF, _LORENZ = 480.0, 230.0, 210.0
_GROUPS = 20
_TALLEST = 620.0  # points that fit on a page beside a heading and a caption
_GRIDS = 2  # pairs of features that are drawn

_CAPTIONS = {
    "coverage": "Each group's share of the synthetic rows over its share of the real ones",
    "drift": "How well real and synthetic rows are told apart within each group, and how far the "
    "column moved that moved most",
    "diversity": "How much of each group's variety is lost",
    "provenance": "On how many real people each group rests in effect",
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
    return [Figure(picture, f"{caption}, the worst on top, with intervals of {level}.")]


def of_card(card: Card) -> list[Figure]:
    """Whom a group rests on: a strip of real people, and how unevenly they are used."""
    from audits.pictures.card import strip
    from audits.pictures.lorenz import lorenz

    if not card.real and not card.synthetic:
        return []
    name = name_of(card.group, 60)
    listed_ = sum(card.people) > 0
    said = "and the synthetic rows that rest on each" if listed_ else "and the synthetic rows"
    figures = [Figure(strip(card, _WIDTH), f"The real people of {name}, {said}.")]
    if listed_ and len(card.people) > 1:
        caption = f"How unevenly the synthetic rows of {name} rest on its real people."
        figures.append(Figure(lorenz(card, _LORENZ), caption))
    return figures


def of_profiles(rows: Sequence[ProfileRow]) -> list[Figure]:
    """Columns within a group, real beside synthetic."""
    from audits.pictures.grids import grid
    from audits.pictures.profiles import profile

    drawn = [profile(row, _HALF) for row in rows]
    if not drawn:
        return []
    names = listed([short(row.attribute, 40) for row in rows])
    picture = grid(drawn)
    caption = f"Real and synthetic members by {names}, as shares of their rows."
    if picture.height <= _TALLEST:
        return [Figure(picture, caption)]
    return [
        Figure(one, f"Real and synthetic members by {short(row.attribute, 40)}.")
        for one, row in zip(drawn, rows, strict=True)
        if one.height <= _TALLEST
    ]


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
