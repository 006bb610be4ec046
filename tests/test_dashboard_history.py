"""The history on the page: kept once by whoever may, what changed, how groups fare."""

import json

import dashboard_folder  # noqa: F401, makes the dashboard's modules importable
import pandas as pd
import pytest
from dashboard_folder import said, session_of, turn_to, visit

import audits
import deciding
import keeping
import limits
import logins
import roles
from audits.errors import UsageError
from audits.reports.history_kept import keep, read
from audits.review.store import Store
from roles import Person, Role

HOSTILE = "<script>window.hacked=1</script> [x](javascript:alert(1)) سود 🏳️‍🌈 $x^2$"
REAL = pd.DataFrame({"sex": ["<b>f</b>", "m"] * 1000, "region": ["n", "n", "s", "s"] * 500})


def of(share, features=("sex",)):
    women = int(2000 * share)
    made = pd.DataFrame({"sex": ["<b>f</b>"] * women + ["m"] * (2000 - women)})
    made["region"] = ["n", "s"] * 1000
    return audits.compare(REAL, made, sensitive_features=list(features), ask=["coverage"])


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Two generations of one dataset, and the second by other groups."""
    folder = tmp_path_factory.mktemp("made")
    found = {"v1": of(0.5), "v2": of(0.2), "by region": of(0.2, ("region",))}
    return {name: (audit, audit.save(folder / f"{name}.json")) for name, audit in found.items()}


@pytest.fixture
def place(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDITS_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("AUDITS_STORE", str(tmp_path / "h.sqlite"))
    deciding._LATELY.clear()
    return str(tmp_path / "h.sqlite")


@pytest.fixture
def opened(made, place, monkeypatch):
    def at(name, page="findings"):
        told = {"tables": {}, "audits": [str(made[name][1])]}
        monkeypatch.setenv("AUDITS_DASHBOARD", json.dumps(told))
        return calm(turn_to(visit(), page))

    return at


def calm(app):
    assert not app.exception
    assert "bug in the dashboard" not in said(app)
    return app


def kept(place, made, *names, series="adult"):
    with Store(place) as store:
        for name in names:
            keep(store, series, made[name][0], label=name)


def in_store(place, series="adult"):
    with Store(place) as store:
        return store.history(series)


def test_without_a_history_there_is_one_line_and_keeping_takes_two_clicks(opened, place):
    app = opened("v2")
    assert "What changed since last time" not in said(app)
    assert "No earlier audit of this dataset is kept" in app.expander[0].label.replace("\\", "")
    audit_id = session_of(app).audits()[0].id
    app.text_input(key=f"keep-series-{audit_id}").set_value(HOSTILE).run()
    app.text_input(key=f"keep-label-{audit_id}").set_value("gen 1").run()
    app.button(key="keep-audit").click().run()
    assert "Kept as gen 1, audit 1 of" in said(calm(app))
    (one,) = in_store(place, HOSTILE)
    assert (one.label, one.digest[:16]) == ("gen 1", audit_id)
    with pytest.raises(KeyError):
        app.button(key="keep-audit")
    calm(turn_to(app, "history"))
    assert "window.hacked" in said(app)
    assert "<script>window" not in "".join(one.proto.body for one in app.get("html"))


def test_what_changed_is_said_on_the_first_page(opened, place, made):
    kept(place, made, "v1", "v2")
    app = opened("v2")
    text = said(app)
    assert "Held against v1 of adult" in text
    assert "1 new problem" in text
    assert "New problems (1)" in text
    assert "&lt;b&gt;f&lt;/b&gt;" in text
    assert "(ok in the baseline)" in text


def test_the_name_of_a_dataset_is_remembered_by_its_real_table(opened, place, made):
    """An audit that is not kept is held against the last one of its dataset, once that is named."""
    kept(place, made, "v1")
    app = opened("v2")
    assert "What changed since last time" not in said(app)
    audit_id = session_of(app).audits()[0].id
    app.selectbox(key=f"keep-of-{audit_id}").set_value("adult").run()
    app.button(key="keep-audit").click().run()
    assert "Held against v1 of adult" in said(calm(app))
    assert [one.number for one in in_store(place)] == [1, 2]
    found = keeping.place(session_of(app), "", made["by region"][0])
    assert (found.series, found.at) == ("adult", None)


def test_nothing_changed_and_limits_that_moved_are_said(opened, place, made):
    again = made["v2"][0].having(made["v2"][0].settings.having(share_watch=0.9))
    with Store(place) as store:
        keep(store, "adult", again, label="stricter")
        keep(store, "adult", made["v2"][0], label="v2")
    text = said(opened("v2"))
    assert "nothing changed since the audit before: 1 problem stays" in text
    assert "Share_watch was 0.9 and is 0.8: judged under both." in text


def test_other_groups_are_said_before_and_after_keeping(opened, place, made):
    kept(place, made, "v1")
    app = opened("by region")
    audit_id = session_of(app).audits()[0].id
    app.selectbox(key=f"keep-of-{audit_id}").set_value("adult").run()
    assert "The audits of adult are by sex, this one is by region" in said(calm(app))
    app.button(key="keep-audit").click().run()
    assert "No groups are formed any more by sex" in said(calm(app))


def test_a_group_is_followed_and_verdicts_stand_side_by_side(opened, place, made):
    kept(place, made, "v1", "v2")
    app = opened("v2", "history")
    text = said(app)
    assert "2 audits of adult are kept" in text
    assert "f&lt;/b&gt;: worse: changed by" in text
    assert "surely changed" in text
    figure = json.loads(app.get("plotly_chart")[0].proto.spec)
    marks = {one["name"]: one["marker"]["symbol"] for one in figure["data"]
             if one["mode"] == "markers"}  # fmt: skip
    assert marks == {"ok": "circle", "problem": "triangle-down"}
    app.pills(key="history-which-adult-coverage").set_value("surely changed").run()
    assert "worse" in said(calm(app))


def test_no_address_keeps_anything(opened, place, made):
    app = opened("v2")
    for name in ("keep-audit", "keep", "series"):
        app.query_params[name] = "true"
    calm(app.run())
    assert in_store(place) == ()


# -- at the call -----------------------------------------------------------------------------------


@pytest.fixture
def session(opened):
    return session_of(opened("v2"))


@pytest.fixture
def called(session, made, monkeypatch):
    """The call with the audit at hand, as the page has it."""
    monkeypatch.setattr("state.counted", lambda _session, _id: made["v2"][0])
    audit_id = session.audits()[0].id
    return lambda series="adult", label="x": keeping.keep(session, audit_id, series, label)


def test_two_clicks_keep_one(called, place):
    assert called() == called(label="again")
    assert len(in_store(place)) == 1


@pytest.mark.parametrize(
    ("series", "label", "says"),
    [(" ", "x", "has no name"), ("s" * 101, "x", "101 letters"), ("s", "x" * 101, "101 letters"),
     ("a\u202eb", "x", "cannot be seen")],
)  # fmt: skip
def test_names_that_cannot_be_kept_are_refused(called, place, series, label, says):
    with pytest.raises(UsageError, match=says):
        called(series, label)
    assert in_store(place, series) == ()


def test_a_reader_keeps_nothing(called, place, monkeypatch):
    monkeypatch.setattr(roles, "person", lambda _session: Person(Role.READER, None))
    with pytest.raises(UsageError, match="your role is reader"):
        called()
    assert in_store(place) == ()


def test_an_audit_that_is_too_large_is_refused(called, place, monkeypatch):
    monkeypatch.setattr(limits, "HISTORY_MB", 0)
    with pytest.raises(UsageError, match="audits history add"):
        called()
    assert in_store(place) == ()


def test_haste_is_refused(called, place, monkeypatch):
    monkeypatch.setattr(limits, "DECISIONS_A_MINUTE", 1)
    called()
    with pytest.raises(UsageError, match="within a minute"):
        called("another")
    assert in_store(place, "another") == ()


def test_who_may_not_see_small_counts_sees_none_of_the_history(place, made, session, monkeypatch):
    few = of(0.002)  # four women
    with Store(place) as store:
        one = keep(store, "adult", few, label="few")
        found = read(store, "adult").audits
    women = (("sex", "<b>f</b>"),)
    assert women in keeping.veiled(session, found)[0].brief.points["coverage"]
    monkeypatch.setattr(roles, "person", lambda _session: Person(Role.REVIEWER, None))
    assert women not in keeping.veiled(session, found)[0].brief.points["coverage"]
    assert keeping.before(session, one).min_cell == 11
    assert not logins.configured()
