"""The pages about further questions, and a chain of generations from the browser."""

import html
import json
import re
from pathlib import Path

import pytest
from dashboard_folder import run_to_the_end, said, session_of, turn_to, visit

import audits
import draft
import figures
import quotas
import running
import state

G = Path(__file__).parent.parent / "sample_data" / "generations"


@pytest.fixture(autouse=True)
def _workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDITS_WORKSPACE", str(tmp_path / "workspace"))


@pytest.fixture(scope="session")
def made(sample, tmp_path_factory):
    """Saved audits of the sample by sex, by the synthetic table, one of real people among them."""
    folder = tmp_path_factory.mktemp("made")
    tables = {"three": "synthetic_three.csv", "good": "synthetic_good.csv",
              "people": "survey_holdout.csv"}  # fmt: skip
    asked = ["coverage", "stereotypes", "copying", "plausibility", "collection"]
    return {
        name: audits.compare(
            sample / "survey_real.csv", sample / table, sensitive_features=["race", "sex"],
            reference=sample / "population.csv", ask=asked,
        ).save(folder / f"{name}.json")
        for name, table in tables.items()
    }  # fmt: skip


@pytest.fixture(scope="session")
def chain(tmp_path_factory):
    """A saved audit of the sample's generations."""
    tables = [G / f"g{number}.csv" for number in range(5)]
    audit = audits.generations(tables, sensitive_features=["race", "sex"])
    return audit.save(tmp_path_factory.mktemp("chain") / "chain.json")


@pytest.fixture
def opening_with(monkeypatch):
    """A reader opens the dashboard with these audits, and perhaps tables."""

    def opened(*paths, **tables):
        named = {"tables": {role: str(path) for role, path in tables.items()},
                 "audits": [str(path) for path in paths]}  # fmt: skip
        monkeypatch.setenv("AUDITS_DASHBOARD", json.dumps(named))
        return calm(visit())

    return opened


def calm(app):
    assert not app.exception, app.exception
    assert "bug in the dashboard" not in said(app)
    return app


def plain(app):
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", said(app), flags=re.DOTALL))


def upload(app, role, *paths):
    for path in paths:
        box = next(b for b in app.file_uploader if b.key.startswith(f"upload-{role}"))
        box.upload(path.name, path.read_bytes(), "text/csv").run()
        calm(app)


# -- generations -----------------------------------------------------------------------------------


def test_several_tables_can_be_generations():
    app = visit()
    upload(app, "real", G / "g0.csv")
    upload(app, "synthetic", G / "g1.csv")
    assert not app.radio
    upload(app, "synthetic", G / "g2.csv", G / "g3.csv")
    assert app.button(key="run").label == "Run 3 audits"
    app.radio(key="together").set_value("generations").run()
    assert app.button(key="run").label == "Run through 4 generations"
    assert "generation 0" in plain(app)
    assert not any("Questions to ask" in one.label for one in app.multiselect)
    app.selectbox(key="loop").set_value("replace").run()
    sensitive = next(one for one in app.multiselect if one.key.startswith("sensitive-"))
    sensitive.set_value(["sex"]).run()
    calm(run_to_the_end(app))
    assert "What needs attention first?" in said(app)
    (kept,) = session_of(app).audits()
    assert kept.label == "4 generations of g0.csv by sex"
    audit = audits.load(session_of(app).audit_path(kept.id))
    assert [one.name for one in audit.inputs] == ["g0.csv", "g1.csv", "g2.csv", "g3.csv"]
    assert audit["generations"].tables["loop"][-1].loop == "replace"
    calm(turn_to(app, "generations"))
    assert "each generation is made from the one before alone" in plain(app)


def test_a_request_for_a_chain_leaves_out_what_has_no_part_in_it():
    table = {name: {"path": f"/{name}", "label": name} for name in ("a", "b", "c", "d")}
    drafted = {
        "real": table["a"], "synthetic": [table["b"], table["c"]], "reference": table["d"],
        "rules": table["d"], "weights": "w", "ask": ["drift"], "sensitive": ["sex"],
        "missing": ["?"], "generations": True, "chosen": ["c", "b"],
    }  # fmt: skip
    [asked], [label] = draft.requests(drafted, {"seed": 3})
    assert asked == {
        "sensitive_features": ["sex"], "missing": ["?"], "set": {"seed": 3},
        "generations": ["/a", "/c", "/b"],
    }  # fmt: skip
    assert label == "3 generations of a by sex"
    several, _ = draft.requests({**drafted, "generations": False}, {})
    assert [one["rules"] for one in several] == ["/d", "/d"]


def test_generations_that_cannot_be_followed_are_explained(tmp_path):
    app = visit()
    other = tmp_path / "other.csv"
    other.write_text("sex,paid\n" + "f,yes\nm,no\n" * 30)
    upload(app, "real", G / "g0.csv")
    upload(app, "synthetic", G / "g1.csv", other)
    app.radio(key="together").set_value("generations").run()
    run_to_the_end(app)
    assert "the generation 2 table (other.csv) has no column 'race'" in plain(app)
    assert not session_of(app).audits()


