"""Audits as text, CSV, JSON and notebook output, whatever the names in them hold."""

import csv
import io
import json
import re
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import audits
from audits.reports import csv_report, notebook_report, text_report
from audits.reports.frames import flat
from audits.results import Audit, ColumnRecord, Finding, InputRecord, Verdict
from audits.settings import Settings
from audits.visible import visible

ESC = "\x1b"
HOSTILE = (
    "plain",
    "say \"no\", 'please'",
    "line\nbreak",
    f"{ESC}[31mred{ESC}[0m",
    "\x9b31mcsi",
    "<script>alert(1)</script> & <b>",
    "$x^2$ and $y$",
    "[bold]markup[/bold] :smile:",
    "=HYPERLINK(1)",
    "سود × زن",
    "👩🏽‍🚀 日本語",
    "\u202eright to left",
    "*a* _b_ `c` [d](http://e) | f",
)
FORMULA = "=SUM(A1)"
VISIBLE_CONTROLS = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]")


@pytest.fixture(scope="module")
def hostile() -> Audit:
    """Every name holds something; every second group loses most of its rows."""
    rng = np.random.default_rng(1)
    sizes = [(80, 80 if i % 2 else 5) for i in range(len(HOSTILE))]
    tables = []
    for side in (0, 1):
        values = [
            name for name, size in zip(HOSTILE, sizes, strict=True) for _ in range(size[side])
        ]
        tables.append(
            pd.DataFrame(
                {
                    FORMULA: values,
                    "group": rng.choice(["a", "b"], len(values)),
                    f"in{ESC}[1mcome\n": rng.choice(["low", "high"], len(values)),
                }
            )
        )
    return audits.compare(
        *tables,
        sensitive_features=[FORMULA, "group"],
        ask=["coverage", "provenance"],
        settings=Settings().having(intersections=1),
    )


def finding(verdict="problem", because="Black: gone.", group=(("race", "Black"),), **more):
    return Finding("coverage", group, None, Verdict(verdict), because, **more)


def small(*findings, columns=(), notes=(), sensitive=("race",)) -> Audit:
    record = InputRecord("real", "real.csv", "csv", 1000, 3, "00")
    return Audit((record,), sensitive, tuple(columns), Settings(), {}, findings, tuple(notes), {})


# -- visible ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (ESC, "‹U+001B›"),
        ("\n", "‹U+000A›"),
        ("\x9b", "‹U+009B›"),
        ("\u202e", "‹U+202E›"),
        ("\ud800", "‹U+D800›"),
        ("é × – 日本 سود 👩🏽‍🚀", "é × – 日本 سود 👩🏽‍🚀"),
    ],
)
def test_controls_are_spelled_out_and_scripts_are_kept(text, shown):
    assert visible(text) == shown


# -- text ------------------------------------------------------------------------------------------


def test_text_begins_with_the_verdict_and_the_counts():
    text = text_report.audit_text(small(finding(), finding("watch"), finding("ok")), width=100)
    assert text.splitlines()[0] == "▼ problem: 1 problem, 1 watch, 1 ok"


def test_text_has_the_sentence_as_it_is():
    text = text_report.audit_text(small(finding(because="Black: gone (0.1).")), width=100)
    assert "▼ problem · coverage\n  Black: gone (0.1).\n" in text


def test_ok_is_counted_and_written_out_only_on_request():
    audit = small(finding("ok", "White: all is well."))
    assert "all is well" not in text_report.audit_text(audit, width=100)
    assert "1 ok, not written out" in text_report.audit_text(audit, width=100)
    everything = text_report.audit_text(audit, width=100, everything=True)
    assert "● ok · coverage\n  White: all is well." in everything
    assert "not written out" not in everything


@pytest.mark.parametrize("verdict", ["problem", "watch", "not enough evidence"])
def test_whatever_is_not_ok_is_written_out(verdict):
    text = text_report.audit_text(small(finding(verdict, "Black: this.")), width=100)
    assert f" {verdict} · coverage\n  Black: this.\n" in text


def test_findings_keep_their_order():
    audit = small(*(finding(because=f"Finding {i}.") for i in range(20)))
    text = text_report.audit_text(audit, width=100)
    assert re.findall(r"Finding (\d+)", text) == [str(i) for i in range(20)]


def test_sensitivity_is_said_only_where_a_verdict_may_flip():
    flips = "flips: 'watch' if the limits were a fifth lower"
    assert f"Not stable; {flips}." in text_report.audit_text(
        small(finding(sensitivity=flips)), width=100
    )
    assert "Not stable" not in text_report.audit_text(small(finding()), width=100)


def test_nothing_judged_is_said():
    text = text_report.audit_text(small(), width=100)
    assert text.splitlines()[0] == "○ not enough evidence: nothing was judged"


