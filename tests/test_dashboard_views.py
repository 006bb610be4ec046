"""What the pages about groups say, and what a click on them opens."""

import dataclasses
import html
import json
import math
import re
from functools import partial

import dashboard_folder
import pytest
from dashboard_folder import said, turn_to
from sample_audits import sample_audit

import audits
import figures
import parts
import sessions
import state
from audits.charts import names
from audits.estimates import Estimate, in_effect
from audits.results import Verdict

HOSTILE = (
    "<script>alert(1)</script>",
    "[x](javascript:alert(1))",
    ":material/home:",
    "$x^2$",
    ":red[red]",
    "<img src=x onerror=alert(1)>",
    "a\x00b\u202ec",
    "=1+1",
)
PAGES = ("representation", "intersections", "sameness")
BLACK = (("race", "Black"),)


@pytest.fixture(autouse=True)
def _workspace(tmp_path, monkeypatch):
    monkeypatch.setenv("AUDITS_WORKSPACE", str(tmp_path / "workspace"))


@pytest.fixture(scope="session")
def three() -> audits.Audit:
    """780 synthetic rows that rest on three of thirty people."""
    return sample_audit("three")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory) -> audits.Audit:
    """Groups, columns and values whose names mean to do harm."""
    import numpy as np
    import pandas as pd

    random = np.random.default_rng(3)

    def table(rows):
        return pd.DataFrame(
            {
                HOSTILE[0]: random.choice(HOSTILE, rows),
                HOSTILE[1]: random.choice(["<b>x</b>", "y"], rows),
                HOSTILE[2]: random.normal(size=rows).round(2),
                HOSTILE[4]: random.choice(HOSTILE[:3], rows),
            }
        )

    return audits.compare(
        table(300), table(300).iloc[:200], sensitive_features=list(HOSTILE[:2]), kinds={}
    )


def opened(audit, page, tmp_path, **query):
    """A reader opens a page of an audit."""
    session = sessions.new_session()
    audit_id = session.keep_audit(audit.save(tmp_path / "made.json"), "made")
    app = dashboard_folder.app_test()
    for name, value in {"s": session.token, "a": audit_id, **query}.items():
        app.query_params[name] = [value]
    app.switch_page(f"screens/{page}.py")
    app.run()
    unfold(app)
    assert not app.exception, app.exception
    return app


BLOCKS = (
    "verdict-map", "representation", "intersections-coverage", "intersections-provenance",
    "intersections-diversity", "intersections-drift", "small", "crossed", "variety",
    "sameness-profile", "provenance", "lorenz", "strip", "profile",
)  # fmt: skip


def unfold(app):
    """A reader opens what is folded away under the charts."""
    for key in BLOCKS:
        app.session_state[f"{key}-beneath"] = True
    app.run()


def plain(app):
    """What a reader sees: the text of the page without its tags."""
    return html.unescape(re.sub(r"<style>.*?</style>|<[^>]*>", " ", said(app), flags=re.DOTALL))


def charts(app):
    return app.get("plotly_chart")


def chart(app, key):
    [found] = [one for one in charts(app) if one.proto.id.endswith(f"-{key}")]
    return found


def lead(app):
    found = re.search(r'<p class="au-lead">(.*?)</p>', said(app), re.DOTALL)
    return " ".join(html.unescape(re.sub("<[^>]*>", "", found[1])).split())


def tables(app):
    return re.findall(r"<table.*?</table>", said(app), re.DOTALL)


# -- every page ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("page", "question"),
    [
        ("representation", "Who is missing?"),
        ("intersections", "Where do groups vanish together?"),
        ("sameness", "Who has become more alike, and on how many people do they rest?"),
    ],
)
def test_a_page_begins_with_its_question_and_one_sentence_that_answers_it(
    three, tmp_path, page, question
):
    app = opened(three, page, tmp_path)
    assert app.title[0].value.replace("\\", "") == question
    assert re.fullmatch(r"▼ problem \d+ of \d+ groups with a problem.*\.", lead(app))


