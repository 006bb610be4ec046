"""What holds for every question: its answer depends on the rows alone, and survives a journey."""

from __future__ import annotations

import json
import pickle
import re
from dataclasses import fields
from functools import cache, partial

import numpy as np
import pandas as pd
import pytest

import audits
from audits.registry import OF_TARGETS
from audits.results import Verdict
from audits.settings import Settings

PAIR_QUESTIONS = [question for question in audits.all_questions() if question.of == "pair"]
every_question = pytest.mark.parametrize("question", PAIR_QUESTIONS, ids=lambda q: q.id)
# a plan says what to do and accuses nobody: one that does not judge has no findings to look at
every_judge = pytest.mark.parametrize(
    "question", [q for q in PAIR_QUESTIONS if q.judges], ids=lambda q: q.id
)
QUICK = Settings().having(
    max_draws=199, classifier_permutations=39, classifier_rows=100, fairness_rounds=2
)
SENSITIVE = ["race", "sex"]
TARGET = {question: {"target": "work"} for question in OF_TARGETS}


def people(rows: int, seed: int) -> pd.DataFrame:
    """Three races, two sexes, a column of each kind, and gaps in all but sex."""
    rng = np.random.default_rng(seed)
    race = rng.choice(["ash", "birch", "cedar"], p=[0.6, 0.3, 0.1], size=rows)
    age = np.where(race == "birch", 30, 45) + rng.integers(0, 30, rows).astype(float)
    work = np.where(rng.random(rows) < 0.4 + 0.2 * (race == "ash"), "paid", "unpaid")
    table = pd.DataFrame(
        {
            "race": race,
            "sex": rng.choice(["female", "male"], size=rows),
            "age": age,
            "work": work,
            "income": rng.normal(30, 8, rows).round(1) + (work == "paid") * 9,
        }
    )
    for column in ("race", "age", "work"):
        table[column] = table[column].astype(object).mask(rng.random(rows) < 0.03, None)
    return table.astype({"age": float})


def one_of(race: str, *, rows: int) -> pd.DataFrame:
    return people(40, 99).iloc[:rows].assign(race=race, sex="female")


def uneven_tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """A group lost, one invented, one much changed, and every size from 0 to 3 met by every other.

    The changed group is older, and of half of them the age is missing: two faults of one column.
    """
    real, synthetic = [people(300, 1)], [people(400, 2)]
    ash = synthetic[0].index[synthetic[0]["race"] == "ash"]
    synthetic[0].loc[ash, "age"] += 25
    synthetic[0].loc[ash[::2], "age"] = np.nan
    for n in range(4):
        for m in range(4):
            real.append(one_of(f"tree {n}{m}", rows=n))
            synthetic.append(one_of(f"tree {n}{m}", rows=m))
    real.append(one_of("elm", rows=35))
    synthetic.append(one_of("fig", rows=35))
    return tuple(pd.concat(parts, ignore_index=True) for parts in (real, synthetic))


def ask(question, real, synthetic, **options):
    given = {"sensitive_features": SENSITIVE, "settings": QUICK}
    options = given | TARGET.get(question.id, {}) | options
    return audits.compare(real, synthetic, ask=[question.id], **options)


def said(audit) -> dict:
    """All that an audit measured and found; what it read is not part of it."""
    whole = audit.to_dict()
    return {part: whole[part] for part in ("findings", "answers", "counts", "verdict")}


def everything(real, synthetic, **options):
    """What is said by all questions in one audit."""
    given = {"sensitive_features": SENSITIVE, "settings": QUICK, "target": "work"}
    return said(audits.compare(real, synthetic, **given | options))


@pytest.fixture(scope="module")
def tables():
    return uneven_tables()


@pytest.fixture(scope="module")
def audit_of(tables):
    """Every question's audit of the uneven tables, each made once."""
    made = {q.id: ask(q, *tables) for q in PAIR_QUESTIONS}
    return lambda question: made[question.id]


@pytest.fixture(scope="module")
def whole(tables):
    """All questions at once: what changes nothing of this changes no answer."""
    return everything(*tables)


CHANGES = {
    "order of rows": (lambda table: table.sample(frac=1, random_state=5), {}),
    "order of columns": (
        lambda table: table[table.columns[::-1]], {"sensitive_features": SENSITIVE[::-1]}
    ),
    "nothing": (lambda table: table, {}),
    "threads": (lambda table: table, {"threads": 1}),
}  # fmt: skip


class TestDependsOnTheRowsAlone:
    @pytest.mark.parametrize(("change", "options"), CHANGES.values(), ids=CHANGES)
    def test_changes_nothing(self, change, options, tables, whole):
        changed = everything(*map(change, tables), **options)
        for question, answer in whole["answers"].items():
            assert changed["answers"][question] == answer, question
        assert changed == whole

    @every_question
    def test_company_changes_nothing(self, question, whole, audit_of):
        assert whole["answers"][question.id] == said(audit_of(question))["answers"][question.id]

    def test_input_stays_untouched(self, tables, audit_of, whole):
        for table, fresh in zip(tables, uneven_tables(), strict=True):
            pd.testing.assert_frame_equal(table, fresh)