def test_columns_are_shown_as_understood():
    columns = [
        ColumnRecord("race", "categorical", "sensitive", 5, 0, 0, ""),
        ColumnRecord("age", "numeric", "compared", 70, 0, 0, ""),
        ColumnRecord("grade", "ordinal", "compared", 3, 0, 0, "levels were given."),
        ColumnRecord("id", "identifier", "left out", 99, 0, 0, ""),
        ColumnRecord("extra", "", "only in real", 0, 0, 0, ""),
        ColumnRecord("shy", "", "left out", 0, 0, 0, "not asked for"),
        ColumnRecord("coy", "", "left out", 0, 0, 0, "not asked for"),
    ]
    text = text_report.audit_text(small(columns=columns, notes=["A note."]), width=100)
    assert "groups by: race (5 levels)" in text
    assert "compared: 1 numeric (age); 1 ordinal (grade)" in text
    assert "left out: 1 identifier (id)" in text
    assert "note: grade: levels were given." in text
    assert "note: A note." in text
    assert "left out (not asked for): shy, coy\n" in text
    assert "extra" not in text


def test_many_columns_are_counted():
    columns = [ColumnRecord(f"c{i}", "numeric", "compared", 9, 0, 0, "") for i in range(30)]
    text = text_report.audit_text(small(columns=columns), width=200)
    assert "30 numeric (c0, c1, c2, c3, c4, c5, c6, c7 and 22 more)" in text


@pytest.mark.parametrize("width", [40, 60, 100])
def test_lines_fit_the_width_as_a_terminal_counts_it(width):
    from rich.cells import cell_len

    because = "日本語の名前 " * 20 + "W" * 150 + " and so on and on " * 10
    text = text_report.audit_text(small(finding(because=because)), width=width)
    assert max(cell_len(line) for line in text.splitlines()) <= width
    assert text.count("W") == 150
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_colour_comes_only_when_asked_for():
    audit = small(finding(), finding("watch"))
    assert ESC not in text_report.audit_text(audit, width=100)
    coloured = text_report.audit_text(audit, width=100, colour=True)
    assert f"{ESC}[1;31m" in coloured
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == text_report.audit_text(audit, width=100)


def test_text_is_not_markup():
    text = text_report.audit_text(small(finding(because="[bold]x[/bold] :smile: [/]")), width=100)
    assert "[bold]x[/bold] :smile: [/]" in text


@pytest.mark.parametrize("everything", [False, True])
def test_hostile_names_cannot_steer_the_terminal(hostile, everything):
    text = text_report.audit_text(hostile, width=100, everything=everything)
    assert not VISIBLE_CONTROLS.search(text)
    joined = " ".join(text.split())
    for name in ("‹U+001B›[31mred", "‹U+009B›31mcsi", "<script>alert(1)</script>", "$x^2$"):
        assert name in joined or not everything
    coloured = text_report.audit_text(hostile, width=100, colour=True)
    assert not VISIBLE_CONTROLS.search(re.sub(r"\x1b\[[\d;]*m", "", coloured))


def test_brief_text_has_the_worst_of_each_question():
    from audits.demo import audit_sample

    audit = audit_sample("three", ask=["coverage"])
    text = text_report.brief_text(audit, "made so", width=100)
    assert text.startswith("synthetic_three.csv (made so)\n▼ problem: ")
    assert text.count("▼ coverage: ") == 1


# -- CSV -------------------------------------------------------------------------------------------


def read(text):
    return list(csv.DictReader(io.StringIO(text)))


def test_csv_has_a_line_per_finding_with_a_column_per_sensitive_feature():
    both = finding(group=(("race", "Black"), ("sex", "female")))
    alone = finding("ok", because='A, "b".', group=(("sex", "male"),))
    lines = read(csv_report.audit_csv(small(both, alone, sensitive=("race", "sex"))))
    assert lines[0]["group"] == "Black × female"
    assert [(line["race"], line["sex"]) for line in lines] == [("Black", "female"), ("", "male")]
    assert lines[1]["because"] == 'A, "b".'
    assert [line["verdict"] for line in lines] == ["problem", "ok"]
    assert lines[0]["sensitivity"] == "stable"
    assert lines[0]["attribute"] == ""


def test_csv_of_nothing_has_a_header():
    assert csv_report.audit_csv(small()).splitlines() == [
        "question,group,attribute,verdict,because,sensitivity,race"
    ]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_cell_is_never_a_formula(start):
    assert csv_report.cell(f"{start}1+1") == f"'{start}1+1"
    assert csv_report.cell(f"a{start}1") == f"a{start}1"


def test_hostile_names_survive_csv(hostile):
    text = csv_report.audit_csv(hostile)
    assert not VISIBLE_CONTROLS.search(text)
    lines = read(text)
    assert len(lines) == len(hostile.findings)
    header = list(lines[0])
    assert header[-2:] == [f"'{FORMULA}", "group (sensitive feature)"]
    values = {line[f"'{FORMULA}"] for line in lines}
    assert {"line\nbreak", "'=HYPERLINK(1)", "سود × زن", "say \"no\", 'please'"} <= values
    assert "‹U+001B›[31mred‹U+001B›[0m" in values
    for line in lines:
        assert not any(str(value).startswith(("=", "+", "-", "@")) for value in line.values())


# -- JSON ------------------------------------------------------------------------------------------


