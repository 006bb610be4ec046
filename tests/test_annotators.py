"""Annotators: how often do they disagree, about whom, and who with whom?"""

from __future__ import annotations

import contextlib
import math
from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse
from sklearn.metrics import cohen_kappa_score

import audits
from audits.data import engines
from audits.data.annotations import read_annotations
from audits.data.task import Task
from audits.data.workspace import Workspace
from audits.errors import AuditError, InputError, UsageError
from audits.formulas.disagreement import between, beyond_chance, disagreement, within
from audits.questions.fairness_annotators import annotator_rows
from audits.run import pair_of, plan_of
from audits.settings import Settings

# Krippendorff (2011), example C: four observers, twelve units, some not observed
OBSERVED = """
1 2 3 3 2 1 4 1 2 . . .
1 2 3 3 2 2 4 1 2 5 . 3
. 3 3 3 2 3 4 2 2 5 1 .
1 2 3 3 2 4 4 1 2 5 1 .
"""
# Fleiss (1971), table 1: thirty patients, six psychiatrists each, five diagnoses
DIAGNOSES = """
0 0 0 6 0  0 3 0 0 3  0 1 4 0 1  0 0 0 0 6  0 3 0 3 0
2 0 4 0 0  0 0 4 0 2  2 0 3 1 0  2 0 0 4 0  0 0 0 0 6
1 0 0 5 0  1 1 0 4 0  0 3 3 0 0  1 0 0 5 0  0 2 0 3 1
0 0 5 0 1  3 0 0 1 2  5 1 0 0 0  0 2 0 4 0  1 0 2 0 3
0 0 0 0 6  0 1 0 5 0  0 2 0 1 3  2 0 0 4 0  1 0 0 4 1
0 5 0 1 0  4 0 0 0 2  0 2 0 4 0  1 0 5 0 0  0 0 0 0 6
"""


def observed() -> sparse.csr_array:
    counts = np.zeros((12, 5))
    for line in OBSERVED.split("\n")[1:-1]:
        for unit, label in enumerate(line.split()):
            if label != ".":
                counts[unit, int(label) - 1] += 1
    return sparse.csr_array(counts)


def diagnoses() -> sparse.csr_array:
    return sparse.csr_array(np.array(DIAGNOSES.split(), dtype=float).reshape(30, 5))


def counted(lists: list[list[int]], labels: int = 4) -> sparse.csr_array:
    table = np.zeros((len(lists), labels))
    for i, given_labels in enumerate(lists):
        np.add.at(table[i], given_labels, 1)
    return sparse.csr_array(table)


