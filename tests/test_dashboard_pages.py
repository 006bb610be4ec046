"""The pages without a browser: what a reader loads, chooses, runs, finds; and what goes wrong."""

import gzip
import html
import io
import json
import os
import time
from pathlib import Path

import dashboard_folder
import pandas as pd
import pytest
from dashboard_folder import run_to_the_end, said, session_of, turn_to, visit
from sample_audits import sample_audit

import audits
import draft
import sessions
import state

HOSTILE = [
    "<script>alert(1)</script>",
    "*bold* _x_ $x^2$ :red[y] :smile:",
    "#panic()",
    "=1+1",
    "\u202eevil",
    "a" * 400,
    "a, b",
    'quo"te\\n',
    "سود",
    "😀",
]


@pytest.fixture(autouse=True)
def _workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDITS_WORKSPACE", str(tmp_path / "workspace"))


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Two audits of the sample, saved."""
    folder = tmp_path_factory.mktemp("saved")
    return [sample_audit(name).save(folder / f"{name}.json") for name in ("three", "good")]


@pytest.fixture
def with_audits(saved, monkeypatch):
    named = {"tables": {}, "audits": [str(path) for path in saved]}
    monkeypatch.setenv("AUDITS_DASHBOARD", json.dumps(named))
    return saved


def calm(app):
    """No traceback, and no bug behind a sentence."""
    assert not app.exception
    assert "bug in the dashboard" not in said(app)
    return app


def upload(app, role, name, body):
    box = next(b for b in app.file_uploader if b.key.startswith(f"upload-{role}-"))
    box.upload(name, body, "text/csv").run()
    return calm(app)


def csv(frame):
    return frame.to_csv(index=False).encode()


def people(rows=400, **columns):
    base = {
        "sex": ["female", "male"] * (rows // 2),
        "paid": ["yes", "no", "no", "yes"] * (rows // 4),
    }
    return pd.DataFrame({**base, **columns})


# -- from nothing to findings ----------------------------------------------------------------------


def test_from_the_sample_to_its_findings():
    app = calm(visit())
    app.button(key="sample").click().run()
    assert "3,000 real rows and 6,000 synthetic rows" in said(calm(app))
    assert app.multiselect(key=_sensitive(app)).value == ["race", "sex"]
    calm(run_to_the_end(app))
    assert "What needs attention first?" in said(app)
    path = session_of(app).audit_path(app.query_params["a"])
    audit = audits.load(path)
    assert audit.findings[0].because in said(app).replace("&#x27;", "'")


def _sensitive(app):
    return next(m.key for m in app.multiselect if m.key.startswith("sensitive-"))


def test_uploads_lie_on_disk_and_not_in_the_memory_of_the_page(sample):
    app = visit()
    body = (sample / "survey_real.csv").read_bytes()
    upload(app, "real", "survey.csv", body)
    (box,) = [b for b in app.file_uploader if b.key.startswith("upload-synthetic")]
    assert not [b for b in app.file_uploader if b.key.startswith("upload-real") and b.value]
    assert box.value in (None, [])
    table = session_of(app).read("draft")["real"]
    assert Path(table["path"]).read_bytes() == body
    assert "3,000 real rows" in said(app), "what is understood of one table is said at once"


@pytest.mark.slow
def test_two_uploads_are_audited(sample):
    app = visit()
    upload(app, "real", "survey.csv", (sample / "survey_real.csv").read_bytes())
    upload(app, "synthetic", "made.csv.gz",
           gzip.compress((sample / "synthetic_good.csv").read_bytes()))  # fmt: skip
    assert set(app.multiselect(key=_sensitive(app)).value) == {"race", "sex", "skin_tone"}
    app.multiselect(key=_sensitive(app)).set_value(["sex"]).run()
    calm(run_to_the_end(app))
    (kept,) = session_of(app).audits()
    assert kept.label == "made.csv.gz by sex"
    audit = audits.load(session_of(app).audit_path(kept.id))
    assert [record.name for record in audit.inputs] == ["survey.csv", "made.csv.gz"]


def test_tables_named_on_the_command_line_are_there(sample, monkeypatch):
    tables = {"real": str(sample / "survey_real.csv"),
              "synthetic": str(sample / "synthetic_same.csv")}  # fmt: skip
    named = {"tables": tables, "sensitive_features": ["region"]}
    monkeypatch.setenv("AUDITS_DASHBOARD", json.dumps(named))
    app = calm(visit())
    assert app.multiselect(key=_sensitive(app)).value == ["region"]
    assert not app.button(key="run").disabled


def test_what_was_chosen_is_there_after_a_reload(sample):
    app = visit()
    app.button(key="sample").click().run()
    app.multiselect(key=_sensitive(app)).set_value(["race", "age"]).run()
    bands = next(t for t in app.text_input if t.key.startswith("bands-"))
    bands.set_value("30, 65").run()
    app.text_input(key="missing").set_value("?, N").run()
    again = calm(visit(s=app.query_params["s"]))
    assert again.multiselect(key=_sensitive(again)).value == ["race", "age"]
    assert next(t for t in again.text_input if t.key.startswith("bands-")).value == "30, 65"
    made, _ = draft.requests(draft.read(session_of(again)), {})
    assert made[0]["bands"] == {"age": [30.0, 65.0]}
    assert made[0]["missing"] == ["?", "N"]


def test_a_kind_that_was_put_right_is_understood_and_asked_for():
    app = visit()
    frame = people(code=list(range(4)) * 100)
    upload(app, "real", "a.csv", csv(frame))
    upload(app, "synthetic", "b.csv", csv(frame))
    app.selectbox(key="kind-of-0").set_value("code").run()
    app.selectbox(key="kind-is-0").set_value("numeric").run()
    assert "0 to 3" in said(calm(app))
    made, _ = draft.requests(draft.read(session_of(app)), {})
    assert made[0]["kind"] == {"code": "numeric"}


# -- bad input -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "body", "says"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n", "this kind of file is not known"),
        ("table.parquet", b"PAR1 and then nothing", "table.parquet"),
        ("empty.csv", b"", "is empty"),
        ("header.csv", b"sex,paid\n", "has a header and no rows"),
        ("ragged.csv", b"sex,paid\nf,yes\nm,no,maybe\nf,no\n", "line 3"),
        ("false.csv.gz", b"not gzip at all", "false.csv.gz"),
        ("<img src=x onerror=alert(1)>.exe", b"MZ", "this kind of file is not known"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_reason(name, body, says):
    app = visit()
    upload(app, "real", name, body)
    (error,) = app.error
    text = error.value.replace("\\", "")
    assert says in text
    assert "Traceback" not in text
    assert str(sessions.root()) not in text
    assert [b for b in app.button if b.label.startswith("Remove")], "it can be put away"


def test_a_value_that_stops_an_audit_is_said_before_it_is_run():
    app = visit()
    frame = people(age=[str(n % 70) for n in range(399)] + ["forty"])
    frame["age"] = frame["age"].where(frame.index % 2 == 0, (frame.index / 7).map("{:.2f}".format))
    frame.loc[10, "age"] = "forty"
    upload(app, "real", "a.csv", csv(frame))
    upload(app, "synthetic", "b.csv", csv(people(age=[n / 3 for n in range(400)])))
    warned = "".join(w.value for w in app.warning).replace("\\", "")
    assert "'forty' is not a number" in warned
    app.multiselect(key=_sensitive(app)).set_value(["age"]).run()
    assert app.button(key="run").disabled
    app.text_input(key="missing").set_value("forty").run()
    assert not app.warning


def test_sixty_levels_are_too_many_and_one_is_too_few():
    app = visit()
    frame = people(rows=800, town=[f"town {n % 64:02d}" for n in range(800)], land=["here"] * 800)
    upload(app, "real", "a.csv", csv(frame))
    upload(app, "synthetic", "b.csv", csv(frame.assign(sex="male")))
    options = app.multiselect(key=_sensitive(app)).options
    assert "land" not in options, "one value forms no groups"
    app.multiselect(key=_sensitive(app)).set_value(["town", "sex"]).run()
    assert "town has 64 values" in said(calm(app))
    assert "In the synthetic table, sex has one group only" in said(app)


@pytest.mark.slow
def test_six_hundred_columns_are_listed_and_fewer_asked_for():
    app = visit()
    wide = {f"c{n}": ["a", "b"] * 20 for n in range(600)}
    body = csv(pd.DataFrame({"sex": ["f", "m"] * 20, **wide}))
    upload(app, "real", "wide.csv", body)
    assert len(app.dataframe[0].value) == 601
    upload(app, "synthetic", "wide.csv", body)
    assert "601 columns would be compared" in said(app)
    features = next(m for m in app.multiselect if m.key.startswith("features-"))
    features.set_value(["c7"]).run()
    assert "would be compared" not in said(app)
    made, _ = draft.requests(draft.read(session_of(app)), {})
    assert made[0]["features"] == ["c7"]


def test_tables_without_a_shared_column_are_refused():
    app = visit()
    upload(app, "real", "a.csv", csv(people()))
    upload(app, "synthetic", "b.csv", csv(pd.DataFrame({"x": range(10), "y": range(10)})))
    (error,) = app.error
    assert "share no column" in error.value
    assert not [b for b in app.button if b.key == "run"]


@pytest.mark.slow
def test_hostile_names_are_shown_as_they_are_and_reach_the_worker():
    app = visit()
    columns = {name: ["x", "y"] * 200 for name in HOSTILE}
    values = {"who": (HOSTILE * 40)[:400]}
    body = csv(people(**columns, **values))
    for role in ("real", "synthetic"):
        upload(app, role, "<b>=cmd|' /C calc'!A0</b>.csv", body)
    options = app.multiselect(key=_sensitive(app)).options
    assert len([o for o in options if o not in ("sex", "paid", "who")]) == len(HOSTILE)
    app.multiselect(key=_sensitive(app)).set_value(["who", HOSTILE[0], HOSTILE[6]]).run()
    calm(run_to_the_end(app))
    assert not app.error, [e.value for e in app.error]
    (kept,) = session_of(app).audits()
    audit = audits.load(session_of(app).audit_path(kept.id))
    assert {HOSTILE[0], "a, b", "who"} == set(audit.sensitive_features)
    for page in ("findings", "compare", "review"):
        calm(turn_to(app, page))
        for element in app.get("html"):
            assert "<script>alert" not in element.proto.body
        for element in app.markdown:
            assert "<script>" not in element.value.replace("\\<", "")


def test_text_written_as_markdown_shows_every_character():
    from audits.visible import visible

    for name in HOSTILE:
        written = state.sentence(name)
        letters = iter(written)
        shown = "".join(next(letters) if letter == "\\" else letter for letter in letters)
        assert shown.replace("\u2060", "") == visible(name)


# -- sessions --------------------------------------------------------------------------------------


def test_two_sessions_never_see_each_others_tables_or_audits(with_audits, sample):
    one, other = visit(), visit()
    assert one.query_params["s"] != other.query_params["s"]
    one.switch_page("screens/data.py").run()
    upload(one, "real", "secret.csv", (sample / "survey_real.csv").read_bytes())
    other.run()
    assert "secret.csv" in said(one)
    assert "secret.csv" not in said(other)
    mine = session_of(one).keep_audit(_copy(with_audits[0], "mine"), "mine")
    address = {"s": other.query_params["s"], "a": mine}
    assert visit(**address).query_params["a"] != mine


def test_a_session_that_begins_with_an_audit_begins_with_its_findings(with_audits):
    app = visit()
    assert "What needs attention first" in app.title[0].value
    app.switch_page("screens/data.py").run()  # and stays where it is led from then on
    assert "What are we comparing" in app.title[0].value


def test_moved_limits_are_said_on_every_page(with_audits):
    app = visit()
    assert "other limits" not in said(app)
    [audit] = (
        app.query_params["a"]
        if isinstance(app.query_params["a"], list)
        else [app.query_params["a"]]
    )
    session_of(app).write("limits", {audit: {"support_problem": 12}})
    for page in ("findings", "sameness", "review"):
        app.switch_page(f"screens/{page}.py").run()
        assert any("support_problem 12 (default 30)" in info.value for info in app.info), page


def _copy(path, remark):
    document = json.loads(path.read_text())
    document["notes"].append(remark)
    copy = path.with_name("copy.json")
    copy.write_text(json.dumps(document))
    return copy


def test_a_session_that_is_over_is_said_and_a_new_one_begins():
    app = visit()
    session = session_of(app)
    then = time.time() - 25 * 3600
    os.utime(session.folder, (then, then))
    again = calm(visit(s=session.token))
    assert "over" in again.warning[0].value
    assert again.query_params["s"] != session.token
    again.run()
    assert not again.warning, "said once"


@pytest.mark.parametrize("token", ["../../etc", "x" * 32, "", "0" * 32])
def test_an_address_that_leads_nowhere_is_said_and_nothing_is_opened(token, tmp_path):
    app = calm(visit(s=token))
    assert app.warning
    assert app.query_params["s"] != token
    assert {path.name for path in tmp_path.iterdir()} == {"workspace"}


def test_the_address_of_another_session_in_the_same_browser_brings_nothing_along(with_audits):
    app = visit()
    turn_to(app, "findings")
    other = visit()
    for kept in session_of(other).audits():
        session_of(other).drop_audit(kept.id)
    app.query_params.clear()
    app.query_params["s"] = [other.query_params["s"]]
    app.run()
    assert "No audit yet" in said(calm(app))
    assert "audits" not in app.session_state or not app.session_state["audits"]


# -- findings --------------------------------------------------------------------------------------


def test_without_an_audit_every_page_says_where_one_is_made():
    app = visit()
    for page in ("findings", "compare", "review", "group"):
        turn_to(app, page)
        assert "No audit yet" in said(calm(app))


def test_findings_begin_with_the_worst_and_filters_hold(with_audits):
    app = turn_to(visit(), "findings")
    _choose(app, "three.json")
    audit = audits.load(with_audits[0])
    assert audit.findings[0].because in said(app)
    before = _opened(app)
    app.pills(key="verdicts").set_value(["ok"]).run()
    text = said(calm(app))
    worst = state.group_text(audit.findings[0].group)
    assert f"open-{worst}" in before
    assert f"open-{worst}" not in _opened(app), "only in the sentence on top"
    ok = next(f for f in audit.findings if f.verdict is audits.Verdict.OK)
    assert ok.because in html.unescape(text)
    app.pills(key="verdicts").set_value([]).run()
    assert "No finding fits these choices" in said(calm(app))


def _opened(app):
    return [b.key for b in app.button if b.key.startswith("open-")]


def _choose(app, label):
    (box,) = [b for b in app.selectbox if b.key.startswith("audit-")]
    kept = next(one.id for one in session_of(app).audits() if one.label == label)
    box.set_value(kept).run()
    assert app.query_params["a"] == kept


def test_an_address_with_an_audit_opens_that_audit(with_audits):
    app = visit()
    session = session_of(app)
    for kept in session.audits():
        again = turn_to(visit(s=session.token, a=kept.id), "findings")
        assert again.query_params["a"] == kept.id
        counts = audits.load(session.audit_path(kept.id)).counts
        for verdict, count in counts.items():
            assert f'{verdict}</span></dt><dd class="au-big">{count:,}</dd>' in said(again)


def test_a_limit_that_is_changed_judges_again_at_once_and_stays_after_a_reload(with_audits):
    app = turn_to(visit(), "findings")
    _choose(app, "three.json")
    before = audits.load(with_audits[0])
    session, audit_id = session_of(app), app.query_params["a"]
    state.set_limits(session, audit_id, {"support_problem": 2, "support_watch": 2})
    app.run()
    after = before.having(before.settings.having(support_problem=2, support_watch=2))
    assert after.counts != before.counts
    for shown in (calm(app), turn_to(visit(s=session.token, a=audit_id), "findings")):
        for verdict, count in after.counts.items():
            assert f'{verdict}</span></dt><dd class="au-big">{count:,}</dd>' in said(shown)


def test_the_panel_changes_limits_and_refuses_what_contradicts_itself(with_audits):
    app = turn_to(visit(), "findings")
    panel(app, "limits")
    session, audit_id = session_of(app), app.query_params["a"]
    limit(app, "drift_watch").set_value(0.15).run()
    assert state.limits_of(session, audit_id) == {"drift_watch": 0.15}
    panel(app, "limits")
    limit(app, "drift_watch").set_value(0.5).run()
    assert "must not exceed" in said(calm(app))
    assert state.limits_of(session, audit_id) == {"drift_watch": 0.15}


def panel(app, key):
    """Open a part of the sidebar, as a click on its title does."""
    app.session_state[key] = True
    return app.run()


def limit(app, name):
    return next(n for n in app.number_input if n.key.endswith(f"-{name}"))


def test_every_setting_is_in_one_of_the_panels_with_its_meaning_and_source(with_audits):
    from audits.settings import settings_declared

    app = turn_to(visit(), "findings")
    panel(app, "limits")
    panel(app, "counting")
    keys = [w.key for kind in (app.number_input, app.selectbox) for w in kind]
    text = said(app).replace("&amp;", "&").replace("&#x27;", "'").replace("&quot;", '"')
    for setting in settings_declared():
        if setting.name != "intersections":
            assert [k for k in keys if k.endswith(f"-{setting.name}")] != [], setting.name
            assert setting.meaning in text
            assert setting.source in text


# -- compare and report ----------------------------------------------------------------------------


def test_two_audits_side_by_side_say_what_the_command_says(with_audits):
    app = turn_to(visit(), "compare")
    kept = {one.label: one.id for one in session_of(app).audits()}
    app.selectbox(key="before").set_value(kept["three.json"]).run()
    app.selectbox(key="after").set_value(kept["good.json"]).run()
    found = audits.diff(*map(audits.load, with_audits))
    assert found.summary() in said(calm(app))
    assert len(app.dataframe[0].value) == len(found.lines())
    app.selectbox(key="after").set_value(kept["three.json"]).run()
    assert "two different audits" in said(calm(app))


def test_one_audit_alone_cannot_be_compared(with_audits):
    app = visit()
    for kept in session_of(app).audits()[1:]:
        session_of(app).drop_audit(kept.id)
    turn_to(app, "compare")
    assert "There is one audit in this session" in said(calm(app))


def test_the_report_hides_small_counts_unless_told_otherwise(with_audits):
    app = turn_to(visit(), "review")
    assert app.number_input(key="min-cell").value == 11
    assert "Counts from 1 to 10 are hidden" in said(app)
    app.number_input(key="min-cell").set_value(0).run()
    assert "Every count is written out" in said(calm(app))
    again = turn_to(visit(s=app.query_params["s"]), "review")
    assert again.number_input(key="min-cell").value == 0


def test_the_queue_says_that_nothing_is_reviewed(with_audits):
    app = turn_to(visit(), "review")
    assert said(app).count("unreviewed") > 10


def test_a_saved_audit_can_be_opened_and_a_broken_one_is_explained(saved):
    app = visit()
    upload(app, "audit", "broken.json", b'{"findings": []}')
    assert "broken.json" in app.error[0].value.replace("\\", "")
    assert not session_of(app).audits()
    app = visit()
    upload(app, "audit", "three.json", saved[0].read_bytes())
    assert "What needs attention first?" in said(app)


# -- people who log in -----------------------------------------------------------------------------

_AUTH = {"auth": {"redirect_uri": "http://x/oauth2callback", "cookie_secret": "x",
                  "client_id": "x", "client_secret": "x", "server_metadata_url": "x"}}  # fmt: skip


def at_the_door(user=None, **query):
    app = dashboard_folder.app_test()
    app.secrets.update(_AUTH)
    for name, value in query.items():
        app.query_params[name] = [value]
    if user is not None:
        app.user = user
    return app.run()


def test_where_people_log_in_nothing_is_shown_before(with_audits):
    app = at_the_door()
    assert [b.key for b in app.button] == ["log-in"]
    assert not list(sessions.root().glob("?" * 32))


def test_a_session_opens_for_the_person_who_began_it_only():
    anna = {"is_logged_in": True, "iss": "https://who", "sub": "anna"}
    mine = calm(at_the_door(anna))
    token = mine.query_params["s"]
    assert at_the_door(anna, s=token).query_params["s"] == token
    other = at_the_door({**anna, "sub": "berta"}, s=token)
    assert other.query_params["s"] != token
    assert "another person" in other.warning[0].value
    unknown = visit(s=token)
    assert unknown.query_params["s"] != token


def test_bytes_in_a_stream_are_copied_not_kept():
    stream = io.BytesIO(b"sex\nf\n")
    session = sessions.new_session()
    draft.add(session, "real", stream, "a.csv")
    assert session.read("draft")["real"]["label"] == "a.csv"