def test_the_pages_of_a_chain(chain, opening_with):
    app = opening_with(chain)
    turn_to(app, "findings")
    assert "4 generations after 1,000 real rows (g0.csv), the last of 1,000 rows" in plain(app)
    assert "At a glance" not in plain(app), "one question's verdicts are the list itself"
    calm(turn_to(app, "generations"))
    assert "Which loop it is, equal rows do not tell" in plain(app)
    alts = [one.proto.alt for one in app.get("plotly_chart")]
    assert alts[0].startswith("Lines of the variety")
    assert len(alts) == 2
    app.session_state["courses-beneath"] = True
    app.run()
    assert "everyone in every generation, beside generation 0" in plain(app)
    for page in ("compare", "review", "representation", "plan", "records"):
        calm(turn_to(app, page))


def test_the_card_of_a_group_in_a_chain(chain, opening_with):
    app = opening_with(chain)
    app.query_params["g"] = ["sex.female"]
    calm(turn_to(app, "group"))
    assert "rows of the last generation" in plain(app)
    assert "female" in app.get("plotly_chart")[0].proto.alt
    assert "The people behind the rows" not in plain(app)


# -- rules -----------------------------------------------------------------------------------------


def test_rules_are_uploaded_and_asked_for(sample, tmp_path):
    app = visit()
    upload(app, "real", sample / "survey_real.csv")
    upload(app, "synthetic", sample / "synthetic_good.csv")
    rules = tmp_path / "rules.toml"
    rules.write_text('[[rule]]\ncheck = "age >= 16 if insured = ="\n')
    upload(app, "rules", rules)
    [error] = app.error
    assert "rules.toml" in error.value.replace("\\", "")
    assert "column 33" in error.value
    assert app.button(key="run").disabled
    next(one for one in app.button if one.label == "Remove rules\\.toml").click().run()
    rules.write_text('[[rule]]\ncheck = "age >= 16"\n')
    upload(app, "rules", rules)
    assert not app.error
    [asked], _ = draft.requests(draft.read(session_of(app)), {})
    assert Path(asked["rules"]).read_bytes() == rules.read_bytes()


# -- several tables --------------------------------------------------------------------------------


def test_several_tables_are_ranked_beside_a_floor(made, chain, opening_with):
    app = opening_with(chain, *made.values())
    ids = {one.label: one.id for one in session_of(app).audits()}
    app.query_params["a"] = [ids["three.json"]]
    app.run()
    calm(turn_to(app, "compare"))
    text = plain(app)
    assert "Several synthetic tables against one real table" in text
    assert "1 audit of another real table" in text
    app.selectbox(key="floor").set_value(ids["people.json"]).run()
    calm(app)
    names = ("good.json", "three.json")
    found = audits.rank(
        {name: audits.load(made[name.removesuffix(".json")]) for name in names},
        audits.load(made["people"]),
    )
    [row] = [one for one in found.about("coverage", {"race": "Black"}) if one.name == "three.json"]
    assert f"rank {row.first} to {row.last} of 2; worse than it" in plain(app)
    counts = found.counts["three.json"]["stereotypes"]
    shown = f"▼ {counts['problem']} ◆ {counts['watch']} ○ {counts['not enough evidence']}"
    assert shown in plain(app)
    before = said(app)
    app.run()
    assert said(app) == before


def test_audits_under_other_limits_are_not_ranked_together(made, opening_with):
    app = opening_with(made["good"], made["three"])
    first, _ = session_of(app).audits()
    session_of(app).write("limits", {first.id: {"support_problem": 12}})
    calm(turn_to(app, "compare"))
    assert "Several synthetic tables" not in plain(app)


# -- the plan --------------------------------------------------------------------------------------


def test_quotas_are_taken_along_and_checked(made, sample, opening_with, tmp_path):
    app = opening_with(made["three"], real=sample / "survey_real.csv",
                       synthetic=sample / "synthetic_three.csv")  # fmt: skip
    calm(turn_to(app, "plan"))
    assert "156 recruits meet the needs of 3 groups" in plain(app)
    assert any(one.proto.label == "Download quotas (CSV)" for one in app.get("download_button"))
    file = tmp_path / "quotas.csv"
    file.write_text(quotas.text_of(audits.load(made["three"])))
    app.session_state["session"].write("draft", {
        **draft.read(session_of(app)), "sensitive": ["race", "sex"],
    })  # fmt: skip
    upload(app, "quotas", file)
    assert "0 of 3 quotas are met." in plain(app)
    assert "◆ 78 still missing" in plain(app)
    file.write_text("race,wanted\nBlack,20\n")
    upload(app, "quotas", file)
    assert "1 of 1 quotas are met." in plain(app)
    file.write_text("race,wanted\nBlack,many\n")
    upload(app, "quotas", file)
    [error] = app.error
    assert "line 2" in error.value.replace("\\", "")
    assert not list((session_of(app).folder / "tables").glob("*/*"))