class TestFormulas:
    def test_published_example_with_missing_annotations(self):
        # Gwet's irrCAC gives these for the same table: percent agreement, Fleiss' kappa
        found = within(observed())
        assert 1 - np.nanmean(found.apart) == pytest.approx(0.8181818, abs=1e-7)
        assert beyond_chance(observed(), confidence=0.95).value == pytest.approx(0.76117, abs=1e-5)

    def test_fleiss_example(self):
        found = within(diagnoses())
        assert 1 - found.apart.mean() == pytest.approx(0.5556, abs=5e-5)
        kappa = beyond_chance(diagnoses(), confidence=0.95)
        assert kappa.value == pytest.approx(0.430, abs=5e-4)
        assert kappa.low < 0.43 < kappa.high

    @pytest.mark.parametrize(
        ("one", "other", "alpha"),
        [("aabbdcccedda", "babbbccceddd", 0.692), ("abaaaaaaba", "bbbaabaaaa", 0.095)],
    )
    def test_krippendorff_examples_of_two_observers(self, one, other, alpha):
        # alpha corrects the disagreement expected for the number of values, N; kappa does not
        pairs = [[ord(a) - 97, ord(b) - 97] for a, b in zip(one, other, strict=True)]
        kappa = beyond_chance(counted(pairs, 5), confidence=0.95).value
        values = 2 * len(pairs)
        assert 1 - (1 - kappa) * (values - 1) / values == pytest.approx(alpha, abs=6e-4)

    @given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2)), min_size=2, max_size=40))
    def test_one_of_each_is_cohens_kappa(self, pairs):
        a, b = zip(*pairs, strict=True)
        found = beyond_chance(counted([[x] for x in a]), counted([[x] for x in b]), confidence=0.95)
        if len({*a, *b}) == 1:
            assert not found.known
        elif found.known:
            assert found.value == pytest.approx(cohen_kappa_score(a, b), abs=1e-9)

    @given(
        st.lists(
            st.tuples(
                st.lists(st.integers(0, 3), max_size=5), st.lists(st.integers(0, 3), max_size=5)
            ),
            min_size=1,
            max_size=8,
        )
    )
    def test_pairs_are_those_one_would_list(self, items):
        first, second = (counted([item[side] for item in items]) for side in (0, 1))
        own, crossed = within(first), between(first, second)
        values = np.array([0.0, 1.0, 3.0, 10.0])
        squared, squared_crossed = within(first, values), between(first, second, values)
        for i, (a, b) in enumerate(items):
            listed = list(combinations(a, 2))
            mixed = [(x, y) for x in a for y in b]
            for found, numbers, each in (
                (own, squared, listed),
                (crossed, squared_crossed, mixed),
            ):
                assert found.pairs[i] == len(each)
                if each:
                    assert found.apart[i] == pytest.approx(np.mean([x != y for x, y in each]))
                    far = np.mean([(values[x] - values[y]) ** 2 for x, y in each])
                    assert numbers.apart[i] == pytest.approx(far, abs=1e-9)
                else:
                    assert math.isnan(found.apart[i])

    def test_the_jackknife_is_that_of_leaving_out(self):
        table = observed().toarray()
        whole = beyond_chance(observed(), confidence=0.95)
        others = [
            beyond_chance(sparse.csr_array(np.delete(table, i, axis=0)), confidence=0.95).value
            for i in range(12)
        ]
        error = np.sqrt(11 * np.var(others))
        assert whole.value - whole.low == pytest.approx(2.228139 * error, rel=1e-5)

    def test_squared_differences_are_those_of_numbers(self):
        # the same labels far apart and near: names do not care, numbers do
        lists = [[0, 0], [1, 1], [2, 3], [3, 2], [0, 1]]
        near = beyond_chance(counted(lists), values=np.array([0, 1, 5, 5.1]), confidence=0.95)
        far = beyond_chance(counted(lists), values=np.array([0, 1, 5, 50.0]), confidence=0.95)
        assert near.value > 0.9
        assert far.value < 0.6

    def test_all_agree(self):
        found = beyond_chance(counted([[0, 0]] * 5 + [[1, 1]] * 5), confidence=0.95)
        assert (found.value, found.high) == (1.0, 1.0)
        assert 0.2 < found.low < 0.6  # ten items cannot say more

    def test_nothing_to_say(self):
        assert not beyond_chance(counted([[0, 1], [1]]), confidence=0.95).known
        assert not beyond_chance(counted([[0, 0], [0, 0]]), confidence=0.95).known
        assert not disagreement(np.zeros(2), np.full(2, np.nan), confidence=0.95).known

    def test_each_item_counts_once(self):
        # a hundred people disagree about one item, two agree about another
        lists = [[0] * 50 + [1] * 50, [1, 1]]
        found = within(counted(lists))
        assert disagreement(*found, confidence=0.95).value == pytest.approx(found.apart[0] / 2)

    def test_the_interval_holds_what_it_should(self):
        # items differ, and annotations of one item hang together: intervals are over items
        rng = np.random.default_rng(1)
        held = kappas = 0
        for _ in range(400):
            hard = rng.random(40) < 0.4
            share = np.where(hard, 0.5, 0.95)
            labels = rng.binomial(6, share)
            counts = sparse.csr_array(np.column_stack([labels, 6 - labels]).astype(float))
            found = disagreement(*within(counts), confidence=0.95)
            truth = 0.4 * 0.5 + 0.6 * 2 * 0.95 * 0.05
            held += found.low <= truth <= found.high
            kappa = beyond_chance(counts, confidence=0.95)
            mean = 0.4 * 0.5 + 0.6 * 0.95
            kappas += kappa.low <= 1 - truth / (2 * mean * (1 - mean)) <= kappa.high
        assert held / 400 > 0.92
        assert kappas / 400 > 0.88


# -- files -----------------------------------------------------------------------------------------

PEOPLE = pd.DataFrame(
    {
        "race": ["ash", "birch"] * 60,
        "sex": ["f", "f", "m", "m"] * 30,
        "toxic": ["no", "no", "yes"] * 40,
        "score": [1.0, 2.0, 3.5, 4.0] * 30,
    }
)


