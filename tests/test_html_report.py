"""The HTML report: whole in one file, inert, the same bytes, readable by anyone."""

import base64
import dataclasses
import hashlib
import itertools
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest

import audits
from audits.pictures.model import Picture, Rect, Text
from audits.reports.blocks import (
    Bullets,
    Column,
    Cover,
    Document,
    Facts,
    Figure,
    Paragraph,
    Section,
    Statement,
    Table,
    Tile,
    Tiles,
)
from audits.reports.document import document
from audits.reports.html_report import html_report
from audits.results import Verdict
from audits.visible import visible

SAMPLE = Path(__file__).parent.parent / "sample_data"
VOID = {"meta", "link", "br", "rect", "line", "circle", "polygon", "polyline", "path", "use"}
HOSTILE = (
    "<script>alert(1)</script>", "</style><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "{{ 7 * 7 }}{% raw %}", "\" onclick='alert(4)' x=\"", "a\x00b\x1b[31m", "\u202egnirts", "سود",
    "&lt;b&gt;", "*/}body{display:none}", "W" * 400, "javascript:alert(5)", "👩🏽‍🚀",
)  # fmt: skip


def cover(text="Text.", **changes):
    made = Cover(
        "Representation audit", text, text, Verdict.PROBLEM, text, text,
        Tiles((Tile("22", text, Verdict.PROBLEM), Tile("7", "groups"))),
        Facts(((text, text),), caption="What we compared"), text,
    )  # fmt: skip
    return dataclasses.replace(made, **changes)


def blocks(text):
    return (
        Paragraph(text), Paragraph(text, "lead"), Paragraph(text, "quiet"), Bullets((text, text)),
        Bullets((text,), numbered=True), Statement(Verdict.WATCH, text, text, text, "second"),
        Tiles((Tile(text, text),)), Facts(((text, text),), caption=text, code=True),
        Table(
            (Column(text), Column("n", "right"), Column("Verdict")),
            ((text, "12", Verdict.PROBLEM), (text, "1", Verdict.NOT_ENOUGH_EVIDENCE)), text, text,
        ),
        Figure(Picture(90, 20, (Rect(0, 0, 9, 9, hatched=True), Text(0, 9, text)), text), text),
    )  # fmt: skip


def made(text="Text.", **changes):
    sections = (
        Section("first", text, blocks(text)),
        Section("second", "Second", blocks(text), level=2, new_page=True),
        Section("third", "Third", (), level=3),
        Section("fourth", "Fourth", blocks(text)),
    )
    whole = Document(cover(text), sections, text, text, text)
    return dataclasses.replace(whole, **changes)


