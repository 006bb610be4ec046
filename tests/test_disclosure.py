"""What leaves the machine tells no small count, however it is looked at."""

from __future__ import annotations

import dataclasses
import json
import math
import re
from dataclasses import replace
from itertools import combinations
from typing import get_args, get_type_hints

import numpy as np
import pandas as pd
import pytest
from attacker import Attacker, PartsAttacker
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import audits
from audits import disclosure_groups
from audits.disclosure import protected
from audits.disclosure_of.known import as_read
from audits.disclosure_of.parted import clean_groups
from audits.disclosure_profiles import protected_profiles
from audits.disclosure_rows import COUNTED, NOT_COUNTED
from audits.errors import InputError, UsageError
from audits.estimates import Estimate, in_effect, number, percent
from audits.questions import coverage
from audits.questions.coverage_rows import CoverageRow
from audits.questions.drift_rows import ProfileRow
from audits.results import Answer, Audit, ColumnRecord, InputRecord, Verdict
from audits.settings import Settings

QUICK = Settings().having(max_draws=199, classifier_permutations=39, classifier_rows=0)
MISSING = "missing"


# -- audits made by hand ---------------------------------------------------------------------------


def counted(real, synthetic, level: int) -> dict:
    """Groups of two tables of labels (columns of a frame), each with its counts."""
    counts: dict = {(): [len(real), len(synthetic)]}
    for size in range(1, level + 1):
        for columns in combinations(sorted(real.columns), size):
            for side, table in enumerate((real, synthetic)):
                for values, n in table.value_counts(list(columns)).items():
                    group = tuple(zip(columns, values, strict=True))
                    counts.setdefault(group, [0, 0])[side] = int(n)
    return {group: tuple(n) for group, n in counts.items()}


def coverage_only(counts: dict, gaps: dict, level: int) -> Audit:
    """An audit that asked about coverage, as the audit would have measured it."""
    n, m = counts[()]
    rows = []
    for group, (real, synthetic) in sorted(counts.items(), key=lambda one: (len(one[0]), one[0])):
        ratio = synthetic / m / (real / n) if real else math.inf
        rows.append(
            CoverageRow(
                group, real, synthetic, float(real), Estimate(real / n, 0.0, 1.0),
                Estimate(synthetic / m, 0.0, 1.0), Estimate(ratio, 0.0, math.inf), float(real),
                float(n), m, None, Estimate.unknown(), Estimate.unknown(),
                all(value != MISSING for _, value in group),
                gaps.get(tuple(c for c, _ in group), 0) / n,
            )
        )  # fmt: skip
    limits = Settings(intersections=level)
    tables = {"groups": tuple(rows), "cells": (), "values": (), "pairs": (), "patterns": ()}
    answer = Answer("coverage", coverage.TITLE, coverage.ASKS, tables["groups"], tables, limits)
    features = tuple(sorted({column for group in counts for column, _ in group}))
    columns = tuple(
        ColumnRecord(name, "categorical", "sensitive", 3,
                     *counts.get(((name, MISSING),), (0, 0)), "")
        for name in features
    )  # fmt: skip
    inputs = tuple(
        InputRecord(role, f"{role}.csv", "csv", rows, 3, "")
        for role, rows in (("real", n), ("synthetic", m))
    )
    findings = tuple(coverage.judge(tables, limits))
    return Audit(inputs, features, columns, limits, {"coverage": answer}, findings, (), {})


@st.composite
def tables(draw):
    """A real and a synthetic table with groups of every size, some of them without a label."""
    names = ["one", "two", "three"][: draw(st.integers(2, 3))]
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    level = draw(st.integers(1, len(names)))
    blank = draw(st.sampled_from([0.0, 0.0, 0.05]))
    sides = []
    for size in (draw(st.integers(40, 500)), draw(st.integers(40, 500))):
        side = {}
        for name in names:
            labels = 2 + names.index(name) % 2 + (len(names) == 2)
            p = rng.dirichlet(np.full(labels, 0.6))
            values = rng.choice(list("abcd")[:labels], size, p=p).astype(object)
            values[rng.random(size) < blank] = MISSING
            side[name] = values
        if rng.random() < 0.3:  # one feature follows from another
            side[names[1]] = np.where(side[names[0]] == "a", "a", side[names[1]])
        sides.append(pd.DataFrame(side))
    return sides[0], sides[1], level


