"""The tunable numbers of every audit, and of coverage, drift, diversity and provenance."""

from __future__ import annotations

from dataclasses import dataclass

from audits.tunables import a_choice, a_number


@dataclass(frozen=True)
class CoreSettings:
    """What every audit needs."""

    seed: int = a_number(
        20260,
        low=0,
        high=2**31 - 1,
        source="house rule",
        meaning="Starts every random stream; the same seed gives the same audit.",
    )
    confidence: float = a_number(
        0.95,
        low=0.5,
        high=0.999,
        source="convention",
        meaning="Level of every interval.",
    )
    false_discovery_rate: float = a_number(
        0.05,
        low=0.001,
        high=0.5,
        source="Benjamini & Hochberg 1995",
        meaning="Share of false accusations tolerated among those made, per question.",
    )
    multiplicity: str = a_choice(
        "bh",
        choices=("bh", "holm"),
        source="Benjamini & Hochberg 1995; Holm 1979",
        meaning="How p values are adjusted for the number of groups: bh, or holm where a "
        "single false accusation is costly.",
    )
    intersections: int = a_number(
        2,
        low=1,
        high=6,
        source="decision 0004",
        meaning="How many sensitive features are crossed to form groups.",
    )
    max_groups: int = a_number(
        5000,
        low=10,
        high=100_000,
        source="decision 0004",
        meaning="The most groups one audit may judge; beyond it the audit asks for coarser ones.",
    )
    max_cells: int = a_number(
        1_000_000,
        low=1000,
        high=20_000_000,
        source="decision 0013",
        meaning="The most combinations of all sensitive features' values that may occur in a "
        "table; beyond it the audit asks for fewer.",
    )
    numeric_bands: int = a_number(
        4,
        low=2,
        high=20,
        source="house rule",
        meaning="Bands, at quantiles of the real table, for a numeric sensitive feature whose "
        "edges are not given.",
    )
    categorical_up_to: int = a_number(
        20,
        low=2,
        high=1000,
        source="decision 0003",
        meaning="A whole-number column with at most this many different values is categorical.",
    )
    level_limit: int = a_number(
        10_000,
        low=100,
        high=60_000,
        source="decision 0003",
        meaning="A text column with more different values is not compared level by level.",
    )
    sensitive_level_limit: int = a_number(
        1000,
        low=2,
        high=9999,
        source="decision 0004",
        meaning="A sensitive feature with more levels is refused.",
    )
    numeric_levels: int = a_number(
        250,
        low=20,
        high=1000,
        source="decision 0003",
        meaning="Fine bins per numeric column, at quantiles of both tables; a column with fewer "
        "different values is kept exactly.",
    )
    pair_bins: int = a_number(
        5,
        low=2,
        high=20,
        source="house rule, after SDNist's k-marginal score",
        meaning="Bins per numeric column, at real quantiles, when columns are crossed in pairs.",
    )
    pair_level_limit: int = a_number(
        64,
        low=5,
        high=256,
        source="decision 0003",
        meaning="A column with more levels is crossed with its rarest levels joined.",
    )
    pair_columns: int = a_number(
        40,
        low=2,
        high=200,
        source="decision 0006",
        meaning="The most columns crossed in pairs; of more, so many are chosen by a hash of "
        "their names.",
    )
    rows_per_group: int = a_number(
        2000,
        low=100,
        high=20_000,
        source="decision 0006",
        meaning="Rows per group and table on which row-wise work (pairs within groups, joint "
        "errors, classifier) rests; a seeded sample by content.",
    )
    ancestor_base: int = a_number(
        1000,
        low=100,
        high=20_000,
        source="decision 0006",
        meaning="Groups of up to this many real people are searched whole for the nearest; larger "
        "ones by a seeded sample of half as many.",
    )
    ancestor_queries: int = a_number(
        500,
        low=100,
        high=20_000,
        source="decision 0006",
        meaning="Synthetic rows per group whose nearest real row is sought; twice the real rows "
        "where that is more, up to rows_per_group.",
    )
    closed_form_from: int = a_number(
        200,
        low=30,
        high=100_000,
        source="decision 0005",
        meaning="From this many rows on the smaller side, null distributions are closed forms; "
        "below, they are simulated.",
    )
    max_draws: int = a_number(
        3999,
        low=199,
        high=99_999,
        source="Besag & Clifford 1991",
        meaning="The most permutations of one test; it stops early once the answer is clear.",
    )
    classifier_rows: int = a_number(
        500,
        low=0,
        high=5000,
        source="decision 0008",
        meaning="Rows per group and table on which real and synthetic are told apart; 0 leaves "
        "the classifier out.",
    )
    classifier_permutations: int = a_number(
        199,
        low=39,
        high=4999,
        source="Lopez-Paz & Oquab 2017",
        meaning="Refits under permuted labels for the classifier two-sample test; large groups "
        "need only a fifth of them.",
    )
    support_watch: int = a_number(
        100,
        low=2,
        high=100_000,
        source="Wilson 1927: half width .096 at one half",
        meaning="A group resting on fewer real people than this is watched.",
    )
    support_problem: int = a_number(
        30,
        low=1,
        high=100_000,
        source="Sudman 1976; decision 0007",
        meaning="A group resting on fewer real people than this is a problem; at this many or "
        "fewer, drift, diversity, provenance and copying are never 'ok'.",
    )
    share_watch: float = a_number(
        0.8,
        low=0.05,
        high=1.0,
        source="four-fifths rule, 29 CFR 1607.4(D)",
        meaning="A group is watched when the upper limit of its share ratio is below this.",
    )
    share_problem: float = a_number(
        0.5,
        low=0.01,
        high=1.0,
        source="house rule: half, decision 0007",
        meaning="A group is a problem when the upper limit of its share ratio is below this.",
    )
    missing_label_limit: float = a_number(
        0.2,
        low=0.0,
        high=1.0,
        source="house rule, decision 0007",
        meaning="With more sensitive values missing than this share, coverage cannot be judged.",
    )
    drift_watch: float = a_number(
        0.1,
        low=0.005,
        high=1.0,
        source="house rule: one person in ten misplaced, decision 0007",
        meaning="Total variation of a categorical column from which a group is watched.",
    )
    drift_problem: float = a_number(
        0.2,
        low=0.01,
        high=1.0,
        source="house rule: one person in five misplaced, decision 0007",
        meaning="Total variation of a categorical column from which it is a problem.",
    )
    shift_watch: float = a_number(
        0.2,
        low=0.01,
        high=5.0,
        source="Cohen 1988: small",
        meaning="Average shift of a numeric column, in real standard deviations, to be watched.",
    )
    shift_problem: float = a_number(
        0.5,
        low=0.02,
        high=10.0,
        source="Cohen 1988: medium",
        meaning="Average shift of a numeric column, in real standard deviations: a problem.",
    )
    auc_watch: float = a_number(
        0.6,
        low=0.5,
        high=1.0,
        source="house rule, decision 0007",
        meaning="Chance of telling real from synthetic rows from which a group is watched.",
    )
    auc_problem: float = a_number(
        0.75,
        low=0.5,
        high=1.0,
        source="house rule: means .95 SD apart, decision 0007",
        meaning="Chance of telling real from synthetic rows from which it is a problem.",
    )
    sameness_watch: float = a_number(
        0.1,
        low=0.01,
        high=1.0,
        source="house rule: variance loss of 19 percent, decision 0007",
        meaning="Homogenisation index (share of variety lost) from which a group is watched.",
    )
    sameness_problem: float = a_number(
        0.25,
        low=0.02,
        high=1.0,
        source="house rule: variance loss of 44 percent, decision 0007",
        meaning="Homogenisation index from which it is a problem.",
    )
    basis_problem: int = a_number(
        10,
        low=1,
        high=1000,
        source="house rule, decision 0007",
        meaning="A synthetic group resting, in effect, on fewer real people is a problem.",
    )
    basis_ample: int = a_number(
        1000,
        low=10,
        high=1_000_000,
        source="house rule, decision 0007",
        meaning="From this many effective people on, amplification is only a matter of precision.",
    )
    amplification_limit: float = a_number(
        10.0,
        low=1.0,
        high=10_000.0,
        source="house rule, decision 0007",
        meaning="Synthetic rows per effective real person beyond which precision is pretended.",
    )
    kappa_watch: float = a_number(
        0.8,
        low=0.05,
        high=1.0,
        source="four-fifths, house rule, decision 0007",
        meaning="Spread over real people, relative to fresh real people, to be watched.",
    )
    kappa_problem: float = a_number(
        0.5,
        low=0.01,
        high=1.0,
        source="house rule: half, decision 0007",
        meaning="Spread over real people, relative to fresh real people: a problem.",
    )


# Limits: what is measured does not depend on them.
JUDGING = frozenset(
    {
        "false_discovery_rate",
        "multiplicity",
        "support_watch",
        "support_problem",
        "share_watch",
        "share_problem",
        "missing_label_limit",
        "drift_watch",
        "drift_problem",
        "shift_watch",
        "shift_problem",
        "auc_watch",
        "auc_problem",
        "sameness_watch",
        "sameness_problem",
        "basis_problem",
        "basis_ample",
        "amplification_limit",
        "kappa_watch",
        "kappa_problem",
    }
)

# Each pair: the first must not exceed the second.
ORDERED = (
    ("support_problem", "support_watch"),
    ("share_problem", "share_watch"),
    ("drift_watch", "drift_problem"),
    ("shift_watch", "shift_problem"),
    ("auc_watch", "auc_problem"),
    ("sameness_watch", "sameness_problem"),
    ("kappa_problem", "kappa_watch"),
    ("basis_problem", "basis_ample"),
)
