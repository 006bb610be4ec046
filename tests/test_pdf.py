"""The PDF report: tagged for archives and screen readers, the same bytes for the same document,
and no name, however hostile, keeps it from being written."""

from __future__ import annotations

import io
import re
import struct
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from audits.errors import AuditError
from audits.pictures.model import Circle, Line, Picture, Polygon, Rect, Text
from audits.reports import pdf_process
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
from audits.reports.glyphs import FONTS, clusters, coverage, printable, spelled_out
from audits.reports.pdf_layout import breakable, laid_out
from audits.reports.pdf_report import _plain, _set, pdf_report, png_of
from audits.results import Verdict

HOSTILE = (
    "#panic()",
    '#read("/etc/passwd")',
    "<script>alert(1)</script>",
    "<img src='file:///etc/passwd'>",
    "$x^2$",
    "*bold* _not_ `code` @label = heading",
    "\\ \" ' ` // /* */ #let",
    "=cmd|' /C calc'!A0",
    "a\x00b",
    "\x1b[31mred",
    "line\none\ttab\r",
    "\u202eright to left override",
    "\u2066isolate\u2069 \u200fmark",
    "Z\u0334\u0322a\u0335\u0323l\u0336\u0324g\u0337\u0325o\u0338\u0326",
    "\u0301alone",
    "\ud800 lone surrogate",
    "\ufeff\ufffe\uffff\U0010ffff",
    "\ue000\U000f0000 private",
    "\U000e0041\U000e007f tags",
    "W" * 400,
    "\uf8d7\uf8d9 Klingon",
    "বাংলা",
    "עברית",
    "한국어",
    "日本語",
    "العربية",
    "हिन्दी",
    "👩\u200d🔬 👍🏽 🇫🇷 1\ufe0f\u20e3",
    "𝒻𝒶𝓃𝒸𝓎 ﷽ Ａ ㋿",
    " ",
    "",
)
PICTURE = Picture(
    467,
    120,
    (
        Rect(0, 0, 100, 20, fill="band"),
        Rect(110, 0, 100, 20, fill="quiet", stroke="quiet", hatched=True, radius=3),
        Line(0, 30, 200, 30, dash=(2, 2)),
        Polygon(((0, 40), (8, 40), (4, 48)), fill="problem"),
        Polygon(((20, 40), (40, 60), (60, 40)), stroke="synthetic", closed=False, dash=(3, 1)),
        Circle(80, 50, 5, fill="ok", stroke="paper"),
        Text(0, 80, "Women × 75+", bold=True),
        Text(467, 80, "0.32×", anchor="end"),
        Text(200, 80, "W" * 400, anchor="middle", room=60),
    ),
    alt="Women over 75 are seen at 0.32 times their share.",
)


def document(
    names: tuple[str, ...] = ("Women",), rows: int = 3, timestamp: int | None = 1_764_000_000
) -> Document:
    """A report with every kind of block, in which names stand wherever names can."""
    joined = " | ".join(names)
    cells = tuple(
        (names[i % len(names)], f"{i:,}", list(Verdict)[i % 4])
        for i in range(max(rows, len(names)))
    )
    return Document(
        cover=Cover(
            "Representation audit",
            f"Real and synthetic {names[0]}",
            joined,
            Verdict.PROBLEM,
            "1 of 4 groups is missing.",
            joined,
            Tiles((Tile("1", "problem", Verdict.PROBLEM), Tile("3", "groups"))),
            Facts((("Real data", joined),), "What we compared"),
            "Evidence for a discussion, not a certificate.",
        ),
        sections=(
            Section(
                "summary",
                f"Summary of {names[-1]}",
                (
                    Paragraph(joined, "lead"),
                    Statement(Verdict.WATCH, names[0], joined, joined, "card"),
                    Bullets((joined, "two"), numbered=True),
                    Bullets(()),
                ),
            ),
            Section("empty", "Nothing here", ()),
            Section(
                "table",
                "All groups",
                (
                    Table(
                        (Column("Group"), Column("Real people", "right"), Column("Verdict")),
                        cells,
                        f"Counts of {names[0]}",
                        joined,
                    ),
                    Table((Column("Column"),), (), "An empty table"),
                ),
                2,
                new_page=True,
            ),
            Section(
                "card",
                "A card",
                (
                    Figure(PICTURE, joined),
                    Figure(
                        Picture(
                            1000,
                            2000,
                            tuple(Text(5, 20 * i, name) for i, name in enumerate(names)),
                            f"Names: {joined}",
                        ),
                        "Too large for a page",
                    ),
                    Facts(((joined, joined),), "As code", code=True),
                    Paragraph(joined, "quiet"),
                ),
                new_page=True,
            ),
        ),
        running=f"Audit of {names[0]}",
        identity=f"Report {names[-1]}",
        author=names[0],
        timestamp=timestamp,
    )