def gaps_of(real: pd.DataFrame, level: int) -> dict:
    return {
        columns: int((real[list(columns)] == MISSING).any(axis=1).sum())
        for size in range(1, level + 1)
        for columns in combinations(sorted(real.columns), size)
    }


def attack(real, synthetic, level: int, min_cell: int = 11) -> list:
    """What somebody learns of small groups from what is handed over."""
    counts = counted(real, synthetic, level)
    try:
        shown = protected(coverage_only(counts, gaps_of(real, level), level), min_cell)
    except InputError:  # too small a table for anything to be shown
        assume(False)
    return Attacker(shown.to_dict(), counts, level).narrowed(min_cell)


class TestAttacks:
    @settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tables())
    def test_no_hidden_group_can_be_computed(self, made):
        assert attack(*made) == []

    @pytest.mark.slow
    @settings(max_examples=160, deadline=None, suppress_health_check=list(HealthCheck))
    @given(tables(), st.sampled_from([3, 6, 11, 20]))
    def test_no_hidden_group_can_be_computed_whatever_is_small(self, made, min_cell):
        """A leak in one table of 35 is met by 99 runs in 100."""
        assert attack(*made, min_cell) == []

    def test_the_attacker_finds_what_is_hidden_alone(self, monkeypatch):
        """Without further groups hidden, most small ones follow by subtraction."""
        rng = np.random.default_rng(1)
        real, synthetic = (
            pd.DataFrame({
                "one": rng.choice(list("abc"), rows, p=[0.6, 0.37, 0.03]),
                "two": rng.choice(list("ab"), rows, p=[0.9, 0.1]),
            })
            for rows in (150, 300)
        )  # fmt: skip
        assert attack(real, synthetic, 2) == []
        monkeypatch.setattr(disclosure_groups, "_complete", lambda *_: None)
        assert len(attack(real, synthetic, 2)) > 2

    def test_features_that_follow_from_each_other(self):
        """What is hidden under one name must not stand under the other."""
        state = np.repeat(["a", "b", "c", "d"], [300, 5, 40, 60])
        real = pd.DataFrame({"one": state, "two": np.char.upper(state)})
        assert attack(real, real, 2) == []

    def test_crossings_that_nobody_is_in_narrow_the_others(self, monkeypatch):
        """Hiding the whole crossing is not enough where few of its cells are not empty."""
        cells = {("a", "u"): 20, ("a", "v"): 5, ("b", "v"): 25, ("b", "w"): 20}
        rows = [cell for cell, n in cells.items() for _ in range(n)]
        real = pd.DataFrame(rows, columns=["one", "two"])
        assert attack(real, real, 2) == []
        monkeypatch.setattr(
            disclosure_groups, "_impossible", lambda _, codes: np.zeros(len(codes), dtype=bool)
        )
        assert attack(real, real, 2)

    def test_a_joint_gap_tells_no_small_group(self):
        """The share of rows without a label times the rows is a count, too."""
        real = pd.DataFrame({
            "one": [MISSING] * 4 + [*"ab"] * 100, "two": [*"aabb"] * 50 + [MISSING] * 4
        })  # fmt: skip
        shown = protected(coverage_only(counted(real, real, 2), gaps_of(real, 2), 2), 11)
        for row in shown["coverage"].rows:
            assert not 0 < round(row.missing_share * 204) < 11 if row.missing_share > 0 else True
        assert attack(real, real, 2) == []

    def test_a_group_erased_stays_named_and_counted_where_it_is_large(self):
        real = pd.DataFrame({"one": ["a"] * 300 + ["b"] * 50, "two": ["x", "y"] * 175})
        synthetic = pd.DataFrame({"one": ["a"] * 350, "two": ["x", "y"] * 175})
        made = audits.compare(real, synthetic, sensitive_features="one", ask=["coverage"])
        shown = protected(made, 11)
        (found,) = shown.about("coverage", {"one": "b"})
        assert found.evidence["synthetic"] == 0
        assert "erased by the generator: 50 people" in found.because
        assert shown.hidden == ()


