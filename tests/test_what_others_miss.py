"""Planted faults that leave every margin, share or score in order: each has to be named."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
import pandas as pd
import pytest

import audits
from audits.results import Verdict
from audits.settings import Settings

PROBLEM, WATCH, UNSURE, OK = Verdict
QUICK = Settings().having(max_draws=399, classifier_rows=0)


@pytest.fixture(scope="module")
def erased_tables():
    real = TestErasedCell.real()
    return real, TestErasedCell.erased(real)


class TestErasedCell:
    """134 people at one crossing of three traits are gone; every trait keeps its counts exactly."""

    FEATURES = ("age_band", "disability", "origin", "region", "sex")
    LOST: ClassVar = {"age_band": "old", "disability": "yes", "origin": "abroad"}
    PEOPLE = 134

    @classmethod
    def real(cls) -> pd.DataFrame:
        rng = np.random.default_rng(134)
        rows = 12_000
        table = pd.DataFrame(
            {
                "age_band": rng.choice(["old", "young", "middle"], rows, p=[0.2, 0.4, 0.4]),
                "disability": rng.choice(["yes", "no"], rows, p=[0.3, 0.7]),
                "origin": rng.choice(["abroad", "here"], rows, p=[0.3, 0.7]),
                "region": rng.choice(["north", "south", "west"], rows),
                "sex": rng.choice(["female", "male"], rows),
            }
        )
        inside = cls.inside(table)
        surplus = inside[inside].index[cls.PEOPLE :]
        return table.drop(index=surplus).reset_index(drop=True)

    @classmethod
    def inside(cls, table: pd.DataFrame) -> pd.Series:
        return (table[list(cls.LOST)] == pd.Series(cls.LOST)).all(axis=1)

    @classmethod
    def erased(cls, real: pd.DataFrame) -> pd.DataFrame:
        """Swap values so that one-way and two-way counts of the three traits stay as they are.

        The cell's people move to `no` in disability; as many of each other corner move so that
        the eight cells of (old or young) x (yes or no) x (abroad or here) change by turns of +134
        and -134: that leaves all one-way and two-way tables of the three untouched.
        """
        synthetic = real.copy()
        corners = {}
        for old in (True, False):
            for origin in ("abroad", "here"):
                sign = old == (origin == "abroad")
                before, after = ("yes", "no") if sign else ("no", "yes")
                rows = synthetic.index[
                    (synthetic["age_band"] == ("old" if old else "young"))
                    & (synthetic["origin"] == origin)
                    & (synthetic["disability"] == before)
                ]
                corners[old, origin] = rows[: cls.PEOPLE], after
        for rows, after in corners.values():
            assert len(rows) == cls.PEOPLE
            synthetic.loc[rows, "disability"] = after
        return synthetic

    def test_margins_see_nothing(self, erased_tables):
        """What a score of margins is computed from is equal to the last row."""
        real, synthetic = erased_tables
        assert self.inside(real).sum() == self.PEOPLE
        assert self.inside(synthetic).sum() == 0
        for name in self.FEATURES:
            assert real[name].value_counts().to_dict() == synthetic[name].value_counts().to_dict()
        for first, second in (("age_band", "origin"), ("age_band", "disability")):
            before, after = (pd.crosstab(t[first], t[second]) for t in erased_tables)
            pd.testing.assert_frame_equal(before, after)
        before, after = (pd.crosstab(t["disability"], t["origin"]) for t in erased_tables)
        pd.testing.assert_frame_equal(before, after)

    def test_named_by_default(self, erased_tables):
        found = audits.compare(
            *erased_tables, sensitive_features=self.FEATURES, ask=["coverage"], settings=QUICK
        )
        assert [row.group for row in found["coverage"].tables["cells"]] == [
            tuple(sorted(self.LOST.items()))
        ]
        (lost,) = found.about(group=self.LOST)
        assert lost.verdict is PROBLEM
        assert "lost where they meet: 134 people in the real data" in lost.because
        assert found.problems == (lost,)

    def test_named_as_a_group_when_three_features_are_crossed(self, erased_tables):
        found = audits.compare(
            *erased_tables,
            sensitive_features=self.FEATURES,
            ask=["coverage"],
            settings=QUICK.having(intersections=3),
        )
        (lost,) = found.about(group=self.LOST)
        assert lost.verdict is PROBLEM
        assert "erased by the generator: 134 people" in lost.because

    def test_nothing_is_named_where_nothing_was_erased(self, erased_tables):
        real, _ = erased_tables
        found = audits.compare(
            real,
            real.sample(frac=1, random_state=1),
            sensitive_features=self.FEATURES,
            ask=["coverage"],
            settings=QUICK,
        )
        assert not found["coverage"].tables["cells"]
        assert not found.problems


class TestHomogenisedGroup:
    """One group's members become the same; others make up for it, so that all totals stay."""

    TRAITS = ("income", "housing", "schooling")

    @classmethod
    def tables(cls) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Ash and birch have every value equally often; then birch only `a`, and ash the rest."""
        values = np.array(list("abcd"))
        birch, ash = 200, 1800
        rng = np.random.default_rng(7)
        real = {"race": np.repeat(["ash", "birch"], [ash, birch])}
        synthetic = dict(real)
        for trait in cls.TRAITS:
            real[trait] = np.concatenate(
                [rng.permutation(np.repeat(values, size // 4)) for size in (ash, birch)]
            )
            counts = np.full(4, (ash + birch) // 4)
            counts[0] -= birch
            rest = rng.permutation(np.repeat(values, counts))
            synthetic[trait] = np.concatenate([rest, np.repeat("a", birch)])
        return pd.DataFrame(real), pd.DataFrame(synthetic)

    def test_totals_see_nothing(self):
        real, synthetic = self.tables()
        for name in real:
            assert real[name].value_counts().to_dict() == synthetic[name].value_counts().to_dict()

    def test_named(self):
        found = audits.compare(
            *self.tables(),
            sensitive_features="race",
            ask=["coverage", "diversity"],
            settings=QUICK,
        )
        assert {(f.question, f.group) for f in found.problems} == {
            ("diversity", (("race", "birch"),))
        }
        assert {f.attribute for f in found.problems} == {None, *self.TRAITS}
        assert "100 % (" in found.problems[0].because

    def test_everyone_together_is_as_varied_as_before(self):
        found = audits.compare(
            *self.tables(), sensitive_features="race", ask=["diversity"], settings=QUICK
        )
        (everyone,) = found.about(group=())
        assert everyone.verdict is OK


@pytest.fixture(scope="module")
def audit_of():
    """Birch are 3,000 of 10,000, in both tables."""
    real_birch = TestCopiesOfThirty.people(3000, "birch", 2)
    real = pd.concat([TestCopiesOfThirty.people(7000, "ash", 1), real_birch], ignore_index=True)
    rng = np.random.default_rng(3)
    thirty = real_birch.iloc[rng.permutation(3000)[:30]]
    copies = thirty.iloc[np.repeat(np.arange(30), 100)].copy()
    copies["age"] += rng.integers(-1, 2, 3000)
    copies["pay"] += rng.normal(0, 0.5, 3000).round(1)
    copies["hours"] = (copies["hours"] + rng.integers(-1, 2, 3000)).clip(0)
    honest = {"copies": copies, "honest": TestCopiesOfThirty.people(3000, "birch", 4)}
    return {
        name: audits.compare(
            real,
            pd.concat([TestCopiesOfThirty.people(7000, "ash", 5), birch], ignore_index=True),
            sensitive_features="race",
            ask=["coverage", "provenance"],
            settings=QUICK,
        )
        for name, birch in honest.items()
    }


class TestCopiesOfThirty:
    """A group of 3,000 at its right share and with right margins: near-copies of thirty people."""

    @staticmethod
    def people(rows: int, race: str, seed: int) -> pd.DataFrame:
        rng = np.random.default_rng(seed)
        age = rng.integers(18, 90, rows)
        return pd.DataFrame(
            {
                "race": race,
                "age": age,
                "pay": (rng.normal(30, 8, rows) + age / 10).round(1),
                "hours": rng.integers(0, 50, rows),
                "town": rng.choice(list("abcdefgh"), rows),
                "work": rng.choice(["paid", "unpaid"], rows),
            }
        )

    def test_share_sees_nothing(self, audit_of):
        for audit in audit_of.values():
            (found,) = audit.about("coverage", {"race": "birch"})
            assert found.verdict is OK
            assert found.evidence["ratio"].value == 1.0

    def test_copies_are_a_problem(self, audit_of):
        (found,) = audit_of["copies"].about("provenance", {"race": "birch"})
        assert found.verdict is PROBLEM
        assert found.evidence["kappa"].high < 0.5
        assert found.evidence["basis"] < 150
        assert "3,000 synthetic rows rest on 3,000 real people, in effect on" in found.because

    def test_honest_twin_is_not(self, audit_of):
        (found,) = audit_of["honest"].about("provenance", {"race": "birch"})
        assert found.verdict is OK
        assert found.evidence["kappa"].low > 0.6

    def test_effective_people_tell_them_apart(self, audit_of):
        copies, honest = (
            audit_of[name].about("provenance", {"race": "birch"})[0].evidence["basis"]
            for name in ("copies", "honest")
        )
        assert honest > 10 * copies

    def test_the_other_group_is_not_accused(self, audit_of):
        for audit in audit_of.values():
            (ash,) = audit.about("provenance", {"race": "ash"})
            assert ash.verdict is OK


@pytest.fixture(scope="module")
def thirty():
    rng = np.random.default_rng(30)
    classes = ["low", "middle", "upper", "high"]

    def crowd(rows: int) -> pd.DataFrame:
        return pd.DataFrame(
            {
                "race": "ash",
                "income": rng.choice(classes, rows, p=[0.25, 0.45, 0.2, 0.1]),
                "age": rng.integers(18, 90, rows),
                "town": rng.choice(list("abcdef"), rows),
            }
        )

    thirty = crowd(30).assign(race="birch", income="middle")
    many = thirty.iloc[rng.integers(0, 30, 3000)].copy()
    many["age"] += rng.integers(-1, 2, 3000)
    return audits.compare(
        pd.concat([crowd(970), thirty], ignore_index=True),
        pd.concat([crowd(7000), many], ignore_index=True),
        sensitive_features="race",
        settings=QUICK.having(classifier_rows=200, classifier_permutations=39),
    )


class TestThirtyPeople:
    """970 and 30 people, the 30 in one income class; 3,000 synthetic rows for them."""

    def test_coverage_watches_thirty(self, thirty):
        (found,) = thirty.about("coverage", {"race": "birch"})
        assert found.verdict is WATCH
        assert "only 30 people in the real data" in found.because
        assert "it has grown" in found.because

    def test_provenance_is_a_problem(self, thirty):
        (found,) = thirty.about("provenance", {"race": "birch"})
        assert found.verdict is PROBLEM
        assert found.evidence["basis"] <= 30
        assert found.evidence["amplification"] >= 100
        assert "All 30 are middle (income)" in found.because

    def test_sameness_is_inherited_with_its_bound(self, thirty):
        found = {f.attribute: f for f in thirty.about("diversity", {"race": "birch"})}
        assert found["income"].verdict is WATCH
        assert "inherited sameness in income: all 30 of 30" in found["income"].because
        assert "up to 9.5 % of the group (95 % bound)" in found["income"].because

    def test_never_ok(self, thirty):
        assert all(f.verdict is not OK for f in thirty.about(group={"race": "birch"}))

    def test_everyone_else_is_not_accused(self, thirty):
        """Their share fell, since birch's grew; nothing else is wrong with them."""
        ash = thirty.about(group={"race": "ash"})
        assert not [f for f in ash if f.verdict is PROBLEM]