def test_hostile_names_survive_json(hostile, tmp_path):
    path = hostile.save(tmp_path / "audit.json")
    assert audits.load(path) == hostile
    assert json.loads(path.read_text(encoding="utf-8")) == hostile.to_dict()


# -- frames ----------------------------------------------------------------------------------------


def test_a_sensitive_feature_named_like_a_field_keeps_its_values(hostile):
    rows = hostile["coverage"][{"group": "a"}]
    assert flat(rows[0])["group (sensitive feature)"] == "a"
    assert flat(rows[0])["group"] == "a"


# -- notebook --------------------------------------------------------------------------------------


class _Page(HTMLParser):
    """Which tags there are, what their attributes say, and all the text."""

    def __init__(self):
        super().__init__()
        self.tags, self.text, self.open = set(), "", []

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        assert not any(name.startswith("on") for name, _ in attrs)
        if tag not in ("rect", "polygon", "circle"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.add(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data


def parsed(html):
    page = _Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


ALLOWED = {
    "div", "p", "strong", "span", "svg", "g", "rect", "polygon", "circle", "table", "thead",
    "tbody", "tr", "th", "td", "details", "summary", "ul", "li", "text", "tspan", "line",
    "polyline", "defs", "pattern", "path",
}  # fmt: skip


def bundles(audit):
    yield "audit", audit._repr_mimebundle_()
    yield from ((name, answer._repr_mimebundle_()) for name, answer in audit.answers.items())
    yield from ((found.because, found._repr_mimebundle_()) for found in audit.findings)
    for group in {found.group for found in audit.findings}:
        yield group, audits.card(audit, group)._repr_mimebundle_()


def test_everything_has_three_forms(hostile):
    for name, bundle in bundles(hostile):
        assert set(bundle) == {"text/plain", "text/html", "text/markdown"}, name
        assert "\n" not in bundle["text/plain"]


def test_hostile_names_are_text_in_html(hostile):
    for name, bundle in bundles(hostile):
        page = parsed(bundle["text/html"])
        assert page.tags <= ALLOWED, name
        assert not VISIBLE_CONTROLS.search(bundle["text/html"])
    assert (
        "<script>alert(1)</script> & <b>" in parsed(hostile._repr_mimebundle_()["text/html"]).text
    )


def test_dollars_are_no_mathematics_in_html(hostile):
    for _, bundle in bundles(hostile):
        html = bundle["text/html"]
        assert html.count("$") == len(re.findall(r"<(t?span)>\$</\1>", html))
        assert "mathjax_ignore" in html


def test_hostile_names_are_text_in_markdown(hostile):
    for _, bundle in bundles(hostile):
        body = bundle["text/markdown"].replace("**", "")
        body = re.sub(r"^- ", "", body, flags=re.M)
        left = re.sub(r"\\[\\`*_{}\[\]<>()#+\-.!|~$&]", "", body)
        assert not re.search(r"[`*_\[\]<>|$&]", left), left
        assert not VISIBLE_CONTROLS.search(body)


def test_hostile_names_are_plain_in_plain(hostile):
    for _, bundle in bundles(hostile):
        assert not VISIBLE_CONTROLS.search(bundle["text/plain"])


def test_the_strip_says_the_counts_in_words():
    html = small(finding(), finding("ok"))._repr_mimebundle_()["text/html"]
    assert 'aria-label="1 problem, 1 ok"' in html
    bar, _, _ = html.partition("</svg>")
    assert bar.count("<rect") == len(Verdict)


def test_an_audit_without_findings_has_a_notebook_form():
    bundle = small()._repr_mimebundle_()
    assert "nothing was judged" in bundle["text/html"]
    parsed(bundle["text/html"])


def test_findings_beyond_the_first_are_folded_away():
    audit = small(*(finding(because=f"Finding {i}.") for i in range(25)), finding("ok"))
    html = audit._repr_mimebundle_()["text/html"]
    before, _, after = html.partition("<summary>5 more to look at</summary>")
    assert "Finding 19." in before
    assert "Finding 20." in after
    assert "<summary>1 ok</summary>" in after
    assert audit._repr_mimebundle_()["text/markdown"].endswith("- and 6 more findings")


def test_a_card_shows_on_whom_the_rows_rest_and_whom_to_ask(hostile):
    card = audits.card(hostile, hostile.findings[0].group)
    page = parsed(card._repr_mimebundle_()["text/html"])
    assert visible(card.headline) in page.text
    assert "whom to ask" in page.text
    for need in card.collect:
        assert need.says in page.text
        assert f"{need.people:,} in all" in page.text or not need.more


def test_an_answer_shows_its_groups_as_dots(hostile):
    for answer in hostile.answers.values():
        html = answer._repr_mimebundle_()["text/html"]
        assert html.count('role="img"') == 1
        assert html.index("<svg") < html.index("<details>")


def test_nothing_is_printed_by_a_notebook_form(hostile, capsys):
    list(bundles(hostile))
    assert capsys.readouterr() == ("", "")


def test_markdown_is_escaped_once():
    assert notebook_report.markdown("a_b\\") == "a\\_b\\\\"
