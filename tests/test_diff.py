"""What two audits say differently."""

import dataclasses
import json

import pytest

import audits
from audits.results import Audit, Finding, InputRecord, Verdict
from audits.settings import Settings

BLACK, WHITE, FEMALE = (("race", "Black"),), (("race", "White"),), (("sex", "female"),)
WORDS = {"problem": "is a problem", "watch": "is watched", "ok": "is fine"}


def finding(verdict, group=BLACK, question="coverage", attribute=None, because=None):
    verdict = Verdict(verdict)
    said = because or f"{group}: {WORDS.get(verdict.value, 'is open')}."
    return Finding(question, group, attribute, verdict, said)


def audit(*findings, settings=None, sha="aa", features=("race", "sex"), asked=None):
    names = asked or ("coverage", "drift")
    return Audit(
        inputs=(
            InputRecord("real", "real.csv", "csv", 100, 3, "00"),
            InputRecord("synthetic", "made.csv", "csv", 200, 3, sha),
        ),
        sensitive_features=features,
        columns=(),
        settings=settings or Settings(),
        answers=dict.fromkeys(names),
        findings=findings,
        notes=(),
        versions={},
    )


def test_the_same_audit_differs_in_nothing():
    one = audit(finding("problem"), finding("ok", WHITE))
    found = audits.diff(one, one)
    assert not found
    assert (found.appeared, found.went, found.changed, found.unchanged) == ((), (), (), 2)
    assert found.settings == {}
    assert found.inputs == {}
    assert found.notes == ()


@pytest.mark.parametrize("verdict", ["problem", "watch", "not enough evidence"])
def test_what_one_audit_does_not_speak_of_appears_or_goes(verdict):
    said = audit(finding(verdict))
    assert audits.diff(audit(), said).appeared == said.findings
    assert audits.diff(said, audit()).went == said.findings
    assert audits.diff(said, audit()).appeared == ()


@pytest.mark.parametrize("verdict", ["problem", "watch", "not enough evidence"])
def test_from_ok_and_back_is_a_change(verdict):
    fine, said = audit(finding("ok")), audit(finding(verdict))
    for before, after in ((fine, said), (said, fine)):
        found = audits.diff(before, after)
        assert (found.appeared, found.went) == ((), ())
        assert [(c.before, c.after) for c in found.changed] == [
            (before.findings[0], after.findings[0])
        ]
    assert audits.diff(fine, said).worse
    assert not audits.diff(said, fine).worse


def test_a_path_is_not_an_audit():
    with pytest.raises(audits.AuditError, match=r"with audits\.load"):
        audits.diff("before.json", audit())


def test_absent_to_ok_is_no_news():
    assert not audits.diff(audit(), audit(finding("ok")))
    assert not audits.diff(audit(finding("ok")), audit())


def test_a_verdict_that_moves_among_the_said_is_a_change():
    found = audits.diff(audit(finding("watch")), audit(finding("problem")))
    assert [(c.before.verdict, c.after.verdict) for c in found.changed] == [
        (Verdict.WATCH, Verdict.PROBLEM)
    ]
    assert found.changed[0].worse
    assert found.worse == (finding("problem"),)
    assert found.appeared == found.went == ()


def test_a_change_for_the_better_is_not_worse():
    found = audits.diff(audit(finding("problem")), audit(finding("watch")))
    assert not found.changed[0].worse
    assert found.worse == ()


def test_other_numbers_with_the_same_verdict_stay():
    other = finding("problem", because="Other numbers.")
    assert audits.diff(audit(finding("problem")), audit(other)).unchanged == 1


@pytest.mark.parametrize(
    "other",
    [
        finding("problem", group=WHITE),
        finding("problem", question="drift"),
        finding("problem", attribute="age"),
    ],
    ids=["group", "question", "attribute"],
)
def test_findings_are_told_apart_by_question_group_and_attribute(other):
    found = audits.diff(audit(finding("problem")), audit(other))
    assert found.appeared == (other,)
    assert found.went == (finding("problem"),)


def test_two_findings_about_the_same_are_both_kept():
    first, second = finding("problem"), finding("watch", because="And this.")
    found = audits.diff(audit(), audit(first, second))
    assert found.appeared == (first, second)
    assert audits.diff(audit(first, second), audit(first)).went == (second,)


def test_a_question_only_one_audit_asked_is_noted_not_news():
    before = audit(finding("problem", question="drift"), finding("watch"))
    after = audit(finding("watch"), asked=("coverage",))
    found = audits.diff(before, after)
    assert not found
    assert "question only before: drift" in found.notes
    assert any("1 findings before, 0 after" in note for note in found.notes)


def test_groups_only_one_audit_could_form_are_noted_not_news():
    found = audits.diff(audit(finding("problem", FEMALE)), audit(features=("race",)))
    assert not found
    assert "sensitive feature only before: sex" in found.notes


def test_settings_and_inputs_that_differ_are_noted():
    found = audits.diff(audit(), audit(settings=Settings().having(share_watch=0.9), sha="bb"))
    assert found.settings == {"share_watch": (0.8, 0.9)}
    assert list(found.inputs) == ["synthetic"]
    assert "share_watch: 0.8 before, 0.9 after" in found.remarks()


def test_a_table_that_one_audit_lacks_is_noted():
    more = audit()
    holdout = InputRecord("holdout", "h.csv", "csv", 10, 3, "cc")
    more = dataclasses.replace(more, inputs=(*more.inputs, holdout))
    assert audits.diff(audit(), more).inputs["holdout"][0] == "none"


def test_tables_without_bytes_are_compared_by_name_and_shape():
    unknown = audit(sha="")
    assert audits.diff(unknown, unknown).inputs == {}
    longer = tuple(dataclasses.replace(record, rows=record.rows + 1) for record in unknown.inputs)
    changed = audits.diff(unknown, dataclasses.replace(unknown, inputs=longer))
    assert "synthetic" in changed.inputs


def example():
    before = audit(finding("problem"), finding("watch", WHITE))
    after = audit(finding("watch"), finding("problem", FEMALE), sha="bb")
    return audits.diff(before, after)


def test_dict_is_strict_json():
    document = example().to_dict()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    assert document["appeared"][0]["group"] == {"sex": "female"}
    assert [len(document[part]) for part in ("appeared", "went", "changed")] == [1, 1, 1]


def test_frame_has_a_line_per_finding_that_differs():
    frame = example().to_frame()
    assert frame["what"].tolist() == ["appeared", "changed", "went"]
    assert list(frame.columns) == list(audits.diff(audit(), audit()).to_frame().columns)


def test_text_says_what_happened():
    text = str(example())
    assert text.startswith("1 appeared, 1 went, 1 changed, 0 stayed.")
    assert "changed: problem → watch" in text
    assert "went: watch → not said" in text


def test_text_holds_no_control_characters():
    nasty = finding("problem", because="a\x1b[31mb\nc")
    text = str(audits.diff(audit(), audit(nasty)))
    assert "\x1b" not in text
    assert "a‹U+001B›[31mb‹U+000A›c" in text


def test_it_is_frozen():
    with pytest.raises(dataclasses.FrozenInstanceError):
        example().unchanged = 3