@pytest.mark.parametrize("page", [*PAGES, "group"])
def test_every_chart_says_what_it_shows_and_has_its_table(three, tmp_path, page):
    app = opened(three, page, tmp_path, g="race.Black")
    assert charts(app)
    for one in charts(app):
        assert one.proto.alt.endswith(".")
        assert json.loads(one.proto.spec)["layout"]["meta"]["alt"] == one.proto.alt
    beneath = [one for one in app.expander if one.label == "Table and downloads"]
    assert len(beneath) == len(charts(app))
    for one in beneath:
        assert any("<table" in held.proto.body for held in one.get("html"))
        downloads = [held.proto.label for held in one.get("download_button")]
        assert downloads == ["CSV", "SVG", "PNG"]


@pytest.mark.parametrize("page", [*PAGES, "group"])
def test_names_are_shown_and_not_obeyed(hostile, tmp_path, page):
    app = opened(hostile, page, tmp_path, g=state.group_text(((HOSTILE[0], HOSTILE[0]),)))
    written = [one.proto.body for one in app.get("html")]
    assert any("alert(1)" in text for text in written)
    for text in written:
        assert not re.search(r"<(script|img|b)\b", text), text
        assert "\x00" not in text
        assert "\u202e" not in text
    for one in app.title:
        assert not re.search(r"(?<!\\)[<\[$:*]", one.value), one.value
    for one in (*app.expander, *app.selectbox, *app.button):
        assert not any(name in one.label for name in HOSTILE), one.label


@pytest.mark.parametrize("page", PAGES)
def test_an_audit_that_did_not_ask_says_so(three, tmp_path, page):
    silent = dataclasses.replace(three, answers={"drift": three["drift"]}, findings=())
    app = opened(silent, page, tmp_path)
    if page == "intersections":
        assert "Where do groups vanish together?" in plain(app)
        assert charts(app)
    else:
        assert lead(app).startswith("This audit did not ask")
        assert not charts(app)


@pytest.mark.parametrize("page", [*PAGES, "group"])
def test_a_page_comes_again_as_it_was(three, tmp_path, page):
    app = opened(three, page, tmp_path, g="race.Black")
    before = [one.proto.spec for one in charts(app)], said(app)
    app.run()
    assert not app.exception
    assert ([one.proto.spec for one in charts(app)], said(app)) == before


def test_a_second_audit_is_not_shown_with_figures_of_the_first(three, sample, tmp_path):
    app = opened(three, "representation", tmp_path)
    other = audits.compare(
        sample / "survey_real.csv", sample / "synthetic_same.csv", sensitive_features=["race"]
    )
    session = sessions.open_session(app.query_params["s"])
    first = charts(app)[0].proto.alt
    audit_id = session.keep_audit(other.save(tmp_path / "other.json"), "other")
    app.query_params["a"] = [audit_id]
    app.session_state["audit_id"] = audit_id
    app.run()
    assert charts(app)[0].proto.alt != first
    assert "Of 5 groups" in charts(app)[0].proto.alt


def test_a_figure_follows_the_limits_in_force(three, tmp_path):
    app = opened(three, "sameness", tmp_path)
    before = [one.proto.spec for one in charts(app)]
    session, audit_id = app.session_state["session"], app.session_state["audit_id"]
    state.set_limits(session, audit_id, {"support_watch": 300})
    app.run()
    assert "watch 300" in "".join(one.proto.spec for one in charts(app))
    assert "watch 300" not in "".join(before)


def test_tables_and_downloads_are_made_when_they_are_unfolded(three, tmp_path):
    app = opened(three, "representation", tmp_path)
    there = len(tables(app))
    app.session_state["representation-beneath"] = False
    app.run()
    assert len(tables(app)) == there - 1
    assert not app.get("download_button")