def test_quotas_hold_no_small_counts_unless_told_otherwise(made, monkeypatch):
    import streamlit as st

    monkeypatch.setattr(st, "session_state", {})
    audit = audits.load(made["three"])

    def written(least):
        return quotas.text_of(figures.shared(state.Here(audit, "0", None, None, None, least))())

    assert "Black,female,15," in written(0)
    assert "Black,female" not in written(20)


# -- records ---------------------------------------------------------------------------------------


def test_records_show_copies_first_and_tell_the_command_for_single_rows(made, opening_with):
    app = opening_with(made["three"])
    calm(turn_to(app, "records"))
    text = plain(app)
    assert 0 <= text.index(" Copying ") < text.index(" Plausibility ") < text.index("Which rows?")
    [command] = [one.value for one in app.code]
    assert command == (
        "audits flag survey_real.csv synthetic_three.csv --sensitive-features race,sex "
        "--output flags.csv"
    )


def test_pages_of_questions_that_were_not_asked_are_not_offered(made, chain, opening_with):
    import frame

    app = opening_with(chain, made["three"])
    session = session_of(app)
    offered = {}
    for one in session.audits():
        audit = audits.load(session.audit_path(one.id))
        offered[one.label] = {
            title for _, title, asked in frame._PAGES
            if not asked or any(name in audit.answers for name in asked)
        }  # fmt: skip
    assert offered["chain.json"] == {
        "Data", "Findings", "Generations", "Compare", "History", "Review and report"
    }  # fmt: skip
    assert "Generations" not in offered["three.json"]
    assert "Sameness" not in offered["three.json"]
    assert "Collection plan" in offered["three.json"]


def test_the_sentence_of_a_worker_is_its_last(tmp_path):
    said_ = tmp_path / "said.txt"
    said_.write_text("audits: saved x\naudits: error: no.\nand more\n")
    assert running.sentence_of(said_) == "error: no."
    assert "ended before it was done" in running.sentence_of(tmp_path / "none.txt")


# -- fairness --------------------------------------------------------------------------------------


def test_a_target_is_chosen_and_models_are_judged(sample):
    app = visit()
    upload(app, "real", sample / "survey_real.csv")
    upload(app, "synthetic", sample / "synthetic_three.csv")
    sensitive = next(one for one in app.multiselect if one.key.startswith("sensitive-"))
    sensitive.set_value(["sex"]).run()
    [asked], _ = draft.requests(draft.read(session_of(app)), {})
    assert "target" not in asked
    target = next(one for one in app.selectbox if one.key.startswith("target-"))
    assert "sex" not in target.options
    target.set_value("insured").run()
    calm(app)
    next(one for one in app.selectbox if one.key.startswith("positive-")).set_value("no").run()
    app.radio(key="model").set_value("boosting").run()
    next(one for one in app.multiselect if one.key.startswith("exclude-")).set_value(["age"]).run()
    next(one for one in app.multiselect if one.key == "ask").set_value(["fairness"]).run()
    [asked], _ = draft.requests(draft.read(session_of(app)), {})
    chosen = {name: asked[name] for name in ("target", "positive", "model", "exclude", "ask")}
    assert chosen == {
        "target": "insured", "positive": "no", "model": "boosting", "exclude": ["age"],
        "ask": ["fairness"],
    }  # fmt: skip
    app.radio(key="model").set_value("logistic").run()
    calm(run_to_the_end(app))
    (kept,) = session_of(app).audits()
    [task] = audits.load(session_of(app).audit_path(kept.id))["fairness"].tables["task"]
    assert (task.target, task.positive, task.learner) == ("insured", "no", "logistic regression")
    calm(turn_to(app, "fairness"))
    assert "Would a model trained on the synthetic rows serve every group" in plain(app)
    assert any("by share of synthetic rows" in one.proto.alt for one in app.get("plotly_chart"))
    app.session_state["mixing-beneath"] = True
    app.run()
    assert "synthetic rows alone" in plain(app)


def test_a_target_that_is_dropped_takes_its_question_along(sample):
    app = visit()
    upload(app, "real", sample / "survey_real.csv")
    upload(app, "synthetic", sample / "synthetic_three.csv")
    next(one for one in app.selectbox if one.key.startswith("target-")).set_value("insured").run()
    next(one for one in app.selectbox if one.key.startswith("target-")).set_value("").run()
    calm(app)
    questions = next(one for one in app.multiselect if one.key == "ask")
    assert not any("Fairness" in option for option in questions.options)
    [asked], _ = draft.requests(draft.read(session_of(app)), {})
    assert not {"target", "positive", "model", "exclude", "ask"} & set(asked)
