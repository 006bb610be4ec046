"""The pictures of a report, under their captions; a question that nobody drew has none."""

from __future__ import annotations

import math
from collections.abc import Sequence

from audits.cards import Card
from audits.errors import UnknownNameError
from audits.estimates import percent
from audits.questions.drift_rows import ProfileRow
from audits.questions.words import listed
from audits.reports.blocks import Figure
from audits.reports.document_material import Material, name_of, short
from audits.reports.of_questions import presented
from audits.results import Answer, Group

_WIDTH = 467.0
_GROUPS = 20
_TALLEST = 620.0  # points that fit on a page beside a heading and a caption
_PAGE, _CURVE, _LOW = 467.0, 168.0, 104.0  # of the pictures on a group's page
_PARTS = 9  # categories of a small profile
_GRIDS = 2  # pairs of features that are drawn


def of_answer(answer: Answer) -> list[Figure]:
    """The picture of a question's groups; none where nobody drew one."""
    from audits.pictures.dots import dots

    try:
        picture = dots(answer, width=_WIDTH, most=_GROUPS)
    except UnknownNameError:  # a question of a plug-in
        return []
    found = presented(answer.question)
    if found is None:
        return [Figure(picture, f"{answer.title}.")]
    with_intervals = f"; intervals of {percent(answer.settings.confidence)}"
    caption = f"{found.caption}{with_intervals if found.intervals else ''}."
    further = found.pictures(answer, _WIDTH)
    return [Figure(picture, caption), *(Figure(drawn, f"{said}.") for drawn, said in further)]


def of_people(card: Card) -> list[Figure]:
    """A strip of real people with the rows that rest on each, and how unevenly they do."""
    from audits.pictures.card import strip
    from audits.pictures.grids import beside
    from audits.pictures.lorenz import lorenz

    if not card.real and not card.synthetic:
        return []
    name = name_of(card.group, 60)
    if not sum(card.people):
        return [Figure(strip(card, _PAGE), f"The real people of {name}, and the synthetic rows.")]
    said = f"The real people of {name}, and the synthetic rows that rest on each"
    if len(card.people) == 1 or math.isnan(card.top5_share):
        return [Figure(strip(card, _PAGE, height=_LOW), f"{said}.")]
    both = [strip(card, _PAGE - _CURVE - 16, height=_LOW), lorenz(card, _CURVE, _LOW)]
    return [Figure(beside(both), f"Left: {said[0].lower()}{said[1:]}. Right: how unevenly.")]


def of_course(material: Material, group: Group) -> list[Figure]:
    """A group's variety over the generations, beside that of everyone."""
    from audits.pictures.courses import courses

    answer = material.audit.answers.get("generations")
    if answer is None:
        return []
    groups = {(), group}
    picture = courses(answer, groups, width=_PAGE)
    names = listed([name_of(one, 40) for one in sorted(groups, key=len)])
    return [Figure(picture, f"Variety kept by {names}, generation by generation.")]


def of_members(rows: Sequence[ProfileRow]) -> list[Figure]:
    """The columns in which a group differs most, real beside synthetic, in small."""
    from audits.pictures.profiles import profiles

    rows = [row for row in rows if len(row.labels) <= _PARTS or row.edges]
    if not rows:
        return []
    names = listed([short(row.attribute, 40) for row in rows])
    said = f"Members by {names}: shares of the real and of the synthetic rows."
    return [Figure(profiles(rows, _PAGE, 3), said)]


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