def test_what_goes_wrong_in_a_part_of_a_page_leaves_the_rest(three, tmp_path, monkeypatch):
    def broken(*_, **__):
        raise ValueError("secret")

    monkeypatch.setattr(figures, "figure_block", broken)
    app = opened(three, "representation", tmp_path)
    [error] = app.error
    assert "bug in the dashboard" in error.value
    assert "secret" not in error.value
    assert "What one table has and the other has not" in plain(app)


@pytest.mark.parametrize("min_cell", [0, 40])
@pytest.mark.parametrize("against", ["the real table", "the reference population"])
def test_a_picture_to_take_away_is_of_what_is_shown_with_small_counts_hidden(
    where, against, min_cell
):
    from views.representation import _picture

    shared = figures.shared(where(min_cell))
    draw = partial(_picture, against=against, fewest=10, groups=[BLACK])
    picture = figures._drawn(draw, shared)()
    written = {getattr(item, "text", "") for item in picture.items}
    assert ("30" in written) == (not min_cell)  # real people who are Black
    assert ("0.0769" in picture.alt) == (not min_cell and against != "the real table")


# -- representation --------------------------------------------------------------------------------


def test_shares_are_compared_with_the_population_where_there_is_one(three, tmp_path):
    app = opened(three, "representation", tmp_path)
    assert "reference population" in charts(app)[0].proto.alt
    [choice] = [one for one in app.selectbox if one.label == "Compare shares with"]
    choice.select("the real table").run()
    assert "have a share ratio" in charts(app)[0].proto.alt


def test_without_a_population_there_is_nothing_to_choose(sample, tmp_path):
    made = audits.compare(
        sample / "survey_real.csv", sample / "synthetic_same.csv", sensitive_features=["race"]
    )
    app = opened(made, "representation", tmp_path)
    [choice] = [one for one in app.selectbox if one.label == "Compare shares with"]
    assert choice.options == ["the real table"]


def test_too_few_have_no_rate_in_chart_or_table(three, tmp_path):
    app = opened(three, "representation", tmp_path)
    app.number_input[0].set_value(31).run()
    [row] = re.findall(r"<tr><th[^>]*><a[^>]*>Black</a></th>.*?</tr>", said(app))
    assert row.count("too few: no rate") == 3
    assert "0.0769" not in row
    spec = json.loads(charts(app)[0].proto.spec)
    [hatched] = [one for one in spec["data"] if one["type"] == "bar"]
    carried = [names.marked(one) for one in hatched["customdata"]]
    assert (BLACK, "") in carried


def test_the_table_has_the_numbers_of_the_audit(three, tmp_path):
    app = opened(three, "representation", tmp_path)
    [row] = three["coverage"][{"race": "Black"}]
    [line] = re.findall(r"<tr><th[^>]*><a[^>]*>Black</a></th>.*?</tr>", said(app))
    for number in (f"{row.real:,}", f"{row.synthetic:,}", str(row.ratio), str(row.representation)):
        assert f">{number}</td>" in line


def test_a_groups_name_in_a_table_leads_to_its_card(three, tmp_path):
    app = opened(three, "representation", tmp_path)
    [address] = set(re.findall(r'<a href="([^"]*)">Black × female</a>', said(app)))
    assert html.unescape(address) == (
        f"group?s={app.session_state['session'].token}&a={app.session_state['audit_id']}&g=race.Black.sex.female"
    )


def test_values_that_one_table_lost_are_listed(tmp_path):
    import pandas as pd

    real = pd.DataFrame({"sex": ["f", "m"] * 100, "job": (["cook"] * 50 + ["smith"] * 50) * 2})
    made = audits.compare(real, real[real.job == "cook"], sensitive_features="sex")
    app = opened(made, "representation", tmp_path)
    assert any("Values that only one table has" in t and "smith" in t for t in tables(app))