def annotations(items: int = 30, seed: int = 0) -> pd.DataFrame:
    """Three people judge each item, two women and a man; of birch they disagree more often."""
    rng = np.random.default_rng(seed)
    lines = []
    for item in range(items):
        race = "ash" if item % 2 else "birch"
        for gender in ("woman", "woman", "man"):
            sure = rng.random() < (0.9 if race == "ash" else 0.5)
            label = ("yes" if item % 3 else "no") if sure else rng.choice(["yes", "no"])
            lines.append((f"i{item}", race, "f" if item % 4 < 2 else "m", gender, label))
    return pd.DataFrame(lines, columns=["item", "race", "sex", "gender", "toxic"])


@contextlib.contextmanager
def opened(table, target="toxic"):
    with (
        Workspace(None, 1, None, keep=False) as work,
        engines.opened(
            {"real": PEOPLE, "synthetic": PEOPLE, "annotations": table}, work, markers=frozenset()
        ) as tables,
    ):
        plan = plan_of(
            sensitive=("race", "sex"), features=None, weights=None, bands={}, kinds={},
            tables={name: tables[name] for name in ("real", "synthetic")},
        )  # fmt: skip
        both = {name: tables[name] for name in ("real", "synthetic")}
        pair = pair_of(both, plan, Settings(), lambda *_: None)
        pair.task = Task(target)
        yield pair, tables["annotations"]


def measured(table, *, item="item", features=("gender",), target="toxic", numeric=False):
    with opened(table, target) as (pair, engine):
        read = read_annotations(engine, pair, item=item, features=features, numeric=numeric)
        return annotator_rows(pair, read), read


def row_of(rows, annotators="all", **group):
    wanted = tuple(sorted(group.items()))
    (only,) = [row for row in rows if row.group == wanted and row.annotators == annotators]
    return only


class TestAFile:
    def test_by_people_judged(self):
        rows, read = measured(annotations())
        assert not read.notes
        ash, birch = row_of(rows, race="ash"), row_of(rows, race="birch")
        assert (ash.items, ash.pairs, birch.items) == (15, 45, 15)
        assert ash.disagreement.value < birch.disagreement.value
        assert row_of(rows).items == 30
        assert row_of(rows, race="ash", sex="f").items < 15

    def test_by_people_who_judge(self):
        rows, _ = measured(annotations())
        women = row_of(rows, "gender woman")
        assert (women.items, women.pairs) == (30, 30)
        crossed = row_of(rows, "gender man, gender woman")
        assert (crossed.items, crossed.pairs) == (30, 60)
        assert not [row for row in rows if row.annotators == "gender man"]  # one man an item

    def test_by_hand(self):
        table = pd.DataFrame(
            {
                "item": ["a", "a", "a", "b", "b"],
                "race": "ash",
                "sex": "f",
                "gender": ["woman", "woman", "man", "woman", "man"],
                "toxic": ["yes", "no", "yes", "no", "no"],
            }
        )
        rows, _ = measured(table)
        assert row_of(rows).disagreement.value == pytest.approx((2 / 3 + 0) / 2)
        assert row_of(rows, "gender woman").disagreement.value == 1
        crossed = row_of(rows, "gender man, gender woman")
        assert crossed.disagreement.value == pytest.approx((1 / 2 + 0) / 2)

    @pytest.mark.parametrize("seed", [1, 2])
    def test_order_of_lines_changes_nothing(self, seed):
        table = annotations()
        assert measured(table)[0] == measured(table.sample(frac=1, random_state=seed))[0]

    def test_numbers(self):
        table = annotations().drop(columns="toxic")
        rng = np.random.default_rng(1)
        base = table["item"].str[1:].astype(int) % 5
        table["score"] = (base + rng.normal(0, 0.1, len(table))).round(2)
        rows, read = measured(table, target="score", numeric=True)
        assert read.values is not None
        assert row_of(rows).disagreement.value > 0.8  # hardly ever the same number
        assert row_of(rows).kappa.value > 0.95  # but close ones

    def test_files_of_any_kind(self, tmp_path):
        table = annotations()
        table.to_csv(tmp_path / "a.csv", index=False)
        table.to_parquet(tmp_path / "a.parquet")
        assert measured(tmp_path / "a.csv")[0] == measured(tmp_path / "a.parquet")[0]
        assert measured(tmp_path / "a.csv")[0] == measured(table)[0]