@every_question
class TestTravels:
    def test_pickle(self, question, audit_of):
        again = pickle.loads(pickle.dumps(audit_of(question)))
        assert again.to_dict() == audit_of(question).to_dict()

    def test_strict_json(self, question, audit_of):
        document = audit_of(question).to_dict()
        assert json.loads(json.dumps(document, allow_nan=False)) == document

    def test_saved_and_loaded(self, question, audit_of, tmp_path):
        audit = audit_of(question)
        loaded = audits.load(audit.save(tmp_path / "audit.json"))
        assert loaded.to_dict() == audit.to_dict()
        assert loaded.findings == audit.findings

    def test_loaded_audit_is_judged_alike(self, question, audit_of, tmp_path):
        audit = audit_of(question)
        loaded = audits.load(audit.save(tmp_path / "audit.json"))
        strict = QUICK.having(multiplicity="holm", support_watch=150, support_problem=60)
        assert loaded.having(strict).findings == audit.having(strict).findings
        assert audit.having(QUICK).findings == audit.findings

    def test_frames_of_every_table(self, question, audit_of):
        answer = audit_of(question)[question.id]
        assert set(answer.tables) == set(question.tables)
        for name, rows in answer.tables.items():
            assert len(answer.to_frame(name)) == len(rows)


def test_what_does_not_judge_finds_nothing(audit_of):
    for question in PAIR_QUESTIONS:
        assert question.judges or not audit_of(question).findings, question.id


@every_judge
class TestFindings:
    def test_nothing_is_said_twice(self, question, audit_of):
        keys = [finding.key for finding in audit_of(question).findings]
        assert len(keys) == len(set(keys))

    def test_every_group_is_judged(self, question, audit_of):
        audit = audit_of(question)
        rows = {row.group for row in audit[question.id].rows}
        judged = {finding.group for finding in audit.findings}
        unlabelled = {group for group in rows if any(value == "missing" for _, value in group)}
        assert rows - unlabelled - {()} <= judged
        assert not unlabelled & judged

    def test_because_is_a_whole_sentence(self, question, audit_of):
        for finding in audit_of(question).findings:
            text = finding.because
            assert text.endswith("."), text
            assert text[0] == text[0].upper(), text
            assert not re.search(r"nan|None|inf\b|\.\.|;\.|: \.|  |; ;|unknown|no limit", text), (
                text
            )

    def test_because_holds_the_number_of_people(self, question, audit_of):
        """A finding about a group says on how many people it rests."""
        for finding in audit_of(question).findings:
            n = finding.evidence.get("tested", finding.evidence.get("real"))
            if not isinstance(n, int):
                continue
            none = n == 0 and re.search(r"no real person|nobody", finding.because)
            assert none or re.search(rf"\b{n:,}\b", finding.because), finding.because

    def test_evidence_is_json(self, question, audit_of):
        for finding in audit_of(question).findings:
            assert finding.evidence, finding
        for finding in audit_of(question).to_dict()["findings"]:
            text = json.dumps(finding["evidence"], allow_nan=False)
            assert json.loads(text) == finding["evidence"]

    def test_sensitivity_is_one_of_two_kinds(self, question, audit_of):
        for finding in audit_of(question).findings:
            assert finding.sensitivity == "stable" or finding.sensitivity.startswith("flips: ")

    def test_worst_first(self, question, audit_of):
        ranks = [finding.verdict.rank for finding in audit_of(question).findings]
        assert ranks == sorted(ranks)

    def test_tiny_groups_are_never_ok(self, question, audit_of):
        tiny = [
            f
            for f in audit_of(question).findings
            if dict(f.group).get("race", "").startswith("tree")
        ]
        assert tiny
        assert all(finding.verdict is not Verdict.OK for finding in tiny)


def few(rows, *, synthetic=False):
    """Next to no rows on one side, a hundred on the other."""
    sides = [people(40, 1).iloc[1 : 1 + rows], people(100, 2)]
    return sides[::-1] if synthetic else sides


DEGENERATE = {
    "identical": lambda: [people(600, 3)] * 2,
    "only race": lambda: [people(300, seed)[["race"]].dropna() for seed in (1, 2)],
    "one group on one side": lambda: [people(300, 1), people(300, 2).assign(race="ash")],
    "constant or empty": lambda: [
        people(200, seed).assign(work="paid", income=np.nan) for seed in (1, 2)
    ],
    "alike": lambda: [
        people(300, 1), pd.concat([people(300, 1).dropna().iloc[[0]]] * 200, ignore_index=True)
    ],
    **{f"{n} real": partial(few, n) for n in range(1, 4)},
    **{f"{n} synthetic": partial(few, n, synthetic=True) for n in range(1, 4)},
}  # fmt: skip


@cache
def _together(case, sensitive_features):
    asked = [question.id for question in PAIR_QUESTIONS if question.id not in OF_TARGETS]
    return audits.compare(
        *DEGENERATE[case](), sensitive_features=list(sensitive_features), settings=QUICK, ask=asked
    )


