"""Where nothing is wrong, nothing is called a problem: at most 2.5 groups in a hundred."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pandas as pd
import pytest

import audits
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict
QUICK = Settings().having(max_draws=999, classifier_permutations=99)
SIZES = (10, 30, 100, 300)
TOLERATED = 0.025


def drawn(rng: np.random.Generator, sizes: dict[str, int]) -> pd.DataFrame:
    """Rows of one population in which columns depend on each other and on the group."""
    race = np.repeat(list(sizes), list(sizes.values()))
    older = np.array([int(name[-1]) % 2 for name in race], dtype=bool)
    school = rng.choice(4, len(race), p=[0.25, 0.45, 0.2, 0.1])
    return pd.DataFrame(
        {
            "race": race,
            "school": np.array(["none", "some", "college", "degree"])[school],
            "work": np.where(rng.random(len(race)) < 0.3 + 0.1 * school, "paid", "unpaid"),
            "pay": (rng.normal(20, 6, len(race)) + 4 * school).round(1),
            "age": rng.integers(18, 80, len(race)) + 10 * older,
        }
    )


def by_comparison(found: audits.Finding) -> bool:
    """Whether it says that the tables differ; few people alone need no generator to blame."""
    if found.verdict is not PROBLEM:
        return False
    if found.question == "provenance":
        return "kappa" in found.evidence and found.evidence["kappa"].high < QUICK.kappa_problem
    return found.question != "coverage" or found.evidence["ratio"].high < QUICK.share_problem


@pytest.fixture(scope="module")
def honest():
    """Audits of synthetic tables that are fresh draws from the real table's population."""
    population = {f"{size}-{k}": size for size in SIZES for k in (1, 2)}
    total = sum(population.values())
    audited = []
    for seed in range(8):
        rng = np.random.default_rng(1000 + seed)
        shares = rng.multinomial(3 * total, np.array(list(population.values())) / total)
        real = drawn(rng, population)
        synthetic = drawn(rng, dict(zip(population, shares.tolist(), strict=True)))
        audited.append(audits.compare(real, synthetic, sensitive_features="race", settings=QUICK))
    return audited


@pytest.mark.slow
class TestDrawsFromOnePopulation:
    @pytest.mark.parametrize(
        "question", ["coverage", "drift", "diversity", "provenance", "plausibility"]
    )
    def test_problems_by_comparison_are_rare(self, honest, question):
        accused = judged = 0
        for audit in honest:
            rows = [row for row in audit[question].rows if row.group]
            judged += len(rows)
            accused += len({f.group for f in audit.about(question) if by_comparison(f)})
        assert judged == 8 * 2 * len(SIZES)
        assert accused <= TOLERATED * judged

    @pytest.mark.parametrize("question", ["drift", "diversity"])
    def test_watches_are_rare_too(self, honest, question):
        """A watch is an accusation as well, with the same control of false ones."""
        watched = {
            (i, f.group)
            for i, audit in enumerate(honest)
            for f in audit.about(question)
            if f.verdict in (PROBLEM, WATCH)
        }
        assert len(watched) <= 0.05 * len(honest) * 2 * len(SIZES)

    def test_thirty_are_never_ok_and_three_hundred_mostly_are(self, honest):
        seen = Counter(
            (int(dict(f.group)["race"].split("-")[0]), f.verdict)
            for audit in honest
            for question in ("drift", "diversity")
            for f in audit.about(question)
            if f.group
        )
        assert seen[10, OK] == seen[30, OK] == 0
        assert seen[300, OK] >= 0.9 * sum(seen[300, verdict] for verdict in Verdict)

    def test_everyone_is_never_accused(self, honest):
        for audit in honest:
            assert not [f for f in audit.about(group=()) if by_comparison(f)]


def halves(table: pd.DataFrame, seed: int, rows: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    order = np.random.default_rng(seed).permutation(len(table))[: 2 * rows]
    return table.iloc[order[:rows]], table.iloc[order[rows:]]


@pytest.mark.slow
@pytest.mark.real_data
class TestRealPeopleAgainstRealPeople:
    """Two samples of the same people: whatever is found differs by chance alone."""

    def test_adult_train_against_holdout(self, real_data):
        folder = real_data / "adult_pairs"
        audit = audits.compare(
            folder / "2021_adult_trn.csv.gz",
            folder / "2021_adult_val.csv.gz",
            sensitive_features=["race", "sex"],
            missing=["?"],
        )
        assert not [f.because for f in audit.problems if by_comparison(f)]
        assert {f.verdict for f in audit.about("drift", ())} == {OK}

    def test_census_resampled(self, real_data):
        table = pd.read_csv(
            real_data / "crc_national2019" / "national2019.csv.gz", dtype=str, keep_default_na=False
        )
        accused = judged = 0
        for seed in range(3):
            audit = audits.compare(
                *halves(table, seed, 4000),
                sensitive_features=["RAC1P", "SEX"],
                missing=["N"],
                settings=QUICK,
            )
            for question in audit.answers:
                judged += len(audit[question].rows)
                accused += len({f.group for f in audit.about(question) if by_comparison(f)})
        assert judged > 150
        assert accused <= TOLERATED * judged
