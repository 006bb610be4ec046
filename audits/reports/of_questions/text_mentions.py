"""Mentions in a report: who is there in the texts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audits.estimates import number, percent
from audits.questions.words import listed
from audits.reports.document_material import name_of, part_of, ranged, shared, short, whole
from audits.reports.of_questions.presentation import GROUP, Lines, Presentation, Shown
from audits.results import Answer
from audits.settings import Settings
from audits.visible import visible

_REAL = Shown("Real texts", lambda row: whole(row.real), hides=True)
_SYNTHETIC = Shown("Synthetic texts", lambda row: whole(row.synthetic), hides=True)


def _worst_first(answer: Answer) -> Sequence[Any]:
    """The groups that are anywhere, or due somewhere; the least of what they were comes first."""
    every: Sequence[Any] = answer.rows
    rows = [row for row in every if row.real or row.synthetic or row.reference_share]
    return sorted(rows, key=_place)


def _place(row: Any) -> tuple[Any, ...]:
    if not row.group:
        return (0, 0.0, ())
    for rank, ratio in ((1, row.ratio), (1, row.representation_synthetic)):
        if ratio.known:
            return (rank, ratio.value, row.group)
    return (2, -row.synthetic, row.group)


_MAIN = Lines(
    "groups",
    "Texts of each group, or that mention it, their share, and the synthetic share over the real "
    "one; population: the share due, and how much of it the synthetic texts have, among those that "
    "mention any group of the kind",
    (
        GROUP, _REAL, _SYNTHETIC,
        Shown("Real share", lambda row: part_of(row.real_share.value), hides=True),
        Shown("Synthetic share", lambda row: shared(row.synthetic_share), hides=True),
        Shown("Ratio", lambda row: ranged(row.ratio)),
        Shown("Population", lambda row: part_of(row.reference_share)),
        Shown("Of it", lambda row: ranged(row.representation_synthetic)),
    ),
    _worst_first,
    most=40,
)  # fmt: skip


def _axis(row: Any) -> str:
    return "Anybody" if row.attribute is None else short(row.attribute, 40)


def _silence(answer: Answer) -> Sequence[Any]:
    return [row for row in answer.tables.get("silent", ()) if getattr(row, "lexicon", "")]


_SILENT = Lines(
    "silent",
    "Texts that mention nobody of a kind, how many groups of the lexicon are mentioned at all, and "
    "which no text mentions",
    (
        Shown("Mentions no", _axis, left=True, width=0.22),
        _REAL,
        Shown("Share", lambda row: part_of(row.real_share.value)),
        _SYNTHETIC,
        Shown("Share", lambda row: part_of(row.synthetic_share.value)),
        Shown("Groups named, real", lambda row: "–" if row.alone else whole(row.groups_real)),
        Shown("Synthetic", lambda row: f"{row.groups_synthetic:,} of {row.groups:,}"),
        Shown(
            "Nowhere",
            lambda row: short(listed(row.unmentioned, 4), 80) or "–",
            left=True,
            width=0.2,
        ),
    ),
    _silence,
)
_GENDERED = Lines(
    "gendered",
    "Whose the pronouns and the nouns with a gender are: shares of mentions, not of texts",
    (
        Shown("Gender", lambda row: name_of(row.group, 40), left=True, width=0.2),
        Shown("By", lambda row: row.attribute, left=True, width=0.18),
        Shown("Real mentions", lambda row: whole(row.mentions_real)),
        Shown("Share", lambda row: shared(row.real_share)),
        Shown("Synthetic mentions", lambda row: whole(row.mentions_synthetic)),
        Shown("Share", lambda row: shared(row.synthetic_share)),
    ),
)
_TERMS = Lines(
    "terms",
    "Words that mean people only in some places: how often they occur, and were taken to mean "
    "people; look at them before you rely on their groups",
    (
        Shown("Word", lambda row: short(row.term, 30), left=True, width=0.2),
        GROUP,
        Shown("Real, occurs", lambda row: whole(row.candidates_real)),
        Shown("Taken", lambda row: whole(row.accepted_real)),
        Shown("Synthetic, occurs", lambda row: whole(row.candidates_synthetic)),
        Shown("Taken", lambda row: whole(row.accepted_synthetic)),
    ),
    most=25,
)


def _lead(answer: Answer) -> tuple[str, ...]:
    """By which words people were looked for, and how many texts mention nobody."""
    silent: Sequence[Any] = answer.tables.get("silent", ())
    first = next((row for row in silent if row.attribute is None), None)
    if first is None:
        return ()
    if not first.lexicon:
        return (
            f"No lexicon for the language {first.language!r} was given: only labels of texts are "
            "counted, and who is mentioned in them is not known.",
        )
    made = percent(first.synthetic_share.value)
    said = f"By the lexicon {visible(first.lexicon)}, {made} of the synthetic texts mention nobody"
    if not first.alone:
        said += f", and {percent(first.real_share.value)} of the real ones"
    return (
        f"{said}. A word that denies an identity mentions it all the same, and one that the "
        "lexicon lacks is not seen.",
    )


def _methods(settings: Settings) -> tuple[str, ...]:
    return (
        "A text counts once for every group it mentions, however often it does; words that mean "
        "people only in some places count where what stands around them says so. Shares of texts "
        "have intervals (Wilson 1927); the synthetic share is divided by the real one, with an "
        "interval for the ratio (Koopman 1984).",
        f"A ratio below {number(settings.share_watch)} is watched, below "
        f"{number(settings.share_problem)} a problem; one above {number(1 / settings.share_watch)} "
        "is watched unless the reference population asks for it, and so are groups that no real "
        "text mentions (Fisher 1935). False accusations are held down over all groups at once "
        "(Benjamini & Hochberg 1995). Groups that fewer than "
        f"{settings.fewest_texts:,} real texts mention are counted and not judged.",
        "Against a reference population, a group's texts are taken among those that mention any "
        "group of the same kind, or have a label at all: a text that mentions nobody says nothing "
        "of who is there. Shares of pronouns are of mentions, with an interval that minds that "
        "those of one text belong together (Cochran 1977).",
    )


PRESENTATION = Presentation(
    about="who is there",
    bad=("is missing from the texts", "are missing from the texts"),
    caption="The share of texts that mention each group over that of the real ones, or over the "
    "population's share; the lowest on top",
    main=_MAIN,
    further=(_SILENT, _GENDERED, _TERMS),
    lead=_lead,
    methods=_methods,
    terms=(
        (
            "Lexicon",
            "Words by which people are named, with the group that each names. A group is "
            "mentioned where one of its words is.",
        ),
        (
            "Mention",
            "A word in a text that names people of a group. Texts are counted, not words.",
        ),
    ),
)
