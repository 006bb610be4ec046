"""The tunable numbers of the question text_words."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_choice, a_number


@dataclass(frozen=True)
class TextWordsSettings:
    """What the question text_words needs. The limits are those of ties in tables."""

    marked_method: str = a_choice(
        "documents",
        choices=("documents", "cheng2023"),
        source="Monroe, Colaresi & Quinn 2008; Cheng, Durmus & Jurafsky 2023",
        meaning="How words are told that set a group's texts apart: by the texts that hold them, "
        "or by every occurrence, as Cheng et al. did.",
    )
    marked_floor: int = a_number(
        5,
        low=2,
        high=1_000,
        source="house rule",
        meaning="Texts of a collection that must hold a word for it to be compared.",
    )
    marked_prior: float = a_number(
        500.0,
        low=1.0,
        high=1e6,
        source="the form Monroe, Colaresi & Quinn 2008, the number a house rule",
        meaning="Words added to either side, shared out as all texts have them, before it is said "
        "how much more often a word stands there.",
    )
    marked_shuffles: int = a_number(
        99,
        low=19,
        high=9_999,
        source="Westfall & Young 1993",
        meaning="Times that groups are shuffled among texts, to see how far apart chance sets "
        "words.",
    )
    marked_share: float = a_number(
        0.02,
        low=0.0,
        high=1.0,
        source="house rule: one in fifty",
        meaning="Share of a group's synthetic texts that must hold a word for it to be accused.",
    )
    marked_watch: float = a_number(
        1.5,
        low=1.0,
        high=100.0,
        source="0.2 standard deviations (Cohen 1988) as an odds ratio (Chinn 2000)",
        meaning="Times as strong from which the tie of a group and a word is watched.",
    )
    marked_problem: float = a_number(
        2.5,
        low=1.0,
        high=1000.0,
        source="0.5 standard deviations (Cohen 1988) as an odds ratio (Chinn 2000)",
        meaning="Times as strong from which the tie of a group and a word is a problem.",
    )
    marked_telling: float = a_number(
        0.16,
        low=0.001,
        high=1.0,
        source="house rule: the logarithm of 1.5 is 2.5 standard errors",
        meaning="Standard error of a log ratio of odds, by the margins alone, up to which an ok is "
        "asked of a word.",
    )
    marked_common: float = a_number(
        0.1,
        low=0.001,
        high=1.0,
        source="house rule: one text in ten",
        meaning="Share of all synthetic texts that hold the rarest word of which it can be told "
        "for a group to be ok.",
    )
    marked_listed: int = a_number(
        20,
        low=1,
        high=500,
        source="house rule",
        meaning="Words listed per group that set its texts apart, and as many whose tie grew.",
    )


JUDGING: frozenset[str] = frozenset({"marked_watch", "marked_problem", "marked_common"})
ORDERED: tuple[tuple[str, str], ...] = (("marked_watch", "marked_problem"),)
