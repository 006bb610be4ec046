"""Texts in the dashboard: chosen on the page Data, audited, and shown on pages of their own."""

import json

import pytest
from dashboard_folder import run_to_the_end, said, session_of, turn_to, visit
from test_dashboard_further import calm, upload

import audits
import draft

PAGES = (
    "mentions", "likeness", "words", "debris", "intersections", "findings", "group", "compare",
    "review",
)  # fmt: skip
HOSTILE = "<b>bold</b> *stars* [a](http://x.y) \u202eright to left"


@pytest.fixture(autouse=True)
def _workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDITS_WORKSPACE", str(tmp_path / "workspace"))


def of_texts(app):
    next(one for one in app.radio if one.key.startswith("what-")).set_value("texts").run()
    return calm(app)


def test_texts_are_chosen_and_audited(sample):
    app = calm(visit())
    upload(app, "real", sample / "biographies_real.jsonl")
    upload(app, "synthetic", sample / "biographies_synthetic.jsonl")
    of_texts(app)
    [asked], [label] = draft.requests(draft.read(session_of(app)), {})
    assert asked["text"] == "text"
    assert not asked["group"]
    assert label == "Texts of biographies_synthetic.jsonl by mentions"
    groups = next(one for one in app.multiselect if one.key.startswith("text-groups-"))
    groups.set_value(["gender"]).run()
    next(one for one in app.selectbox if one.key.startswith("prompt-")).set_value("prompt").run()
    [asked], [label] = draft.requests(draft.read(session_of(app)), {"seed": 3})
    chosen = {name: asked[name] for name in ("text", "group", "prompt", "set")}
    assert chosen == {"text": "text", "group": ["gender"], "prompt": "prompt", "set": {"seed": 3}}
    calm(run_to_the_end(app, seconds=120))
    [kept] = session_of(app).audits()
    assert audits.load(session_of(app).audit_path(kept.id)).of_texts
    for page in PAGES:
        calm(turn_to(app, page))


def test_tables_without_texts_ask_nothing_of_texts(sample):
    app = calm(visit())
    upload(app, "real", sample / "survey_real.csv")
    upload(app, "synthetic", sample / "synthetic_three.csv")
    assert not [one for one in app.radio if one.key.startswith("what-")]
    [asked], _ = draft.requests(draft.read(session_of(app)), {})
    assert "text" not in asked


def test_generations_of_texts(sample):
    app = calm(visit())
    files = [sample / "biographies_generations" / f"g{t}.jsonl" for t in range(3)]
    upload(app, "real", files[0])
    upload(app, "synthetic", *files[1:])
    app.radio(key="together").set_value("generations").run()
    of_texts(app)
    [asked], [label] = draft.requests(draft.read(session_of(app)), {})
    assert len(asked["generations"]) == 3
    assert "real" not in asked
    assert label == "Texts of 3 generations by mentions"


def test_hostile_texts_are_inert(tmp_path, monkeypatch):
    texts = [f"{HOSTILE} The old woman sings of number {n}." for n in range(40)]
    audit = audits.compare_text(texts, texts, ask=["text_mentions", "text_words"])
    audit.save(tmp_path / "audit.json")
    named = {"tables": {}, "audits": [str(tmp_path / "audit.json")]}
    monkeypatch.setenv("AUDITS_DASHBOARD", json.dumps(named))
    app = calm(visit())
    for page in PAGES:
        calm(turn_to(app, page))
        assert "<b>bold</b>" not in said(app)
        assert "[a](http" not in said(app)
        assert "\u202e" not in said(app)


def test_the_page_of_a_group_counts_its_texts(tmp_path, monkeypatch):
    texts = [f"The old woman sings song {n}, and the boat is late." for n in range(40)]
    audits.compare_text(texts, texts, ask=["text_mentions"]).save(tmp_path / "audit.json")
    named = {"tables": {}, "audits": [str(tmp_path / "audit.json")]}
    monkeypatch.setenv("AUDITS_DASHBOARD", json.dumps(named))
    app = calm(visit())
    app.query_params["g"] = ["gender.women"]
    app = calm(turn_to(app, "group"))
    assert "40 real and 40 synthetic texts are of this group" in said(app)