class TestManyGroups:
    SIDES = tuple(
        pd.DataFrame({
            f"f{j}": np.random.default_rng([j, side]).zipf(1.5, 8_000) % 40 for j in range(3)
        }).astype(str)
        for side in range(2)
    )  # fmt: skip

    def test_too_many_for_a_proof_hide_every_crossing(self):
        counts = counted(*self.SIDES, 2)
        shown = protected(coverage_only(counts, {}, 2), 11)
        assert all(len(row.group) < 2 for row in shown["coverage"].rows)
        named = [finding for finding in shown.findings if len(finding.group) == 2]
        assert named
        assert all(not finding.evidence for finding in named)
        assert all(f.verdict in (Verdict.PROBLEM, Verdict.WATCH) for f in named)
        assert any("too many groups" in note for note in shown.notes)

    def test_what_is_left_of_a_feature_is_any_of_its_small_groups(self):
        counts = counted(*self.SIDES, 1)
        kept = {
            row.group
            for row in protected(coverage_only(counted(*self.SIDES, 2), {}, 2), 11)["coverage"].rows
        }
        for feature in ("f0", "f1", "f2"):
            for side in range(2):
                gone = [
                    n[side]
                    for g, n in counts.items()
                    if g and g[0][0] == feature and g not in kept and n[side]
                ]
                if any(n < 11 for n in gone):
                    assert sum(gone) - len(gone) + 1 >= 10


# -- whole audits ----------------------------------------------------------------------------------


def survey(rows: int, seed: int, *, lost: str = "") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({
        "race": rng.choice(["ash", "birch", "cedar", "rowan"], rows, p=[0.5, 0.3, 0.17, 0.03]),
        "sex": rng.choice(["female", "male"], rows, p=[0.55, 0.45]),
        "age": rng.integers(18, 90, rows).astype(float),
        "paid": rng.choice(["yes", "no"], rows, p=[0.93, 0.07]),
        "job": rng.choice(list("uvwxyz"), rows, p=[0.4, 0.3, 0.15, 0.1, 0.04, 0.01]),
    })  # fmt: skip
    table.loc[rng.random(rows) < 0.03, "age"] = np.nan
    table.loc[rng.random(rows) < 0.02, "race"] = None
    return table[table["race"] != lost] if lost else table


@pytest.fixture(scope="module", params=[(400, 700, ""), (1500, 900, "cedar"), (160, 160, "rowan")])
def whole(request):
    real, synthetic, lost = request.param
    return audits.compare(
        survey(real, 5), survey(synthetic, 6, lost=lost), sensitive_features=["race", "sex"],
        reference={"race": {"ash": 0.4, "birch": 0.3, "cedar": 0.2, "rowan": 0.1}},
        settings=QUICK,
    )  # fmt: skip


@pytest.fixture(scope="module")
def shown(whole):
    return protected(whole, 11)


def small_counts(value, names) -> list:
    """Numbers from 1 to 10 under the names given, in a row as a mapping."""
    found = []
    for name in names:
        part = value[name]
        listed = part if isinstance(part, list) else [part]
        found += [(name, n) for n in listed if n is not None and 0 < n < 11]
    return found


