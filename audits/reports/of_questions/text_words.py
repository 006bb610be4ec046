"""Marked words in a report: which words are tied to whom, and which the generator tied more."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from audits.estimates import Estimate, number
from audits.pictures.model import Picture
from audits.pictures.words_apart import is_drawn, words_apart
from audits.reports.document_material import part_of, plain, ranged, short, whole
from audits.reports.of_questions.presentation import GROUP, Lines, Presentation, Shown
from audits.results import Answer
from audits.settings import Settings

_REAL = Shown("Real texts", lambda row: whole(row.real), hides=True)
_SYNTHETIC = Shown("Synthetic texts", lambda row: whole(row.synthetic), hides=True)


def _leading(word: str | None, times: Estimate) -> str:
    """A word and how strong it is."""
    if word is None:
        return "–"
    if not times.known:
        return short(word, 20)
    return f"{short(word, 20)} ({number(times.value)}×)"


def _apart(row: Any) -> str:
    """How many words set the group apart, real and synthetic."""
    if row.alone:
        return whole(row.marked_synthetic)
    return f"{row.marked_real:,} / {row.marked_synthetic:,}"


_MAIN = Lines(
    "groups",
    "Words that set a group's texts apart from the others, real / synthetic, the surest of them in "
    "the synthetic texts, and the one whose tie grew most from real to synthetic",
    (
        GROUP, _REAL, _SYNTHETIC,
        Shown("Marked", _apart),
        Shown("Most surely", lambda row: _leading(row.first, row.first_times), left=True,
              width=0.2, hides=True),
        Shown("Grown", lambda row: "–" if row.alone else whole(row.grown)),
        Shown("Grown most", lambda row: _leading(row.word, row.growth), left=True, width=0.2,
              hides=True),
    ),
    most=40,
)  # fmt: skip


def _surest(answer: Answer) -> list[Any]:
    """Words whose tie grew, by the least growth that their interval allows."""
    rows: list[Any] = [row for row in answer.tables.get("grown", ()) if not _least(row) <= 1]
    return sorted(
        rows, key=lambda row: (math.isnan(_least(row)), -_least(row), row.rank, row.group, row.word)
    )


def _least(row: Any) -> float:
    """The lower limit of a growth; what is hidden stands last."""
    return float(row.growth.low)


_GROWN = Lines(
    "grown",
    "Words whose tie to a group grew most, by the cautious end of the interval; added: no real "
    "text of the group has the word, so that the tie is compared with none",
    (
        GROUP,
        Shown("Word", lambda row: short(row.word, 30), left=True, width=0.14),
        Shown("How", lambda row: row.kind, left=True),
        Shown("Times as strong", lambda row: ranged(row.growth), hides=True),
        Shown("Have it, real", lambda row: part_of(row.share_real), hides=True),
        Shown("Others, real", lambda row: part_of(row.elsewhere_real), hides=True),
        Shown("Have it, synthetic", lambda row: part_of(row.share_synthetic), hides=True),
        Shown("Others, synthetic", lambda row: part_of(row.elsewhere_synthetic), hides=True),
    ),
    _surest,
    most=25,
)  # fmt: skip


def _side(side: str, answer: Answer) -> list[Any]:
    """Marked words of every group in turn, the surest first, identities left out."""
    rows: list[Any] = [
        row
        for row in answer.tables.get("marked", ())
        if getattr(row, "side", "") == side and getattr(row, "marked", False)
    ]
    return sorted(rows, key=lambda row: (row.rank, len(row.group), row.group))


def _marked(side: str, name: str) -> Lines:
    return Lines(
        "marked",
        f"Words that most surely set groups apart in the {name} texts, the first of every group "
        "before the second; an identity is a word that names a group itself",
        (
            GROUP,
            Shown("Word", _word, left=True, width=0.2),
            Shown("Times as often", lambda row: ranged(row.times), hides=True),
            Shown("Of the group's texts", lambda row: part_of(row.share_inside), hides=True),
            Shown("Of the others", lambda row: part_of(row.share_outside), hides=True),
            Shown("Score", lambda row: plain(row.score), hides=True),
        ),
        lambda answer: _side(side, answer),
        most=40,
    )


def _word(row: Any) -> str:
    return f"{short(row.word, 30)} (identity)" if row.identity else short(row.word, 30)


def _lead(answer: Answer) -> tuple[str, ...]:
    """What can be said at all of these texts."""
    rows: Sequence[Any] = answer.rows
    if not rows:
        return ("There is no group whose words could be compared.",)
    if rows[0].alone:
        return (
            "Without real texts it is only said which words set a group's synthetic texts apart. "
            "Whether the generator made them so, or people write so, too, is not known.",
        )
    return (
        "A word that sets a group apart in real and synthetic texts alike was there to be learnt; "
        "what is judged is how much closer the generator ties it.",
    )


def _methods(settings: Settings) -> tuple[str, ...]:
    by = (
        "Every occurrence of a word counts, all texts are the prior, and a word is marked from "
        "1.96 standard errors on, in the comparison with each feature's other values (Cheng, "
        "Durmus & Jurafsky 2023)."
    )
    if settings.marked_method == "documents":
        by = (
            "A word counts once per text that holds it. How much more often it stands in a group's "
            "texts is told by the log-odds ratio with a prior of "
            f"{number(settings.marked_prior)} words shared out as all texts have them (Monroe, "
            "Colaresi & Quinn 2008). It is marked where it passes two tests: an exact p value "
            "adjusted over words and groups (Benjamini & Hochberg 1995), and a score, the root of "
            "the log-likelihood ratio (Dunning 1993), beyond what any word reaches in 95 of 100 "
            "shufflings of groups among texts (Westfall & Young 1993)."
        )
    return (
        f"{by} Words that fewer than {settings.marked_floor:,} texts hold are not compared. Words "
        "that name a group are listed and not judged.",
        "A tie is the ratio of odds that a word of a group's texts is this one, to the same odds "
        "in the others. A word is tied more closely where it is marked in the synthetic texts and "
        f"its tie grew by a factor of {number(settings.marked_watch)} (watch) or "
        f"{number(settings.marked_problem)} (problem), by the whole interval after adjustment over "
        "all words and groups. A word that no real text of the group holds, and hardly any other, "
        "is compared with no tie, and only if the group's synthetic texts surely hold it more "
        "often.",
    )


def _pictures(answer: Answer, width: float) -> Sequence[tuple[Picture, str]]:
    marked: Sequence[Any] = answer.tables.get("marked", ())
    if not any(map(is_drawn, marked)):
        return ()
    caption = (
        "The words that most surely set each group's synthetic texts apart: the share of texts "
        "that hold them, in the group and in the others"
    )
    return ((words_apart(answer, width), caption),)


PRESENTATION = Presentation(
    about="which words are tied to whom",
    bad=(
        "is tied to some word more closely than in the real texts",
        "are tied to some word more closely than in the real texts",
    ),
    caption="The word of each group whose tie surely grew most, as times as strong as in the real "
    "texts; without real texts, the word that most surely sets the group apart",
    main=_MAIN,
    further=(_GROWN, _marked("synthetic", "synthetic"), _marked("real", "real")),
    lead=_lead,
    methods=_methods,
    pictures=_pictures,
    terms=(
        (
            "Log-odds ratio of words",
            "The logarithm of how many times as high the odds are that a word of a text is this "
            "one, in a group's texts against the others.",
        ),
        (
            "Marked word",
            "A word that stands in a group's texts so much more often than in the others that "
            "chance does not explain it.",
        ),
    ),
)