@pytest.fixture(scope="module")
def plain_bytes() -> bytes:
    return pdf_report(document(rows=120))


@pytest.fixture(scope="module")
def hostile_bytes() -> bytes:
    return pdf_report(document(HOSTILE))


def set_sections(laid: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Every section of a report ready to be set, wherever on its pages it stands."""
    waiting: list[Any] = [laid["items"]]
    while waiting:
        part = waiting.pop(0)
        if isinstance(part, list):
            waiting = [*part, *waiting]
        elif part["kind"] == "section":
            yield part
        else:
            waiting.insert(0, part.get("parts") or part["columns"])


def opened(made: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(made))


def elements(pdf: pikepdf.Pdf) -> Iterator[Any]:
    """Every element of the structure, in reading order."""
    waiting: list[Any] = [pdf.Root.StructTreeRoot.K]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting += reversed(list(node))
        elif isinstance(node, pikepdf.Dictionary) and "/S" in node:
            yield node
            if "/K" in node:
                waiting.append(node.K)


def claims(pdf: pikepdf.Pdf) -> tuple[str | None, ...]:
    meta = pdf.open_metadata()
    return tuple(meta.get(name) for name in ("pdfaid:part", "pdfaid:conformance", "pdfuaid:part"))


def letters(font: Any) -> dict[int, str]:
    """What the codes of a font stand for, as its own table says."""
    table = font.ToUnicode.read_bytes().decode("ascii")
    found: dict[int, str] = {}
    for block in re.findall(r"beginbfchar(.*?)endbfchar", table, re.DOTALL):
        for code, text in re.findall(r"<(\w+)>\s*<(\w*)>", block):
            found[int(code, 16)] = bytes.fromhex(text).decode("utf-16-be")
    for block in re.findall(r"beginbfrange(.*?)endbfrange", table, re.DOTALL):
        for low, high, text in re.findall(r"<(\w+)>\s*<(\w+)>\s*<(\w+)>", block):
            first = int.from_bytes(bytes.fromhex(text), "big")
            for step in range(int(high, 16) - int(low, 16) + 1):
                raw = (first + step).to_bytes(len(text) // 2, "big")
                found[int(low, 16) + step] = raw.decode("utf-16-be")
    return found


def text_of(page: pikepdf.Page) -> str:
    """The page's text, in the order in which it is drawn."""
    fonts = {name: letters(font) for name, font in (page.Resources.get("/Font") or {}).items()}
    text, known = [], {}
    for operands, operator in pikepdf.parse_content_stream(page):
        if str(operator) == "Tf":
            known = fonts[str(operands[0])]
        elif str(operator) in ("Tj", "TJ"):
            parts = operands[0] if str(operator) == "TJ" else operands
            for part in parts:
                if isinstance(part, pikepdf.String):
                    raw = bytes(part)
                    codes = struct.unpack(f">{len(raw) // 2}H", raw)
                    text += [known.get(code, "") for code in codes]
    return "".join(text)


# -- standards -------------------------------------------------------------------------------------


def test_the_report_claims_an_archive_and_a_reader_standard_and_is_tagged(
    plain_bytes: bytes,
) -> None:
    pdf = opened(plain_bytes)
    assert claims(pdf) == ("2", "A", "1")
    assert pdf.Root.MarkInfo.Marked
    assert str(pdf.Root.Lang) == "en"


def test_every_figure_has_the_alternative_text_of_its_picture(plain_bytes: bytes) -> None:
    alts = [str(e.get("/Alt", "")) for e in elements(opened(plain_bytes)) if e.S == "/Figure"]
    assert alts == [PICTURE.alt, "Names: Women"]


def test_the_title_is_shown_and_author_and_keywords_are_kept(plain_bytes: bytes) -> None:
    pdf = opened(plain_bytes)
    assert pdf.Root.ViewerPreferences.DisplayDocTitle
    assert pdf.docinfo["/Title"] == "Real and synthetic Women"
    assert pdf.docinfo["/Author"] == "Women"
    assert "synthetic data" in str(pdf.docinfo["/Keywords"])


def test_all_fonts_are_embedded(hostile_bytes: bytes) -> None:
    pdf = opened(hostile_bytes)
    fonts = [
        part
        for page in pdf.pages
        for font in (page.Resources.get("/Font") or {}).values()
        for part in font.DescendantFonts
    ]
    assert len(fonts) > 10
    for font in fonts:
        assert {"/FontFile2", "/FontFile3"} & set(font.FontDescriptor.keys()), font.BaseFont


def test_headings_are_bookmarks_and_links_lead_to_pages(plain_bytes: bytes) -> None:
    pdf = opened(plain_bytes)
    with pdf.open_outline() as outline:
        titles = [item.title for item in outline.root]
        below = [item.title for item in outline.root[1].children]
    assert titles == ["1 Summary of Women", "2 Nothing here", "3 A card"]
    assert below == ["2.1 All groups"]
    links = [
        annotation
        for page in pdf.pages
        for annotation in page.get("/Annots", [])
        if annotation.Subtype == "/Link"
    ]
    assert len(links) >= 5, "four lines of contents and the statement's target"


def test_tables_have_heads_and_the_head_comes_back_on_every_page(plain_bytes: bytes) -> None:
    pdf = opened(plain_bytes)
    kinds = [str(element.S) for element in elements(pdf)]
    assert kinds.count("/TH") == 4
    assert kinds.count("/TR") == 1 + 120 + 2
    pages = [text_of(page) for page in pdf.pages]
    rows = [page for page in pages if "Not enough evidence" in page]
    assert len(rows) > 2
    assert all("Real people" in page for page in rows)


def test_tables_and_figures_are_numbered_as_they_come() -> None:
    laid = laid_out(_plain(document(HOSTILE)))
    blocks = [block for section in set_sections(laid) for block in section["blocks"]]
    for kind, count in (("table", 2), ("figure", 2)):
        numbers = [block["number"] for block in blocks if block["kind"] == kind]
        assert numbers == list(range(1, count + 1))


def test_the_numbers_of_tables_are_those_of_the_layout(plain_bytes: bytes) -> None:
    text = " ".join(text_of(page) for page in opened(plain_bytes).pages).replace("\u200b", "")
    for word, count in (("Table", 2), ("Figure", 2)):
        assert re.findall(rf"{word} (\d+)\.", text) == [str(n + 1) for n in range(count)]


def test_every_page_after_the_cover_says_which_of_how_many_it_is(plain_bytes: bytes) -> None:
    pdf = opened(plain_bytes)
    count = len(pdf.pages)
    for number, page in enumerate(pdf.pages, 1):
        text = text_of(page)
        assert (f"Page {number} of {count}" in text) == (number > 1)
        assert ("Report Women" in text) == (number > 1)


# -- bytes -----------------------------------------------------------------------------------------


def test_the_same_document_gives_the_same_bytes_wherever_it_is_set(
    plain_bytes: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTHONHASHSEED", "5")
    (tmp_path / "json.py").write_text("raise SystemExit('not this one')")
    assert pdf_report(document(rows=120)) == plain_bytes


def test_the_date_is_the_documents_and_fixed_without_one() -> None:
    dated = opened(pdf_report(document()))
    undated = opened(pdf_report(document(timestamp=None)))
    assert dated.docinfo["/CreationDate"] == "D:20251124160000Z"
    assert undated.docinfo["/CreationDate"] == "D:19700101000000Z"


# -- hostile names ---------------------------------------------------------------------------------


def test_hostile_names_are_printed_as_they_are_and_break_no_standard(hostile_bytes: bytes) -> None:
    pdf = opened(hostile_bytes)
    assert claims(pdf) == ("2", "A", "1")
    text = "".join(map(text_of, pdf.pages)).replace("\u200b", "")
    for name in HOSTILE[:8]:
        assert name in text
    for spelled in ("‹U+0000›", "‹U+202E›", "‹U+200F›", "‹U+D800›", "‹U+F8D7›", "‹U+E0041›"):
        assert spelled in text
    assert "WWWWWW…" in text, "a text in a picture is cut to its room"


def test_what_was_replaced_is_listed_in_the_report(hostile_bytes: bytes) -> None:
    pdf = opened(hostile_bytes)
    last = text_of(pdf.pages[-1]).replace("\u200b", "")
    assert "Characters replaced" in last
    assert "U+0000, U+0009, U+000A" in last
    clean = laid_out(_plain(document()))
    assert all(section["title"] != "Characters replaced" for section in set_sections(clean))
    assert len(list(set_sections(clean))) == 4


@settings(max_examples=8, deadline=None)
@given(st.lists(st.text(max_size=40), min_size=20, max_size=60).map(tuple))
def test_no_text_keeps_the_report_from_meeting_its_standards(names: tuple[str, ...]) -> None:
    assert claims(opened(pdf_report(document(names)))) == ("2", "A", "1")


@given(st.text(st.characters(codec=None)))
def test_printable_texts_stay_in_one_font_for_every_letter_with_its_marks(text: str) -> None:
    shown = printable(text)
    assert printable(shown) == shown
    for cluster in clusters(shown):
        fonts = -1
        for char in cluster:
            fonts &= coverage()[ord(char)]
        assert fonts != 0


def test_marks_beyond_what_a_line_can_carry_are_spelled_out() -> None:
    assert printable("e\u0301") == "é"
    assert printable("q" + "\u0301" * 6) == "q" + "\u0301" * 6
    assert printable("q" + "\u0301" * 7) == "q" + "‹U+0301›" * 7
    assert printable("\x00\u0301") == "‹U+0000›‹U+0301›"
    assert spelled_out([printable("日\u0334"), "‹U+0000›"]) == ("U+0000", "U+0334")


@given(st.text(), st.integers(4, 40))
@example("abcq\u0301" * 30, 20)
def test_a_long_word_may_be_broken_and_loses_nothing(text: str, longest: int) -> None:
    text = printable(text).replace("\u200b", "")
    broken = breakable(text, longest)
    assert broken.replace("\u200b", "").replace("\xa0", " ") == text.replace("\xa0", " ")
    for piece in re.split(r"[\s\u200b‹›]", broken):
        assert len(list(clusters(piece))) <= longest
    for after in re.findall("\u200b(.)", broken, re.DOTALL):
        assert not unicodedata.category(after).startswith("M"), "a mark left its letter"


def test_if_a_standard_cannot_be_met_the_report_is_set_without(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pdf_process, "laid_out", lambda plain: _unsafe(laid_out(plain)))
    pdf = opened(pdf_process._pdf(_plain(document())))
    assert claims(pdf) == (None, None, None)
    assert len(pdf.pages) > 3


def _unsafe(data: dict[str, Any]) -> dict[str, Any]:
    data["cover"]["headline"] = "\uf8d7"
    return data


def test_a_number_keeps_its_sign_on_its_line() -> None:
    assert breakable("18.1 % of 5 people ± 2 %") == "18.1\xa0% of 5 people ±\xa02\xa0%"


# -- fonts -----------------------------------------------------------------------------------------


def cmap(path: Path) -> set[int]:
    """The characters a font has, read from its file (tables of formats 4 and 12)."""
    raw = path.read_bytes()
    count = struct.unpack_from(">H", raw, 4)[0]
    tables = {
        raw[12 + 16 * i : 16 + 16 * i]: struct.unpack_from(">I", raw, 20 + 16 * i)[0]
        for i in range(count)
    }
    base = tables[b"cmap"]
    found: set[int] = set()
    for i in range(struct.unpack_from(">H", raw, base + 2)[0]):
        at = base + struct.unpack_from(">I", raw, base + 8 + 8 * i)[0]
        kind = struct.unpack_from(">H", raw, at)[0]
        if kind == 12:
            groups = struct.unpack_from(">I", raw, at + 12)[0]
            for g in range(groups):
                first, last, _ = struct.unpack_from(">III", raw, at + 16 + 12 * g)
                found.update(range(first, last + 1))
        elif kind == 4:
            found |= cmap_of_segments(raw, at)
    return found


def cmap_of_segments(raw: bytes, at: int) -> set[int]:
    twice = struct.unpack_from(">H", raw, at + 6)[0]
    found = set()
    for place in range(0, twice, 2):
        end = struct.unpack_from(">H", raw, at + 14 + place)[0]
        start = struct.unpack_from(">H", raw, at + 16 + twice + place)[0]
        delta = struct.unpack_from(">H", raw, at + 16 + 2 * twice + place)[0]
        where = at + 16 + 3 * twice + place
        offset = struct.unpack_from(">H", raw, where)[0]
        for code in range(start, min(end, 0xFFFE) + 1):
            if offset:
                glyph = struct.unpack_from(">H", raw, where + offset + 2 * (code - start))[0]
            else:
                glyph = (code + delta) % 65536
            if glyph:
                found.add(code)
    return found


def test_the_table_of_glyphs_says_what_the_fonts_have() -> None:
    families: dict[str, set[int]] = {}
    for path in sorted(FONTS.glob("*.ttf")):
        name = path.name.split("-")[0]
        has = cmap(path)
        families[name] = families.get(name, has) & has
    # headings and code try these first, and fall back on the fonts of the text
    for name in ("SourceSerif4", "SourceCodePro"):
        families.pop(name)
    known: dict[int, int] = {}
    for place, has in enumerate(families.values()):
        for code in has:
            known[code] = known.get(code, 0) | 1 << place
    assert coverage() == known


def test_the_fonts_are_small_and_their_licence_lies_beside_them() -> None:
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 10_000_000
    licence = (FONTS / "OFL.txt").read_text(encoding="utf-8")
    for path in FONTS.glob("*.ttf"):
        family = re.sub(r"(?<=[a-z])(?=[A-Z0-9])", " ", path.name.split("-")[0])
        assert f"{family}: Copyright" in licence


# -- pictures --------------------------------------------------------------------------------------


def test_a_picture_is_drawn_at_the_scale_and_in_the_colours_asked_for() -> None:
    light, dark = png_of(PICTURE, 2, "light"), png_of(PICTURE, 1.5, "dark")
    assert struct.unpack_from(">II", light, 16) == (934, 240)
    assert struct.unpack_from(">II", dark, 16) == (701, 180)
    assert light[:4] == dark[:4] == b"\x89PNG"
    assert png_of(PICTURE, 2, "light") == light


def test_a_picture_too_large_for_a_page_is_drawn_smaller() -> None:
    figures = [
        block["picture"]["scale"]
        for section in set_sections(laid_out(_plain(document())))
        for block in section["blocks"]
        if block["kind"] == "figure"
    ]
    assert figures == [1.0, pytest.approx(0.32)]


# -- failures --------------------------------------------------------------------------------------


def test_a_report_that_takes_too_long_is_given_up() -> None:
    with pytest.raises(AuditError, match=r"not ready after 0\.001 seconds"):
        pdf_report(document(), timeout=0.001)


def test_a_process_that_fails_says_why() -> None:
    with pytest.raises(AuditError, match=r"the poem could not be set .KeyError: 'document'"):
        _set({"make": "poem"}, "the poem", 60.0)


def test_the_process_imports_no_tables_and_no_statistics() -> None:
    asked = (
        "import sys, audits.reports.pdf_process as _;"
        "print(sorted({'pandas', 'numpy', 'scipy', 'duckdb', 'pyarrow'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