def found_by(question, case, sensitive_features=tuple(SENSITIVE)):
    """A question's findings; all that need no target are asked at once, which changes nothing."""
    if question.id not in OF_TARGETS:
        return _together(case, sensitive_features).about(question.id)
    options = {"sensitive_features": list(sensitive_features)}
    return ask(question, *DEGENERATE[case](), **options).findings


def problems(findings):
    return [finding for finding in findings if finding.verdict is Verdict.PROBLEM]


@every_question
class TestDegenerateTables:
    def test_identical_tables_have_no_problem_by_comparison(self, question):
        found = found_by(question, "identical", ("race",))
        if question.id == "copying":  # which is by comparison what this question is for
            assert found
            assert len(found) == len(problems(found))
            return
        for finding in problems(found):
            assert dict(finding.group).get("race") == "cedar", finding.because

    def test_single_group_is_refused(self, question):
        real, synthetic = (people(300, seed).assign(race="ash") for seed in (1, 2))
        with pytest.raises(audits.AuditError, match=r"'race'.*forms no groups\."):
            ask(question, real, synthetic, sensitive_features="race")

    def test_no_rows(self, question):
        for sides in (few(0), few(0, synthetic=True)):
            with pytest.raises(audits.AuditError, match=r"row|target"):
                ask(question, *sides)

    @pytest.mark.parametrize("rows", [1, 2, 3])
    def test_next_to_no_rows(self, question, rows):
        for side in ("real", "synthetic"):
            if question.id in OF_TARGETS:  # nobody to learn from, or to test on
                with pytest.raises(audits.AuditError, match=r"row|target"):
                    found_by(question, f"{rows} {side}")
                continue
            found = found_by(question, f"{rows} {side}")
            assert all(finding.verdict is not Verdict.OK for finding in found)

    def test_only_the_sensitive_column(self, question):
        if question.id in OF_TARGETS:
            with pytest.raises(audits.AuditError, match=r"has no column 'work'"):
                found_by(question, "only race", ("race",))
            return
        found = problems(found_by(question, "only race", ("race",)))
        assert not found or question.id == "coverage", found


@every_judge
class TestJudgesDegenerateTables:
    def test_single_group_on_one_side(self, question):
        found = found_by(question, "one group on one side")
        birch = [finding for finding in found if finding.group == (("race", "birch"),)]
        assert birch
        assert all(finding.verdict is not Verdict.OK for finding in birch)

    def test_columns_that_are_constant_or_empty(self, question):
        if question.id in OF_TARGETS:
            with pytest.raises(audits.AuditError, match=r"'work' is left out as constant"):
                found_by(question, "constant or empty")
            return
        assert found_by(question, "constant or empty")

    def test_all_synthetic_rows_alike(self, question):
        found = found_by(question, "alike")
        if question.id == "plausibility":  # each of them could exist: one does
            assert not problems(found)
            return
        assert problems(found)


@every_question
class TestDeclares:
    def test_settings_exist(self, question):
        assert question.settings
        assert set(question.settings) <= {field.name for field in fields(Settings)}

    def test_main_table_and_words(self, question):
        assert question.main in question.tables
        assert question.asks.endswith("?")
        assert question.title

    def test_limits_it_does_not_name_change_nothing(self, question, audit_of):
        """A question declares every limit that moves its verdicts."""
        audit = audit_of(question)
        general = {"false_discovery_rate", "multiplicity", "confidence"}
        for name, other in OTHER_LIMITS.items():
            if name in question.settings or name in general:
                continue
            moved = audit.having(QUICK.having(**other))
            assert moved.findings == audit.findings, name


OTHER_LIMITS = {
    "support_watch": {"support_watch": 1000},
    "support_problem": {"support_problem": 2},
    "share_watch": {"share_watch": 1.0},
    "share_problem": {"share_problem": 0.05},
    "missing_label_limit": {"missing_label_limit": 0.0},
    "drift_watch": {"drift_watch": 0.005},
    "drift_problem": {"drift_problem": 1.0},
    "shift_watch": {"shift_watch": 0.01},
    "shift_problem": {"shift_problem": 10},
    "auc_watch": {"auc_watch": 0.5},
    "auc_problem": {"auc_problem": 1.0},
    "sameness_watch": {"sameness_watch": 0.01},
    "sameness_problem": {"sameness_problem": 1.0},
    "basis_problem": {"basis_problem": 1},
    "basis_ample": {"basis_ample": 1_000_000},
    "amplification_limit": {"amplification_limit": 1.0},
    "kappa_watch": {"kappa_watch": 1.0},
    "kappa_problem": {"kappa_problem": 0.01},
    "copied_watch": {"copied_watch": 0.0001},
    "copied_problem": {"copied_problem": 1.0},
    "near_copies_watch": {"near_copies_watch": 0.001},
    "near_copies_problem": {"near_copies_problem": 1.0},
    "repeated_watch": {"repeated_watch": 0.0001},
    "tie_watch": {"tie_watch": 1.0},
    "tie_problem": {"tie_problem": 1000},
}