class TestWhatIsSaid:
    def test_items_of_one_annotation(self):
        table = pd.concat([annotations(), annotations(2).iloc[[0]].assign(item="alone")])
        rows, read = measured(table)
        assert "1 of 31 items have one annotation only" in read.notes[0]
        assert row_of(rows).items == 30

    def test_lines_without_a_label(self):
        table = annotations()
        table.loc[0, "toxic"] = None
        table.loc[5, "item"] = None
        _, read = measured(table)
        assert "2 annotations without an item or a label are left out" in read.notes[0]

    def test_labels_that_are_no_class(self):
        table = annotations()
        table.loc[0, "toxic"] = "unsure"
        rows, read = measured(table)
        assert "1 annotations give labels that no row of the tables has: 'unsure'" in read.notes[0]
        assert "unsure" in read.labels
        assert row_of(rows).items == 30

    def test_people_of_no_group(self):
        table = annotations()
        table.loc[table["item"] == "i0", "race"] = "cedar"
        rows, read = measured(table)
        assert "race 'cedar' is in neither table" in read.notes[0]
        assert (row_of(rows).items, row_of(rows, race="birch").items) == (30, 14)

    def test_annotators_who_are_not_told(self):
        table = annotations()
        table.loc[[0, 3], "gender"] = None
        rows, read = measured(table)
        assert "2 annotations do not tell the annotator's gender" in read.notes[0]
        assert (row_of(rows).pairs, row_of(rows, "gender woman").pairs) == (90, 28)

    def test_items_about_two_people(self):
        table = annotations()
        table.loc[0, "race"] = "ash"
        rows, read = measured(table)
        assert "1 items tell of people of different groups" in read.notes[0]
        counts = [row_of(rows, **group).items for group in ({}, {"race": "ash"}, {"race": "birch"})]
        assert counts == [30, 15, 14]


class TestBadInput:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"item": "text"}, "no column 'text'"),
            ({"item": "race"}, "'race' is a sensitive feature and cannot be the item too"),
            ({"features": ("gendr",)}, "Did you mean 'gender'"),
            ({"features": ("race",)}, "cannot be a feature of annotators too"),
            ({"features": ("toxic",)}, "'toxic' is the target"),
            ({"features": ("item",)}, "'item' is the item"),
        ],
    )
    def test_columns(self, options, said):
        with pytest.raises(UsageError, match=said):
            measured(annotations(), **options)

    def test_subjects_must_be_told(self):
        with pytest.raises(UsageError, match="no column 'race'"):
            measured(annotations().drop(columns="race"))

    def test_an_identifier_is_no_group(self):
        table = annotations().assign(who=lambda t: [f"w{i}" for i in range(len(t))])
        with pytest.raises(UsageError, match="more than 12 values"):
            measured(table, features=("who",))

    def test_nobody_can_disagree(self):
        with pytest.raises(InputError, match="no item has two annotations"):
            measured(annotations().drop_duplicates("item"))

    def test_words_for_numbers(self):
        table = annotations().drop(columns="toxic").assign(score="high")
        with pytest.raises(InputError, match="'high', which is no number"):
            measured(table, target="score", numeric=True)

    def test_empty(self, tmp_path):
        (tmp_path / "a.csv").write_text("item,race,sex,gender,toxic\n")
        with pytest.raises(AuditError, match="no rows"):
            measured(tmp_path / "a.csv")


class TestThroughTheFront:
    def test_from_python(self):
        found = audits.fairness(
            PEOPLE,
            PEOPLE,
            target="toxic",
            sensitive_features=["race", "sex"],
            annotations=annotations(),
            item="item",
            annotator_features="gender",
            mitigate=False,
            settings=Settings(fairness_rounds=1),
        )
        rows = found["fairness"].tables["annotators"]
        assert rows == measured(annotations())[0]
        assert [record.role for record in found.inputs] == ["real", "synthetic", "annotations"]

    def test_remarks_are_notes_of_the_audit(self):
        table = pd.concat([annotations(), annotations(2).iloc[[0]].assign(item="alone")])
        found = audits.fairness(
            PEOPLE,
            PEOPLE,
            target="toxic",
            sensitive_features=["race", "sex"],
            annotations=table,
            item="item",
            mitigate=False,
            settings=Settings(fairness_rounds=1),
        )
        assert any("1 of 31 items have one annotation only" in note for note in found.notes)
        assert {row.annotators for row in found["fairness"].tables["annotators"]} == {"all"}

    @pytest.mark.parametrize(
        ("given", "said"),
        [
            ({"annotations": PEOPLE}, "not which column tells items apart"),
            ({"item": "item"}, "item is said of annotations, and none are given"),
            ({"annotator_features": "gender"}, "annotator_features is said of annotations"),
        ],
    )
    def test_half_of_it(self, given, said):
        with pytest.raises(UsageError, match=said):
            audits.fairness(PEOPLE, PEOPLE, target="toxic", sensitive_features="race", **given)