class TestWholeAudits:
    def test_no_field_that_counts_holds_a_small_count(self, shown):
        kinds = {q.id: q.tables for q in audits.all_questions()}
        document = json.loads(json.dumps(shown.to_dict()))
        looked = 0
        for question, answer in document["answers"].items():
            for table, rows in answer["tables"].items():
                names = COUNTED[kinds[question][table]]
                if question == "provenance":
                    names -= {"people"}  # rows per person, and means of many
                for row in rows:
                    assert small_counts(row, names) == [], (question, table, row["group"])
                    looked += 1
        assert looked > 20
        for column in document["columns"]:
            assert small_counts(column, ["missing_real", "missing_synthetic"]) == []

    def test_the_same_fields_do_hold_small_counts_before(self, whole):
        rows = whole["coverage"].rows
        assert any(0 < n < 11 for row in rows for n in (row.real, row.synthetic))

    def test_nothing_can_be_computed_from_it(self, whole, shown):
        counts = {row.group: (row.real, row.synthetic) for row in whole["coverage"].rows}
        assert Attacker(shown.to_dict(), counts, 2).narrowed(11) == []

    def test_evidence_holds_no_small_count(self, shown):
        for finding in shown.findings:
            for name, value in finding.evidence.items():
                if name in {"real", "synthetic", "people", "distinct", "top_count", "searched"}:
                    assert not 0 < value < 11, finding

    def test_hidden_groups_keep_name_and_worst_verdict(self, whole, shown):
        assert shown.hidden
        for group in shown.hidden:
            for question in whole.answers:
                before, after = whole.about(question, group), shown.about(question, group)
                assert len(after) == min(len(before), 1)
                if after:
                    assert after[0].verdict is before[0].verdict
                    assert after[0].evidence == {}
                    assert after[0].severity == 0
                    assert not re.search(r"\d", after[0].because.replace("fewer than 11", ""))
            for answer in shown.answers.values():
                assert not answer[group]
                for rows in answer.tables.values():
                    assert all(row.group != group for row in rows)

    def test_groups_that_are_shown_say_what_they_said(self, whole, shown):
        """Most sentences are word for word those of the full audit."""
        before = {finding.key: finding.because for finding in whole.findings}
        kept = [f for f in shown.findings if f.group not in shown.hidden]
        same = [f for f in kept if before[f.key] == f.because]
        assert len(same) > len(kept) / 2
        assert {f.key: f.verdict for f in kept}.items() <= {
            f.key: f.verdict for f in whole.findings
        }.items()

    def test_profiles_show_no_small_part(self, whole, shown):
        groups = shown["drift"].tables["profiles"]
        assert groups or whole["coverage"].rows[0].real < 200
        for row in groups:
            assert all(n == 0 or n >= 11 for n in (*row.real, *row.synthetic))
            assert sum(row.real) == whole["coverage"][row.group][0].real

    def test_it_is_an_audit_like_any_other(self, shown, tmp_path):
        again = audits.load(shown.save(tmp_path / "shown.json"))
        assert again == shown
        assert (again.min_cell, again.hidden) == (11, shown.hidden)
        assert str(audits.diff(shown, again)).startswith("0 appeared")

    def test_it_cannot_be_judged_again(self, shown):
        with pytest.raises(UsageError, match="hidden in this audit"):
            shown.having(Settings().having(support_problem=10))

    def test_hiding_nothing_changes_nothing(self, whole):
        assert protected(whole, 0) is whole
        assert protected(whole, 1) is whole

    def test_hidden_once_is_hidden(self, shown):
        assert protected(shown, 11) is shown
        assert protected(shown, 5) is shown
        with pytest.raises(UsageError, match="start from the one"):
            protected(shown, 12)

    @pytest.mark.parametrize("wrong", [-1, 1.5, 10_000, "11"])
    def test_a_min_cell_that_makes_no_sense_is_refused(self, whole, wrong):
        with pytest.raises(UsageError, match="min_cell must be"):
            protected(whole, wrong)

    def test_a_table_of_a_few_people_stays_where_it_is(self):
        few = pd.DataFrame({"sex": ["f", "m"] * 4, "paid": ["y", "n"] * 4})
        many = pd.concat([few] * 20)
        made = audits.compare(few, many, sensitive_features="sex", ask=["coverage"])
        with pytest.raises(InputError, match="cannot leave this machine"):
            protected(made, 11)

    def test_without_coverage_the_other_answers_are_protected(self):
        made = audits.compare(
            survey(400, 5), survey(700, 6), sensitive_features=["race", "sex"],
            ask=["diversity"], settings=QUICK,
        )  # fmt: skip
        shown = protected(made, 11)
        assert shown.hidden
        assert all(min(r.real, r.synthetic) >= 11 for r in shown["diversity"].rows)


