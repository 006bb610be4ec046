"""The tunable numbers of the question stereotypes."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_number


@dataclass(frozen=True)
class StereotypesSettings:
    """What stereotypes needs.

    One limit serves both ways: a tie is watched when its odds ratio has grown by the factor, or
    has shrunk by it. On the scale of odds ratios, half is as far as double. The limits are those of
    the shift of a number, 0.2 and 0.5 standard deviations, as odds ratios: 1.44 and 2.48, rounded.
    """

    tie_watch: float = a_number(
        1.5,
        low=1.0,
        high=100.0,
        source="0.2 standard deviations (Cohen 1988) as an odds ratio (Chinn 2000)",
        meaning="Times as strong, or as weak, from which a tie of group and value is watched.",
    )
    tie_problem: float = a_number(
        2.5,
        low=1.0,
        high=1000.0,
        source="0.5 standard deviations (Cohen 1988) as an odds ratio (Chinn 2000)",
        meaning="Times as strong, or as weak, from which a tie of group and value is a problem.",
    )
    tie_expected: float = a_number(
        5.0,
        low=1.0,
        high=1000.0,
        source="Cochran 1954",
        meaning="People that chance would put into the rarest cell of a tie for it to be measured.",
    )
    tie_telling: float = a_number(
        0.16,
        low=0.001,
        high=1.0,
        source="house rule: the logarithm of 1.5 is 2.5 standard errors",
        meaning="Standard error of a log ratio of odds, by the margins alone, up to which an ok is "
        "asked of a tie.",
    )
    tie_least: float = a_number(
        0.02,
        low=0.0,
        high=1.0,
        source="house rule: one in fifty",
        meaning="Share of the rarest side of a tie (group, others, with, without the value) that "
        "must be out of place for its change to count.",
    )
    ties_listed: int = a_number(
        10,
        low=1,
        high=200,
        source="house rule",
        meaning="Ties listed per group that were sharpened, and as many that were loosened.",
    )


JUDGING = frozenset({"tie_watch", "tie_problem"})
ORDERED = (("tie_watch", "tie_problem"),)