class Page(HTMLParser):
    """A page taken apart: tags with attributes, texts, headings, and whether all is closed."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.open, self.texts, self.headings = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and re.fullmatch("h[1-6]", self.open[-1]):
            self.headings.append((int(self.open[-1][1]), data))
        self.texts.append(data)

    def all(self, tag):
        return [attrs for name, attrs in self.tags if name == tag]


# -- inert -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_texts_stay_texts(text):
    html = html_report(made(text))
    page = Page(html)
    plain = Page(html_report(made("Text.")))
    assert [tag for tag, _ in page.tags] == [tag for tag, _ in plain.tags]
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert visible(text) in page.texts
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e]", html)


def test_there_is_no_script_and_nothing_is_fetched():
    page = Page(html_report(made()))
    tags = {tag for tag, _ in page.tags}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    for _, attrs in page.tags:
        assert "src" not in attrs
        assert "style" not in attrs  # the policy would not let it through
        assert attrs.get("href", "#").startswith("#")
    assert "url(" not in re.sub(r"url\(#[\w-]+\)", "", html_report(made()))
    assert "@import" not in html_report(made())


def test_the_policy_allows_the_page_its_own_style_and_nothing_else():
    html = html_report(made("</style>"))
    [style] = re.findall(r"<style>(.*?)</style>", html, flags=re.S)
    [policy] = [a["content"] for a in Page(html).all("meta") if "http-equiv" in a]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_the_same_document_gives_the_same_bytes():
    assert html_report(made()) == html_report(made())


def test_another_process_gives_the_same_bytes(tmp_path):
    code = (
        "import hashlib, tests.test_html_report as t\n"
        "print(hashlib.sha256(t.html_report(t.made()).encode()).hexdigest())"
    )
    said = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        cwd=SAMPLE.parent, env={"PYTHONHASHSEED": "7", "PATH": ""},
    )  # fmt: skip
    assert said.stdout.strip() == hashlib.sha256(html_report(made()).encode()).hexdigest()


# -- built well ------------------------------------------------------------------------------------


def test_headings_begin_at_one_and_leave_no_level_out():
    levels = [level for level, _ in Page(html_report(made())).headings]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))


def test_a_section_that_skips_a_level_is_set_one_level_deeper_only():
    sections = (Section("a", "A", ()), Section("b", "B", (), level=3), Section("c", "C", ()))
    page = Page(html_report(made(sections=sections)))
    assert (3, "B") in page.headings
    sections = (Section("b", "B", (), level=3),)
    assert (2, "B") in Page(html_report(made(sections=sections))).headings


def test_the_page_has_a_language_a_title_landmarks_and_a_way_past_the_contents():
    page = Page(html_report(made("Words", language="sw")))
    assert page.all("html") == [{"lang": "sw"}]
    assert page.texts[page.texts.index("Words")] == "Words"
    for landmark in ("header", "nav", "main", "footer"):
        assert len(page.all(landmark)) == 1
    first = next(attrs for tag, attrs in page.tags if tag == "a")
    assert first["href"] == "#main"
    assert page.all("main")[0]["id"] == "main"


def test_sections_are_numbered_and_listed_in_the_contents():
    html = html_report(made())
    assert '<a href="#first"><span class="no">1</span>Text.</a>' in html
    assert '<a href="#second">Second</a>' in html
    assert '<h3><span class="no">1.1</span>Second</h3>' in html
    assert "<h4>Third</h4>" in html
    assert '<h2><span class="no">2</span>Fourth</h2>' in html
    assert '<section id="second" class="new-page">' in html


def test_every_link_leads_somewhere_and_every_id_is_its_own():
    ids = ("main", "mark-ok", "same", "same", "1st", "with space", "x" * 300, "ok", "section-2")
    sections = tuple(
        Section(name, f"Section {i}", (Statement(Verdict.OK, "A", "B", target=name),))
        for i, name in enumerate(ids)
    )
    page = Page(html_report(made(sections=sections)))
    found = [attrs["id"] for _, attrs in page.tags if "id" in attrs]
    assert len(found) == len(set(found))
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9-]*", one) for one in found)
    targets = [a["href"][1:] for _, a in page.tags if a.get("href", "").startswith("#")]
    assert set(targets) <= set(found)
    # a statement leads to the first section of that name, not to the template's own id
    links = [a["href"] for a in page.all("a")]
    assert links.count("#main") == 1


def test_a_statement_without_a_section_is_no_link():
    sections = (Section("a", "A", (Statement(Verdict.OK, "Alone", "B", target="gone"),)),)
    html = html_report(made(sections=sections))
    assert "<span>Alone</span>" in html


def test_tables_have_captions_and_their_heads_a_scope():
    page = Page(html_report(made()))
    assert len(page.all("table")) == len(page.all("caption")) == 3
    assert {attrs["scope"] for attrs in page.all("th")} == {"col", "row"}
    assert "Table 3." in page.texts
    assert "Figure 3." in page.texts


def test_numbers_are_set_right_and_verdicts_as_shape_and_word():
    html = html_report(made())
    assert '<td class="right">12</td>' in html
    assert '<use href="#mark-not-enough-evidence"/></svg>not enough evidence</span>' in html
    assert html.count('<span class="badge problem">') == 3


def test_pictures_are_images_with_their_words():
    page = Page(html_report(made("Words.")))
    drawn = [attrs for attrs in page.all("svg") if attrs.get("role") == "img"]
    assert [attrs["aria-label"] for attrs in drawn] == ["Words."] * 3
    hidden = [a for a in page.all("svg") if "role" not in a]
    assert all(attrs["aria-hidden"] == "true" for attrs in hidden)
    patterns = [attrs["id"] for attrs in page.all("pattern")]
    assert len(set(patterns)) == 3


def test_what_stands_around_printed_pages_is_escaped():
    html = html_report(made(running='a"}body{x', identity="1-2"))
    assert r'@top-left{content:"a\000022\00007dbody\00007bx"' in html
    assert r'@bottom-left{content:"1\00002d2"' in html


def test_missing_parts_leave_nothing_behind():
    bare = made(cover=cover(subtitle="", text="", headline="Head"), sections=(), author="")
    page = Page(html_report(bare))
    assert not [attrs for attrs in page.all("meta") if attrs.get("name") == "author"]
    assert "Head" in page.texts
    assert "" not in [
        text.strip() for text in page.texts if page.texts.count(text) == 1 and not text
    ]


def test_templates_travel_with_the_package():
    from importlib.resources import files

    folder = files("audits.reports") / "html"
    assert {"report.html", "report.css"} <= {entry.name for entry in folder.iterdir()}


# -- of an audit -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def audit():
    from sample_audits import sample_audit  # other processes import this file from elsewhere

    return sample_audit("three")


@pytest.fixture(scope="module")
def report(audit):
    return html_report(document(audit))


def said_in(part):
    """Every text that stands in a part of a document, but for what only names or steers."""
    if isinstance(part, str) and not isinstance(part, Verdict):
        yield part
    elif isinstance(part, Picture):
        yield from (item.text for item in part.items if isinstance(item, Text) and not item.room)
    elif isinstance(part, tuple):
        for one in part:
            yield from said_in(one)
    elif dataclasses.is_dataclass(part):
        for field in dataclasses.fields(part):
            if field.name not in ("id", "look", "target", "align", "language"):
                yield from said_in(getattr(part, field.name))


def test_a_report_says_all_that_its_document_says(audit, report):
    texts = [text.strip() for text in Page(report).texts]
    whole, there = " ".join(texts), set(texts)
    expected = [text for text in said_in(document(audit)) if text]
    assert len(expected) > 1000
    for text in expected:
        assert text in there or text in whole, text


@pytest.mark.slow
def test_a_large_audit_stays_a_small_file():
    import numpy as np
    import pandas as pd

    draw = np.random.default_rng(5)

    def table(rows):
        region = draw.choice(20, rows, p=draw.dirichlet(np.ones(20)))
        work = draw.choice(10, rows)
        return pd.DataFrame(
            {"region": [f"<Region> & co {i:02}" for i in region], "work": work.astype(str)}
            | {f"c{k}": [f"v{v}" for v in (region + work + draw.choice(4, rows)) % 6]
               for k in range(6)}
        )  # fmt: skip

    large = audits.compare(
        table(4000), table(6000), sensitive_features=["region", "work"],
        settings=audits.Settings(classifier_rows=0),
    )  # fmt: skip
    assert len(large["coverage"]) > 200
    assert len(html_report(document(large)).encode()) < 650_000


# -- in a browser ----------------------------------------------------------------------------------

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


@pytest.fixture(params=["light", "dark"])
def scheme(request):
    return request.param


@pytest.fixture(params=[1280, 390])
def wide(request):
    return request.param


def shown(browser, html, tmp_path, **options):
    path = tmp_path / "report.html"
    path.write_text(html, encoding="utf-8")
    page = browser.new_context(**options).new_page()
    page.asked, page.said = [], []
    page.on("request", lambda request: page.asked.append(request.url))
    page.on("console", lambda message: page.said.append(message.text))
    page.on("pageerror", lambda error: page.said.append(str(error)))
    page.goto(path.as_uri())
    return page


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize(("scheme", "wide"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_to_complain_of(chromium, report, tmp_path, scheme, wide):
    from axe_playwright_python.sync_playwright import Axe

    page = shown(
        chromium, report, tmp_path, color_scheme=scheme, bypass_csp=True,
        viewport={"width": wide, "height": 800},
    )  # fmt: skip
    found = Axe().run(page, options={"runOnly": WCAG}).response
    assert found["violations"] == []
    assert len(found["passes"]) > 20


@pytest.mark.browser
@pytest.mark.slow
def test_a_report_asks_for_nothing_and_stays_within_the_screen(
    chromium, report, tmp_path, scheme, wide
):
    page = shown(
        chromium, report, tmp_path, color_scheme=scheme, viewport={"width": wide, "height": 800}
    )
    assert page.said == []
    assert len(page.asked) == 1
    assert page.evaluate("document.documentElement.scrollWidth") <= wide
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert paper == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(14, 17, 23)")
    smallest = page.evaluate(
        "Math.min(...[...document.querySelectorAll('.audits-picture text')].map(t =>"
        " parseFloat(t.getAttribute('font-size')) * t.getScreenCTM().a * 72 / 96))"
    )
    assert round(smallest, 2) >= 7  # points


@pytest.mark.browser
@pytest.mark.slow
def test_a_dark_screen_prints_light(chromium, report, tmp_path):
    page = shown(chromium, report, tmp_path, color_scheme="dark")
    page.emulate_media(media="print")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    colours = page.evaluate(
        "[...document.querySelectorAll('.audits-picture text')].map(t => getComputedStyle(t).fill)"
    )
    assert "rgb(31, 41, 51)" in colours
    assert "rgb(241, 245, 249)" not in colours


@pytest.mark.browser
@pytest.mark.slow
def test_hostile_texts_do_nothing_in_a_browser(chromium, tmp_path):
    for text in HOSTILE:
        page = shown(chromium, html_report(made(text)), tmp_path)
        page.on("dialog", lambda dialog: pytest.fail(f"a script ran: {dialog.message}"))
        assert page.said == []
        assert page.evaluate("document.scripts.length") == 0
        assert page.is_visible("main")
        page.context.close()


@pytest.mark.browser
@pytest.mark.slow
def test_the_first_tab_leads_past_the_contents(chromium, report, tmp_path):
    page = shown(chromium, report, tmp_path)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the report"
    assert page.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