# -- parts of groups: copies, flags ----------------------------------------------------------------


def with_copies(seed: int, share: float, *, rows: int = 500):
    """Real people, rows of which some are theirs and some could not exist, and a holdout."""
    real, holdout = survey(rows, seed), survey(rows, seed + 1)
    synthetic = survey(rows, seed + 2)
    rng = np.random.default_rng(seed)
    taken = rng.choice(rows, int(share * rows), replace=False)
    synthetic.iloc[taken] = real.iloc[taken].to_numpy()
    old = rng.choice(rows, int(share * rows) // 2, replace=False)
    synthetic.loc[synthetic.index[old], "age"] = 150.0
    return real, synthetic, holdout


@pytest.fixture(scope="module", params=[(1, 0.04, True), (2, 0.2, False)])
def copied(request):
    seed, share, held = request.param
    real, synthetic, holdout = with_copies(seed, share)
    return audits.compare(
        real, synthetic, sensitive_features=["race", "sex"], holdout=holdout if held else None,
        ask=["coverage", "drift", "copying", "plausibility"], settings=QUICK,
    )  # fmt: skip


PARTS = [
    ("copying", "copies"), ("plausibility", "flagged"), ("plausibility", "fresh_flagged"),
    ("plausibility", "real_flagged"),
]  # fmt: skip


def told_of(audit: Audit, made: Audit, question: str, part: str) -> list:
    truth = {row.group: getattr(row, part) for row in audit[question].rows}
    return PartsAttacker(made.to_dict(), question, part, truth).told(11)


class TestParts:
    @pytest.mark.parametrize(("question", "part"), PARTS)
    def test_no_small_part_of_a_group_can_be_computed(self, copied, question, part):
        assert told_of(copied, protected(copied, 11), question, part) == []

    def test_before_they_can(self, copied):
        assert any(told_of(copied, copied, question, part) for question, part in PARTS)

    def test_alone_hidden_they_can(self, copied, monkeypatch):
        """Where only the small ones are hidden, subtraction tells them."""
        from audits.disclosure_of import parted

        def all_clean(named, own, whole, min_cell):
            return set(named)

        monkeypatch.setattr(parted, "_that_leave_nothing_small", all_clean)
        monkeypatch.setattr(parted, "_clean", lambda counts, _: counts.sum() > 40)
        made = protected(copied, 11)
        assert any(told_of(copied, made, question, part) for question, part in PARTS)

    @settings(max_examples=60, deadline=None)
    @given(st.integers(0, 2**32 - 1), st.integers(2, 5), st.integers(2, 4))
    def test_what_is_left_of_everyone_is_never_small(self, seed, many, few):
        rng = np.random.default_rng(seed)
        cells = rng.multinomial(int(rng.integers(20, 400)), rng.dirichlet(np.full(many * few, 0.5)))
        cells = cells.reshape(many, few)
        part_ = rng.binomial(cells, rng.choice([0.02, 0.1, 0.5]))
        parts = {(): (int(part_.sum()), int((cells - part_).sum()))}
        for axis, name in ((1, "a"), (0, "b")):
            for i, (x, n) in enumerate(zip(part_.sum(axis), cells.sum(axis), strict=True)):
                parts[((name, str(i)),)] = (int(x), int(n - x))
        for i in range(many):
            for j in range(few):
                group = (("a", str(i)), ("b", str(j)))
                parts[group] = (int(part_[i, j]), int(cells[i, j] - part_[i, j]))
        shown = clean_groups(parts, [], ["a", "b"], 11)
        known = {group: float(parts[group][0]) for group in shown}
        attacker = PartsAttacker(
            {"answers": {"copying": {"tables": {"groups": []}}}, "findings": []}, "copying",
            "copies", {group: x for group, (x, _) in parts.items()}, known,
        )  # fmt: skip
        assert attacker.told(11) == []

    def test_remarks_that_count_few_rows_are_left_out(self, copied):
        few = "Rule 'x': not one of 7 real rows checked holds it. Is it written as it is meant?"
        made = replace(copied, notes=(few, "Not one of 70 real rows checked holds it."))
        assert few not in protected(made, 11).notes
        assert made.notes[1] in protected(made, 11).notes

    def test_sentences_keep_what_may_be_known(self, copied):
        shown = protected(copied, 11)
        whole = shown.about("copying", ())[0]
        assert whole.group_name == "everyone"
        assert whole.verdict is copied.about("copying", ())[0].verdict

    def test_rules_are_named_only_where_many_stand_behind_them(self, copied):
        before = copied["plausibility"].tables["rules"]
        rows = protected(copied, 11)["plausibility"].tables["rules"]
        assert any(row.kind == "range" for row in before)
        assert all(row.kind not in ("range", "limit") for row in rows)
        assert all(row.example == "" and row.support >= 11 for row in rows)
        assert all(row.broken == 0 or row.broken >= 11 for row in rows)


@pytest.fixture(scope="module")
def tied():
    return audits.compare(
        survey(900, 5), survey(900, 6), sensitive_features=["race", "sex"],
        ask=["coverage", "drift", "stereotypes", "collection"], settings=QUICK,
    )  # fmt: skip


class TestTies:
    def test_ties_are_shown_where_the_pictures_count_the_same_people(self, tied):
        shown = protected(tied, 11)
        pictures = {(row.group, row.attribute): row for row in shown["drift"].tables["profiles"]}
        rows = shown["stereotypes"].tables["ties"]
        assert rows
        for row in rows:
            for group in (row.group, ()):
                assert row.value in pictures[group, row.attribute].labels
            assert min(row.real_with, row.synthetic_with) >= 11
        named = {(row.group, row.attribute, row.value) for row in rows}
        for row in shown["stereotypes"].rows:
            for which in ("sharpest", "loosest"):
                about = (getattr(row, f"{which}_attribute"), getattr(row, f"{which}_value"))
                assert about == (None, None) or (row.group, *about) in named

    def test_no_sentence_speaks_of_a_tie_that_is_not_shown(self, tied):
        shown = protected(tied, 11)
        named = {(r.group, r.attribute, r.value) for r in shown["stereotypes"].tables["ties"]}
        for row in tied["stereotypes"].tables["ties"]:
            if (row.group, row.attribute, row.value) not in named:
                said = f"{row.value} ({row.attribute}) and {audits.results.group_name(row.group)}"
                assert not [f for f in shown.about("stereotypes") if said in f.because]

    def test_the_plan_tells_no_small_count(self, tied):
        shown = protected(tied, 11)
        assert shown.hidden
        assert shown["collection"].tables["recruits"] == ()
        assert all(row.purpose != "groups" for row in shown["collection"].tables["totals"])
        assert all(row.group not in shown.hidden for row in shown["collection"].rows)
        assert all(row.real == 0 or row.real >= 11 for row in shown["collection"].rows)


@pytest.fixture(scope="module")
def chain():
    rng = np.random.default_rng(3)
    tables = [survey(400, 11)]
    for _ in range(4):
        tables.append(tables[-1].sample(400, replace=True, random_state=rng))
    return audits.generations(tables, sensitive_features=["race", "sex"])


@pytest.fixture(scope="module")
def handed(chain):
    return protected(chain, 11)


class TestChains:
    def test_nothing_of_the_first_and_the_last_can_be_computed(self, chain, handed):
        counts = {row.group: (row.real, row.synthetic) for row in chain["generations"].rows}
        assert handed.hidden
        attacker = Attacker(handed.to_dict(), counts, 2)
        for group, side, count, low, high in attacker.narrowed(11):
            assert high - low >= 1, (group, side, count, low, high)

    def test_no_size_between_can_be_computed(self, chain, handed):
        for generation in (1, 2, 3):
            truth = {
                row.group: row.rows for row in chain["generations"].tables["steps"]
                if row.generation == generation
            }  # fmt: skip
            known = {
                row.group: float(row.rows) for row in handed["generations"].tables["steps"]
                if row.generation == generation and row.rows >= 0
            }  # fmt: skip
            assert known
            attacker = PartsAttacker(
                {"answers": {"copying": {"tables": {"groups": []}}}, "findings": []}, "copying",
                "copies", truth, known,
            )  # fmt: skip
            assert attacker.told(11) == []

    def test_no_field_that_counts_is_small_and_no_value_is_named(self, handed):
        for table, rows in handed["generations"].tables.items():
            for row in rows:
                for name in COUNTED[type(row)]:
                    assert not 0 < getattr(row, name) < 11, (table, name)
        assert all(row.lost_levels == () for row in handed["generations"].rows)

    def test_sentences_lose_clauses_not_their_point(self, handed):
        said = [f.because for f in handed.findings if f.group not in handed.hidden]
        assert any("per generation" in text or "half-life" in text for text in said)
        assert not [text for text in said if "Most is lost in" in text]
        assert not [text for text in said if "equal rows do not tell" in text]


class TestDocuments:
    COUNT = re.compile(
        r"(?<![\w.,])(\d+) (?:real people|real person|people in the real|person in the real|"
        r"synthetic rows?)\b"
    )

    def strings(self, part):
        if isinstance(part, str):
            yield part
        elif dataclasses.is_dataclass(part):
            for f in dataclasses.fields(part):
                yield from self.strings(getattr(part, f.name))
        elif isinstance(part, tuple | list):
            for one in part:
                yield from self.strings(one)

    def test_no_text_of_the_documents_tells_a_small_count(self, whole):
        from audits.reports.document import document
        from audits.reports.html_report import html_report

        made = document(whole, min_cell=11)
        texts = [*self.strings(made), html_report(made)]
        assert len(texts) > 100
        for text in texts:
            assert not [n for n in self.COUNT.findall(text) if 0 < int(n) < 11], text[:300]

    def test_the_full_document_does(self, whole):
        from audits.reports.document import document

        texts = self.strings(document(whole))
        assert any(0 < int(n) < 11 for text in texts for n in self.COUNT.findall(text))

    @pytest.mark.parametrize("kind", ["json", "csv", "croissant"])
    def test_no_other_kind_tells_one(self, whole, kind):
        from audits.reports.saving import report_bytes

        text = report_bytes(whole, kind).decode()
        assert not [n for n in self.COUNT.findall(text) if 0 < int(n) < 11]


# -- parts -----------------------------------------------------------------------------------------


class TestDeclarations:
    KINDS = sorted(
        {kind for q in audits.all_questions() for kind in q.tables.values()},
        key=lambda kind: kind.__name__,
    )

    @pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
    def test_every_whole_number_of_a_row_is_declared(self, kind):
        whole = {
            name
            for name, hint in get_type_hints(kind).items()
            if hint is int or int in get_args(hint)
        }
        assert whole == COUNTED[kind] | NOT_COUNTED.get(kind, frozenset())
        assert not COUNTED[kind] & NOT_COUNTED.get(kind, frozenset())

    def test_rows_of_a_kind_that_is_not_declared_are_dropped(self, whole):
        @dataclasses.dataclass(frozen=True)
        class Unheard(CoverageRow):
            pass

        rows = tuple(
            Unheard(*(getattr(row, f.name) for f in dataclasses.fields(row)))
            for row in whole["coverage"].rows
        )
        answer = replace(
            whole["coverage"], rows=rows, tables={**whole["coverage"].tables, "groups": rows}
        )
        made = replace(whole, answers={**whole.answers, "coverage": answer})
        assert protected(made, 11)["coverage"].rows == ()


class TestNumbers:
    @given(st.floats(-1e6, 1e6, allow_nan=False))
    def test_a_number_as_read_reads_the_same(self, value):
        coarse = as_read(value)
        assert number(coarse) == number(value)
        assert abs(value) >= 100 or percent(coarse) == percent(value)

    @given(st.floats(0, 1e5))
    def test_people_in_effect_read_the_same(self, value):
        coarse = as_read(value, people=True)
        assert (number(coarse), in_effect(coarse)) == (number(value), in_effect(value))

    @given(st.floats(0.001, 1e4))
    def test_and_tells_no_more(self, value):
        assert len(f"{as_read(value):.12g}".replace(".", "").lstrip("0")) <= 5 + (value > 100)


class TestProfiles:
    @settings(max_examples=150, deadline=None)
    @given(st.integers(0, 2**32 - 1), st.booleans(), st.integers(3, 6), st.integers(2, 14))
    def test_no_part_is_small_nor_what_the_groups_leave(self, seed, binned, groups, parts):
        rng = np.random.default_rng(seed)
        labels = tuple(f"{i} to {i + 1}" if binned else f"v{i}" for i in range(parts))
        edges = tuple(map(float, range(parts + 1))) if binned else ()
        lines = [
            [rng.multinomial(int(rng.integers(0, 900)), rng.dirichlet(np.full(parts, 0.7)))
             for _ in range(2)]
            for _ in range(groups)
        ]  # fmt: skip
        everyone = [sum(line[side] for line in lines) for side in range(2)]
        rows = [ProfileRow((), "col", "numeric" if binned else "categorical", labels, edges,
                           tuple(everyone[0].tolist()), tuple(everyone[1].tolist()))]  # fmt: skip
        rows += [
            replace(rows[0], group=(("f", str(i)),), real=tuple(line[0].tolist()),
                    synthetic=tuple(line[1].tolist()))
            for i, line in enumerate(lines)
        ]  # fmt: skip
        shown = protected_profiles(rows, frozenset(), ["f"], 11)
        own = [row for (group, _), row in shown.items() if group]
        for row in shown.values():
            assert all(n == 0 or n >= 11 for n in (*row.real, *row.synthetic))
            assert len(row.labels) == len(row.real) == len(row.synthetic)
            assert not binned or len(row.edges) == len(row.labels) + 1
        if own:
            first = own[0]
            assert {row.labels for row in own} == {first.labels}
            for side in ("real", "synthetic"):
                total = np.array([getattr(row, side) for row in own]).sum(axis=0)
                whole = self.cut(rows[0], first, side)
                rest = whole - total
                assert all(n == 0 or n >= 11 for n in rest), (whole, total)

    @staticmethod
    def cut(whole: ProfileRow, as_: ProfileRow, side: str) -> np.ndarray:
        """Everyone's counts in the parts of another row."""
        counts = getattr(whole, side)
        if as_.edges:
            place = np.searchsorted(as_.edges, whole.edges[:-1], side="right") - 1
            return np.bincount(place, weights=counts, minlength=len(as_.labels)).astype(int)
        into = [as_.labels.index(x) if x in as_.labels else as_.labels.index("other values")
                for x in whole.labels]  # fmt: skip
        return np.bincount(into, weights=counts, minlength=len(as_.labels)).astype(int)

    def test_parts_that_are_hidden_groups_are_not_shown(self):
        row = ProfileRow((), "race", "categorical", ("a", "b"), (), (90, 20), (80, 30))
        assert protected_profiles([row], frozenset(), ["race"], 11)
        assert not protected_profiles([row], frozenset({(("race", "b"),)}), ["race"], 11)
