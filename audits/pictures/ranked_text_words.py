"""Marked words ranked: the word of every group whose tie surely grew most.

Without real texts it is the word that most surely sets the group apart.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, number
from audits.pictures.arranging import Told, arranged, name
from audits.pictures.panels import Dot, Limit, Look, Panel, Ranking
from audits.results import Answer
from audits.settings import Settings
from audits.visible import visible

_LONGEST = 22  # letters of a word that stand beside a dot


def text_words(answer: Answer, shown: Sequence[Any], most: int) -> Ranking:
    """Return the groups whose words are surest first."""
    settings = answer.settings
    rows = sorted(shown, key=lambda row: (-_least(_factor(row)), row.group))
    title = "Whose words the generator tied more closely"
    if rows and rows[0].alone:
        title = "Which word sets a group apart"
    told = Told(title, _alt(rows, settings), _beside)

    def panels(drawn: Sequence[Any]) -> tuple[Panel, ...]:
        return (_apart(drawn) if drawn and drawn[0].alone else _grown(drawn, settings),)

    return arranged(rows, most, told, panels, lambda row: _factor(row).known)


def _grown(rows: Sequence[Any], settings: Settings) -> Panel:
    watch, problem = settings.marked_watch, settings.marked_problem
    return Panel(
        "times as strong as in the real texts",
        tuple(_dot(row, _look(_factor(row), settings)) for row in rows),
        (
            Limit(1.0, "unchanged", "solid"),
            Limit(watch, f"watch {number(watch)}", "dot"),
            Limit(problem, f"problem {number(problem)}"),
        ),
        band=(1 / watch, watch),
        ends=(0.1, 1000.0),
        log=True,
        room=130.0,
    )


def _apart(rows: Sequence[Any]) -> Panel:
    look = Look("not enough evidence", "how it is in real texts is not known")
    return Panel(
        "times as often as in the other texts",
        tuple(_dot(row, look) for row in rows),
        (Limit(1.0, "as often", "solid"),),
        band=(1.0, 1.0),
        ends=(0.1, 1000.0),
        log=True,
        room=130.0,
    )


def _factor(row: Any) -> Estimate:
    found: Estimate = row.first_times if row.alone else row.growth
    return found


def _word(row: Any) -> str:
    word = row.first if row.alone else row.word
    return "" if word is None else visible(word)


def _least(factor: Estimate) -> float:
    """The least growth that the interval allows; below 0 where it is not known."""
    if not factor.known or not factor.low > 0:
        return -math.inf
    return math.log(factor.low)


def _dot(row: Any, look: Look) -> Dot:
    factor, word = _factor(row), _word(row)
    if not factor.known:
        says = f"{word}: hidden" if word else _why(row)
        return Dot(factor, Look("not enough evidence", "not known"), says)
    short = word if len(word) <= _LONGEST else f"{word[: _LONGEST - 1]}…"
    return Dot(
        factor, look, f"{number(factor.value)}×", short, tells=f"{word}: {factor}; {_texts(row)}"
    )


def _why(row: Any) -> str:
    """Why no word stands here."""
    if not (row.words_synthetic if row.alone else row.compared):
        return "too few texts"
    named = row.marked_synthetic if row.alone else row.grown
    return "hidden" if named else "no word"


def _look(factor: Estimate, settings: Settings) -> Look:
    if _least(factor) > math.log(settings.marked_problem):
        return Look("problem", "interval beyond the problem limit")
    if _least(factor) > math.log(settings.marked_watch):
        return Look("watch", "interval beyond the watch limit")
    return Look("ok", "interval reaches within the limits")


def _texts(row: Any) -> str:
    return f"{row.real:,} real, {row.synthetic:,} synthetic texts"


def _beside(row: Any) -> str:
    word = _word(row)
    count = row.marked_synthetic if row.alone else row.grown
    said = f"{count:,} words apart" if row.alone else f"{count:,} grown"
    return f"{word}; {said}" if word else said


def _alt(rows: Sequence[Any], settings: Settings) -> str:
    known = [row for row in rows if _factor(row).known]
    if not known:
        return "No group has a word of which anything can be shown."
    first = known[0]
    if first.alone:
        return (
            f"Of {len(rows)} groups, {len(known)} have a word that sets their texts apart; the "
            f"surest is {_word(first)} for {name(first)}, "
            f"{number(_factor(first).value)} times as often."
        )
    many = sum(_least(_factor(row)) > math.log(settings.marked_watch) for row in known)
    return (
        f"Of {len(rows)} groups, {many} have a word whose tie is at least "
        f"{number(settings.marked_watch)} times as strong as in the real texts, by the whole "
        f"interval; the surest is {_word(first)} for {name(first)}, "
        f"{number(_factor(first).value)} times as strong."
    )
