"""The field's words, explained once; each with the questions that use it."""

from __future__ import annotations

from collections.abc import Collection

EVERY = "every question"

TERMS: tuple[tuple[str, str, str], ...] = (
    (
        "Amplification",
        "provenance",
        "Synthetic rows per real person they rest on in effect. Many rows made from few "
        "people look precise and are not.",
    ),
    (
        "Ancestor",
        "provenance",
        "The real person nearest to a synthetic row. An attribution by likeness, not a proof "
        "of who was copied.",
    ),
    (
        "Area under the curve",
        "drift",
        "The chance that a classifier, shown one real and one synthetic row, tells which is "
        "which; one half is guessing.",
    ),
    (
        "Coverage",
        "coverage",
        "Whether every group is still there, and in fair proportion.",
    ),
    (
        "Crossing",
        EVERY,
        "A group formed by values of two or more sensitive features, such as a race and a "
        "sex. Also called an intersection.",
    ),
    (
        "Diversity",
        "diversity",
        "How much the members of a group differ from each other.",
    ),
    (
        "Drift",
        "drift",
        "How far a group's values, or combinations of values, have moved from the real to the "
        "synthetic table.",
    ),
    (
        "Effective number of people",
        "provenance",
        "How many equally used people would give the same spread of synthetic rows. Thirty "
        "people of whom three gave nearly all rows count as about three. It can be smaller for "
        "everyone than for a part of them: a few people used very often weigh on the whole.",
    ),
    (
        "Everyone",
        EVERY,
        "All rows together, shown beside the groups.",
    ),
    (
        "False discovery rate",
        EVERY,
        "The share of false accusations expected among those made. Looking at many groups "
        "finds something by luck; verdicts are adjusted for that.",
    ),
    (
        "Generator",
        EVERY,
        "The program that learned from the real table and made the synthetic one.",
    ),
    (
        "Group",
        EVERY,
        "People who share a value of a sensitive feature, or values of several.",
    ),
    (
        "Holdout",
        "provenance",
        "Real rows the generator never saw: the fresh people to compare with.",
    ),
    (
        "Homogenisation index",
        "diversity",
        "The share of a group's variety that is lost: 0 as varied as the real group, 1 all "
        "alike, below 0 more varied.",
    ),
    (
        "Inherited sameness",
        "diversity",
        "Real members of a group are all alike already, where others are not. The sample's "
        "fault, which no generator can mend.",
    ),
    (
        "Interval",
        EVERY,
        "The values that the data allow. A wide interval says that there are few people "
        "behind a number.",
    ),
    (
        "Kappa",
        "provenance",
        "How widely synthetic rows are spread over real people, relative to fresh real "
        "people: 1 as widely, below 1 a few are used too often.",
    ),
    (
        "Not enough evidence",
        EVERY,
        "The data allow both a good and a bad answer. No all-clear.",
    ),
    (
        "Provenance",
        "provenance",
        "On which, and on how many, real people synthetic rows rest.",
    ),
    (
        "Real table",
        EVERY,
        "The data about actual people from which the synthetic table was made.",
    ),
    (
        "Reference population",
        "coverage",
        "Shares that groups ought to have, from a census, say. It shows whom the real table "
        "itself leaves out.",
    ),
    (
        "Sensitive feature",
        EVERY,
        "A column that describes people, such as sex or race, by which groups are formed.",
    ),
    (
        "Share ratio",
        "coverage",
        "A group's share of the synthetic rows over its share of the real ones; 1 is unchanged.",
    ),
    (
        "Standard deviation",
        "drift",
        "The usual distance of people from the average of a column; here always that of the "
        "whole real table.",
    ),
    (
        "Synthetic table",
        EVERY,
        "Rows made by a generator to stand in for the real ones.",
    ),
    (
        "Total variation",
        "drift",
        "The share of people who would have to change their value for two groups to look alike.",
    ),
    (
        "Variety",
        "diversity",
        "The mean difference of two different members of a group, from 0 (all alike) to 1 "
        "(different in everything).",
    ),
)


def glossary(questions: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Return the terms that a report on these questions uses, with their meaning.

    >>> [term for term, _ in glossary(["coverage"]) if term.startswith("R")]
    ['Real table', 'Reference population']
    """
    return tuple((term, says) for term, by, says in TERMS if by == EVERY or by in questions)