# -- intersections ---------------------------------------------------------------------------------


def test_without_crossed_features_the_page_says_what_to_do(sample, tmp_path):
    made = audits.compare(
        sample / "survey_real.csv", sample / "synthetic_same.csv", sensitive_features=["race"]
    )
    app = opened(made, "intersections", tmp_path)
    assert "choose two or more" in lead(app)
    assert not charts(app)


def test_only_intersections_are_ranked(three, tmp_path):
    app = opened(three, "intersections", tmp_path)
    spec = json.loads(charts(app)[0].proto.spec)
    found = [names.marked(c) for t in spec["data"] for c in t.get("customdata", ())]
    assert found
    assert {len(group) for group, _ in found} == {2}


def test_small_intersections_are_named_and_not_ranked(three, tmp_path):
    app = opened(three, "intersections", tmp_path)
    app.number_input[0].set_value(16).run()
    assert "2 of 10 have fewer real people than 16" in [one.label for one in app.expander]
    spec = json.loads(charts(app)[0].proto.spec)
    found = {names.marked(c)[0] for t in spec["data"] for c in t.get("customdata", ())}
    assert (("race", "Black"), ("sex", "male")) not in found


def test_features_of_too_many_values_are_to_be_joined(tmp_path):
    import pandas as pd

    real = pd.DataFrame(
        {
            "place": [f"p{i % 70:02}" for i in range(1400)],
            "sex": [("f", "m")[i // 70 % 2] for i in range(1400)],
            "age": range(1400),
        }
    )
    made = audits.compare(real, real, sensitive_features=["place", "sex"])
    app = opened(made, "intersections", tmp_path)
    assert "place has 70 values" in plain(app)
    assert "join them into at most 60" in plain(app)
    assert len(charts(app)) == 1


# -- sameness --------------------------------------------------------------------------------------


def test_the_group_that_lost_most_is_shown_beside_its_real_members(three, tmp_path):
    app = opened(three, "sameness", tmp_path)
    rows = [row for row in three["diversity"].tables["attributes"] if row.index.known]
    most = max(rows, key=lambda row: (row.index.low, row.group))
    heading = re.search(r'<h3 class="au-h3">(.*?)</h3>', said(app))[1]
    assert heading == f"{most.group[0][1]} × {most.group[1][1]}: {most.attribute}"


def test_groups_with_too_few_rows_are_named(three, tmp_path):
    few = Estimate(math.nan, math.nan, math.nan)
    answer = three["diversity"]
    rows = tuple(
        dataclasses.replace(row, index=few) if row.group == BLACK else row for row in answer.rows
    )
    tables = {**answer.tables, "groups": rows}
    made = dataclasses.replace(
        three,
        answers={
            **three.answers,
            "diversity": dataclasses.replace(answer, rows=rows, tables=tables),
        },
    )
    app = opened(made, "sameness", tmp_path)
    assert "Too few rows to say how alike they have become: Black (30 real)." in plain(app)


# -- the card --------------------------------------------------------------------------------------


def test_the_card_tells_whom_the_rows_rest_on(three, tmp_path):
    app = opened(three, "group", tmp_path, g="race.Black")
    found = audits.cards.card(three, BLACK)
    assert app.title[0].value == "Black"
    assert lead(app) == f"▼ problem {found.headline}"
    text = plain(app)
    assert in_effect(found.basis.value) in text
    for one in (*found.unseen, *found.unnoticed, *(f.because for f in found.findings)):
        assert one in text
    for need in found.collect:
        assert parts.sentence_case(need.says) in text
    for shared in found.common:
        assert f"{shared.count} of {shared.of}" in text
    people = json.loads(charts(app)[0].proto.spec)
    assert sum(len(t["x"]) for t in people["data"] if "real person" in t["name"]) == 30


def test_a_group_that_is_not_there_brings_the_list_of_those_that_are(three, tmp_path):
    app = opened(three, "group", tmp_path, g="race.Nobody")
    assert "This audit has no group Nobody." in lead(app)
    listed = re.findall(r"<a href[^>]*>(.*?)</a>", said(app))
    assert len(listed) == len([row for row in three["coverage"].rows if row.group])


def test_an_address_of_another_audits_columns_brings_the_list(three, tmp_path):
    app = opened(three, "group", tmp_path, g="planet.Mars")
    assert "no group" in lead(app)


def test_a_large_group_has_a_card_without_people_drawn(three, tmp_path):
    app = opened(three, "group", tmp_path, g="race.White")
    assert "too many to be drawn one by one" in plain(app)
    assert "White: 3,234 synthetic rows rest on 1,840 real people" in lead(app)


def test_the_column_of_the_address_is_the_one_shown(three, tmp_path):
    app = opened(three, "group", tmp_path, g="race.Black", c="region")
    [choice] = [one for one in app.selectbox if one.label == "Column"]
    assert choice.options[choice.value] == "region"


# -- pieces ----------------------------------------------------------------------------------------


def test_verdicts_have_word_and_shape():
    marks = {verdict: parts.verdict_mark(verdict) for verdict in Verdict}
    assert all(verdict.value in mark for verdict, mark in marks.items())
    signs = {re.search(r">(.)</span>", mark)[1] for mark in marks.values()}
    assert len(signs) == len(Verdict)


def test_a_sentence_about_no_findings():
    assert parts.judged([])[:2] == ("No group was judged.", Verdict.NOT_ENOUGH_EVIDENCE)


def test_the_worst_finding_leads_only_where_it_is_bad(three):
    good = [one for one in three.findings if one.verdict is Verdict.OK]
    assert parts.judged(good)[2] == ""
    assert parts.judged(three.findings)[2] == next(f for f in three.findings if f.group).because


# -- downloads -------------------------------------------------------------------------------------


@pytest.fixture
def where(three, monkeypatch):
    """A page of the audit, with small counts hidden or not."""
    import streamlit as st

    monkeypatch.setattr(st, "session_state", {})
    return lambda min_cell: state.Here(three, "0", None, None, None, min_cell)


def people(audit):
    import pandas as pd

    [row] = audit["provenance"][{"race": "Black"}]
    return pd.DataFrame({"=name": ["=1+1", "-x"], "rows": [row.synthetic, -2]})


def nothing(audit):
    return figures._HIDDEN


def test_a_download_is_what_was_shown_and_no_formula(where):
    shared = figures.shared(where(0))
    written = figures._csv(figures.Takeaway("x", people, nothing), shared).decode("utf-8-sig")
    assert written.splitlines() == ["'=name,rows", "'=1+1,780", "'-x,-2"]


def test_a_download_comes_from_the_audit_with_small_counts_hidden(where, three, monkeypatch):
    asked = []

    def hide(audit, min_cell):
        asked.append(min_cell)
        return dataclasses.replace(audit, min_cell=min_cell)

    monkeypatch.setattr(figures, "protected", hide)
    shared = figures.shared(where(11))
    assert shared().min_cell == 11
    assert shared() is shared()
    assert asked == [11]
    assert figures.shared(where(0))() is three


def test_a_download_about_a_hidden_group_says_that_it_is_hidden(where):
    from audits.errors import UsageError

    def gone(audit):
        raise UsageError("no such group.")

    shared = figures.shared(where(0))
    written = figures._csv(figures.Takeaway("x", gone, nothing), shared).decode("utf-8-sig")
    assert written.startswith("Hidden:")
    assert figures._drawn(gone, shared)().alt.startswith("Hidden:")


def test_all_pages_are_reached_from_one_another(three, tmp_path):
    app = opened(three, "representation", tmp_path)
    for page in ("intersections", "sameness"):
        turn_to(app, page)
        assert not app.exception
        assert charts(app)
