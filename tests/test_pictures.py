"""Static pictures: what they show, what they say, and what names cannot do to them."""

import dataclasses
import itertools
import math
import random
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import rows_made

import audits
import audits.cards
import audits.visible
from audits.cards import Card
from audits.charts.answers import alt_text
from audits.errors import UnknownNameError, UsageError
from audits.estimates import Estimate
from audits.pictures.axes import Scale, levels, spread
from audits.pictures.card import strip
from audits.pictures.dots import dots
from audits.pictures.grids import grid
from audits.pictures.heat import crossing, verdicts
from audits.pictures.lorenz import lorenz
from audits.pictures.marks import badge, mark
from audits.pictures.model import (
    DARK,
    LIGHT,
    Circle,
    Line,
    Picture,
    Polygon,
    Rect,
    Text,
)
from audits.pictures.profiles import profile, profiles
from audits.pictures.rankings import ranking
from audits.pictures.svg import svg
from audits.pictures.widths import cut, width
from audits.questions.coverage_rows import CoverageRow
from audits.questions.diversity_rows import GroupDiversityRow
from audits.questions.drift_rows import ColumnDriftRow, GroupDriftRow, ProfileRow
from audits.questions.provenance_rows import ProvenanceRow
from audits.registry import BUILT_IN, OF_CHAINS
from audits.results import Answer, Audit, Finding, Verdict
from audits.settings import Settings

SAMPLE = Path(__file__).parent.parent / "sample_data"
UNKNOWN = Estimate.unknown()
HOSTILE = (
    "<b>bold</b>", "<script>alert(1)</script>", "\"quoted\" & 'so'", "$x^2$", "line\nbreak",
    "esc\x1b[31m\x00", "سود", "\u202egnirts", "👩🏽‍🚀" * 9, "女性" * 30, "W" * 400, "=1+1",
    "#panic()",
)  # fmt: skip
QUESTIONS = (*BUILT_IN, *OF_CHAINS)
every_question = pytest.mark.parametrize("question", QUESTIONS)


def about(name):
    return (("race", name),)


def coverage_row(name, ratio, real=100, synthetic=100, group=None):
    one = Estimate(0.1, 0.05, 0.2)
    return CoverageRow(
        group or about(name), real, synthetic, float(real), one, one, ratio, float(real), 1000.0,
        1000, None, UNKNOWN, UNKNOWN, True, 0.0,
    )  # fmt: skip


def drift_row(name, auc):
    return GroupDriftRow(
        about(name), 100, 100, 5, "age", auc, 0.01, 0.02, (100, 100), UNKNOWN, math.nan, math.nan,
        (100, 100), None, math.nan, 0.3, 0.1, 0.05,
    )  # fmt: skip


def column_row(name, attribute, shift, measure="shift"):
    return ColumnDriftRow(
        about(name), attribute, measure, 100, 100, shift.value, shift, shift.value, 0.01, 0.01, 0
    )


def diversity_row(name, index):
    return GroupDiversityRow(
        about(name), 100, 100, 5, 0.5, 0.4, index, -0.2, 0.05, 99.0, math.nan, (100, 100)
    )


def provenance_row(name, basis, real=100, synthetic=500):
    return ProvenanceRow(
        about(name), real, synthetic, float(real), real, synthetic, True, 20, 20, 20.0, 10.0,
        basis.value, basis, 25.0, 0.5, Estimate(0.5, 0.4, 0.6), 0.01, 0.01, 0.1, 0.1, 0.01, (), (),
    )  # fmt: skip


def spread_around(value):
    return Estimate(value, value * 0.9, value * 1.1)


MAKERS = {
    "coverage": lambda name, value=0.9: coverage_row(name, spread_around(value)),
    "drift": lambda name, value=0.7: drift_row(name, spread_around(value)),
    "diversity": lambda name, value=0.2: diversity_row(name, spread_around(value)),
    "provenance": lambda name, value=20.0: provenance_row(name, spread_around(value)),
    **{
        question: lambda name, *value, make=make: make(about(name), *value)
        for question, make in rows_made.MADE.items()
    },
}
UNKNOWNS = {
    "coverage": coverage_row("gone", UNKNOWN, real=0),
    "drift": drift_row("gone", UNKNOWN),
    "diversity": diversity_row("gone", UNKNOWN),
    "provenance": provenance_row("gone", Estimate(0.0, 0.0, 0.0), real=0),
    **{question: make(about("gone"), UNKNOWN) for question, make in rows_made.UNKNOWN.items()},
}


def answer(question, rows, settings=None, **tables):
    rows = tuple(rows)
    return Answer(
        question, question.title(), "?", rows, {"groups": rows, **tables}, settings or Settings()
    )


def a_card(people=(), real=None, synthetic=None, basis=UNKNOWN, name="Black", says="", top5=1.0):
    real = len(people) if real is None else real
    synthetic = sum(people) if synthetic is None else synthetic
    return Card(
        about(name), name, Verdict.PROBLEM, {}, (), "headline", real, synthetic, UNKNOWN, UNKNOWN,
        UNKNOWN, basis, 1.0, top5, UNKNOWN, tuple(people), says, (), (), (), (), (),
    )  # fmt: skip


def numeric(real=(5, 20, 5), synthetic=(0, 30, 0), labels=(), name="age", group="Black"):
    labels = labels or tuple(f"{i} to {i + 1}" for i in range(len(real)))
    return ProfileRow(
        about(group), name, "numeric", labels, (0.0, 1.0, 2.0, 3.0), tuple(real), tuple(synthetic)
    )


def categories(real=(20, 10), synthetic=(5, 35), labels=("yes", "no"), name="insured"):
    return ProfileRow(about("Black"), name, "categorical", labels, (), real, synthetic)


def an_audit(*findings):
    return Audit((), ("race",), (), Settings(), {}, findings, (), {})


def finding(name, verdict="problem", question="coverage"):
    return Finding(question, about(name), None, Verdict(verdict), "Gone.")


def items(picture, kind):
    return [item for item in picture.items if isinstance(item, kind)]


def texts(picture):
    return [item.text for item in items(picture, Text)]


def many_pictures(names=("Black", "White")):
    """One of each kind, with these names in it."""
    for question in QUESTIONS:
        rows = [*(MAKERS[question](name) for name in names), UNKNOWNS[question]]
        columns = [column_row(name, name, spread_around(0.4)) for name in names]
        yield dots(answer(question, rows, columns=tuple(columns)))
    for name in names:
        yield strip(a_card((260, 250, 10, 0, 0), basis=Estimate(2.1, 1.9, 2.6), name=name))
        yield strip(a_card(real=900, synthetic=1000, basis=Estimate(20, 15, 30), name=name))
        yield lorenz(a_card((260, 250, 10, 0, 0, 0), name=name))
        yield profile(numeric(name=name, group=name))
        yield profile(categories(labels=(name, "no"), name=name))
    yield verdicts(an_audit(*(finding(name) for name in names)))
    crossed = [
        coverage_row("", spread_around(0.3), group=(("a", first), ("b", second)))
        for first in names
        for second in names
    ]
    yield crossing(answer("coverage", crossed), "a", "b")


# -- what every picture keeps ----------------------------------------------------------------------


def extent(item):
    match item:
        case Rect():
            return item.x, item.y, item.x + item.width, item.y + item.height
        case Line():
            xs, ys = (item.x1, item.x2), (item.y1, item.y2)
        case Polygon():
            xs, ys = zip(*item.points, strict=True)
        case Circle():
            r = item.radius
            return item.x - r, item.y - r, item.x + r, item.y + r
        case Text():
            wide = width(cut(item.text, item.size, item.room, bold=item.bold), item.size)
            left = item.x - {"start": 0, "middle": wide / 2, "end": wide}[item.anchor]
            return left, item.y - 0.75 * item.size, left + wide, item.y + 0.25 * item.size
    return min(xs), min(ys), max(xs), max(ys)


@every_question
@pytest.mark.parametrize("wide", [100, 300, 480, 900])
def test_numbers_stand_clear_of_each_other_at_any_width(question, wide):
    rows = [rows_made.sized(question, MAKERS[question]("Black"), 12345, 67890)]
    columns = (column_row("Black", "household_size", spread_around(0.4)),)
    picture = dots(answer(question, rows, columns=columns), width=wide)
    assert picture.width >= wide
    line = [item for item in items(picture, Text) if item.text in ("12,345", "67,890")]
    beside = [item for item in items(picture, Text) if item.y < line[0].y + 1]
    boxes = sorted(extent(item) for item in beside if abs(item.y - line[0].y) < 1)
    assert len(boxes) >= 4
    assert all(a[2] <= b[0] for a, b in itertools.pairwise(boxes))


@pytest.mark.parametrize("names", [("Black", "White"), HOSTILE])
def test_nothing_leaves_the_sheet(names):
    for picture in many_pictures(names):
        for item in picture.items:
            left, top, right, bottom = extent(item)
            assert left >= -1, (picture.alt, item)
            assert right <= picture.width + 1, (picture.alt, item)
            assert top >= -1, (picture.alt, item)
            assert bottom <= picture.height + 1, (picture.alt, item)


def test_texts_are_large_enough_to_read():
    for picture in many_pictures():
        assert min(item.size for item in items(picture, Text)) >= 7


def test_every_picture_says_what_it_shows():
    for picture in many_pictures():
        assert picture.alt.endswith(".")
        assert len(picture.alt) > 20


def luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_every_text_stands_out_from_what_is_beneath_it(colours):
    for picture in many_pictures():
        below = []
        for item in picture.items:
            if isinstance(item, Rect) and item.fill:
                below.append(item)
            if not isinstance(item, Text):
                continue
            left, top, right, bottom = extent(item)
            x, y = (left + right) / 2, (top + bottom) / 2
            grounds = [
                r.fill for r in below
                if r.x <= x <= r.x + r.width and r.y <= y <= r.y + r.height
            ]  # fmt: skip
            ground = colours[grounds[-1] if grounds else "paper"]
            assert contrast(colours[item.fill], ground) >= 4.5, (picture.alt, item)


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_stand_out_from_paper_and_from_their_tints(colours):
    for name in ("problem", "watch", "not enough evidence", "ok", "over"):
        assert contrast(colours[name], colours["paper"]) >= 4.5
        assert contrast(colours[name], colours[f"{name} tint"]) >= 4.5


def test_verdicts_differ_in_shape():
    shapes = set()
    for name in ("problem", "watch", "not enough evidence", "ok", "over"):
        drawn = mark(name, 0, 0)
        points = tuple((x > 0, y > 0) for x, y in getattr(drawn, "points", ()))
        shapes.add((type(drawn), points, drawn.fill is None))
    assert len(shapes) == 5


def test_a_badge_says_the_verdict_where_there_is_room():
    assert [i.text for i in badge("watch", 0, 0, 60) if isinstance(i, Text)] == ["watch"]
    narrow = badge("watch", 0, 0, 12)
    assert not any(isinstance(item, Text) for item in narrow)
    assert mark("watch", 6, 6, 6) in narrow


# -- SVG -------------------------------------------------------------------------------------------


def parsed(picture, **options):
    return ET.fromstring(svg(picture, **options))


def test_hostile_names_are_text_in_svg():
    allowed = {
        "svg", "rect", "line", "polygon", "polyline", "circle", "text", "tspan", "defs", "pattern",
        "path", "style",
    }  # fmt: skip
    for picture in many_pictures(HOSTILE):
        for theme in ("light", "dark", "auto"):
            drawn = svg(picture, theme=theme)
            tree = ET.fromstring(drawn)
            tags = {element.tag.partition("}")[2] for element in tree.iter()}
            assert tags <= allowed
            assert not re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e]", drawn)
            for element in tree.iter():
                assert not any(name.startswith("on") or "href" in name for name in element.attrib)
    said = [t for p in many_pictures(("<b>&amp;</b>", "$x$")) for t in parsed(p).itertext()]
    assert "<b>&amp;</b>" in said


def test_an_svg_fetches_nothing():
    for picture in many_pictures(HOSTILE):
        drawn = svg(picture, theme="auto")
        outside = drawn.replace("http://www.w3.org/2000/svg", "")
        assert "http" not in outside
        assert not re.search(r"url\((?!#)", drawn)


def test_the_alternative_text_is_the_label_of_the_image():
    for picture in many_pictures(HOSTILE):
        tree = parsed(picture)
        assert tree.get("role") == "img"
        assert audits.visible.visible(picture.alt) == tree.get("aria-label")


def test_the_same_picture_gives_the_same_bytes():
    first, again = ([svg(picture) for picture in many_pictures()] for _ in range(2))
    assert first == again


def test_hatches_of_two_pictures_have_two_names():
    one, other = (dots(answer("drift", [UNKNOWNS["drift"], drift_row(n, UNKNOWN)])) for n in "ab")
    ids = [set(re.findall(r' id="([^"]+)"', svg(picture))) for picture in (one, other)]
    assert all(ids)
    assert ids[0].isdisjoint(ids[1])
    assert ids[0].isdisjoint(re.findall(r' id="([^"]+)"', svg(one, theme="dark")))
    assert re.findall(r' id="([^"]+)"', svg(one, name="seven")) == ["seven-0"]
    for name in ids[0]:
        assert f"url(#{name})" in svg(one)


def test_automatic_colours_follow_the_screen():
    drawn = svg(dots(answer("drift", [MAKERS["drift"]("a")])), theme="auto")
    head, body = drawn.split("</style>")
    assert "prefers-color-scheme:dark" in head
    assert LIGHT["problem"] in head
    assert DARK["problem"] in head
    assert not re.search(r'"#[0-9a-fA-F]{6}"', body)
    assert set(re.findall(r"var\((--[a-z-]+)\)", body)) <= set(re.findall(r"--[a-z-]+", head))
    assert "<style" not in svg(Picture(9, 9, (Line(0, 0, 1, 1),), "A."), theme="auto", style=False)


def test_light_and_dark_differ_in_colour_only():
    picture = dots(answer("diversity", [MAKERS["diversity"]("a"), UNKNOWNS["diversity"]]))
    light, dark = (svg(picture, theme=theme, name="x") for theme in ("light", "dark"))
    assert light != dark
    assert re.sub("#[0-9a-fA-F]{6}", "", light) == re.sub("#[0-9a-fA-F]{6}", "", dark)


def test_paper_can_be_laid_beneath():
    picture = Picture(30, 20, (Circle(5, 5, 2, fill="ok"),), "A dot.")
    first, *_ = [element for element in parsed(picture, paper=True) if element.get("width")]
    assert (first.get("width"), first.get("height"), first.get("fill")) == ("30", "20", "#ffffff")
    assert len(list(parsed(picture))) == 1


def test_dollars_are_no_mathematics_in_svg():
    drawn = svg(Picture(90, 20, (Text(0, 10, "$x$"),), "Costs $5."))
    assert drawn.count("$") == drawn.count("<tspan>$</tspan>") == 2


# -- widths ----------------------------------------------------------------------------------------


def test_a_text_is_cut_to_its_room():
    for text, room in itertools.product(HOSTILE, (20, 60, 200)):
        shown = cut(text, 8, room)
        assert width(shown, 8) <= room
        assert shown == audits.visible.visible(text) or shown.endswith("…")


def test_a_cut_leaves_letters_whole():
    astronaut = "👩🏽‍🚀"
    shown = cut(astronaut * 5, 10, 40).rstrip("…")
    assert shown
    assert shown.replace(astronaut, "") == ""
    accented = "e\u0301" * 20
    assert cut(accented, 10, 40).rstrip("…").replace("e\u0301", "") == ""


def test_bold_is_wider():
    assert width("Black", 8, bold=True) > width("Black", 8)


# -- axes ------------------------------------------------------------------------------------------


def test_a_value_stands_where_its_share_of_the_axis_is():
    scale = Scale(0.0, 10.0, 100.0, 200.0)
    assert scale.at(2.5) == 125.0
    assert scale.at(-1) == 100.0
    assert scale.at(math.inf) == 200.0
    log = Scale(0.1, 10.0, 0.0, 200.0, log=True)
    assert log.at(1.0) == pytest.approx(100.0)


@pytest.mark.parametrize("log", [False, True])
def test_axes_have_round_values_and_not_too_many(log):
    source = random.Random(4)
    for _ in range(300):
        low = 10 ** source.uniform(-4, 3)
        high = low * 10 ** source.uniform(0.02, 6)
        scale = Scale(low, high, 0, 100, log=log)
        ticks = scale.ticks(6)
        assert 2 <= len(ticks) <= 8 or not log
        assert all(low <= tick <= high for tick in ticks)
        assert ticks == sorted(ticks)


def test_an_axis_holds_every_finite_value_within_its_ends():
    assert spread([1.0, math.inf, math.nan, 3.0], (-9, 9), log=False) == pytest.approx((0.88, 3.12))
    low, high = spread([0.5, 100.0, 0.0], (0.005, 50.0), log=True)
    assert low < 0.5
    assert high == 50.0


def test_words_that_would_touch_stand_on_lines_of_their_own():
    assert levels([(0, "problem"), (5, "watch"), (200, "far")], 8) == [0, 1, 0]


# -- ranked dots -----------------------------------------------------------------------------------


@every_question
def test_groups_are_ranked_as_in_the_interactive_chart(question):
    values = {"coverage": 0.1, "drift": 0.05, "diversity": 0.05, "provenance": 7.0}
    values |= rows_made.STEPS
    rows = [MAKERS[question](f"g{i}", values[question] * (i + 1)) for i in range(9)]
    made = answer(question, [*rows, UNKNOWNS[question]])
    figure = audits.chart(made)
    drawn = [text for text in texts(dots(made)) if text.startswith("g") and len(text) in (2, 4)]
    assert drawn == [dict(group)["race"] for group in ranking(made, None, 60).groups]
    marks = {
        round(x, 9)
        for trace in figure.data
        if trace.type == "scatter" and trace.mode == "markers" and trace.name != "real people"
        for x in trace.x
    }
    ours = {
        round(dot.estimate.value, 9)
        for panel in ranking(made, None, 60).panels
        for dot in panel.dots
        if dot.estimate.known
    }
    assert ours <= marks


@pytest.mark.parametrize("question", ["coverage", "drift", "diversity"])
def test_a_ranking_says_what_the_interactive_chart_says(question):
    made = answer(question, [MAKERS[question]("Black", 0.3), MAKERS[question]("White", 0.9)])
    assert dots(made).alt == alt_text(made)


def test_people_in_effect_are_written_as_in_findings():
    rows = [provenance_row("Black", Estimate(3.046, 2.14, 4.34), real=30, synthetic=780)]
    picture = dots(answer("provenance", rows))
    assert "780 synthetic rows rest in effect on 3 of 30 real people" in picture.alt
    assert "3" in texts(picture)


@every_question
def test_the_number_of_rows_stands_beside_every_group(question):
    row = rows_made.sized(question, MAKERS[question]("Black"), 1234, 56789)
    made = answer(question, [row])
    assert {"1,234", "56,789", *ranking(made, None, 1).heads} <= set(texts(dots(made)))


@every_question
@pytest.mark.parametrize("value", [1e-9, 0.00123, 123456.0])
def test_no_value_is_cut(question, value):
    made = answer(question, [MAKERS[question]("Black", value)])
    picture = dots(made)
    [said] = [panel.dots[0].says for panel in ranking(made, None, 1).panels[:1]]
    [shown] = [item for item in items(picture, Text) if item.text == said and item.bold]
    assert cut(shown.text, shown.size, shown.room, bold=True) == said


@every_question
def test_a_group_without_a_value_is_hatched_and_named(question):
    picture = dots(answer(question, [UNKNOWNS[question]]))
    assert "gone" in texts(picture)
    assert any(item.hatched for item in items(picture, Rect))
    dot = mark("not enough evidence", 0, 0)
    grey = [c for c in items(picture, Circle) if c.stroke == dot.stroke and c.x > 100]
    assert grey == []
    assert picture.alt.startswith("No group")


@every_question
def test_what_is_left_out_is_said(question):
    rows = [MAKERS[question](f"g{i:02}") for i in range(30)]
    unknown = [dataclasses.replace(UNKNOWNS[question], group=about(f"u{i}")) for i in range(3)]
    said = texts(dots(answer(question, [*rows, *unknown]), most=20))
    [note] = [text for text in said if text.startswith("the worst 20 of 33 groups")]
    first = question == "provenance"  # who rests on nobody comes first there
    assert "; 13 more are not drawn" in note
    assert note.endswith("not drawn" if first else ", 3 of them without a value")
    assert not any("not drawn" in text for text in texts(dots(answer(question, rows), most=30)))


@every_question
def test_only_the_groups_asked_for_are_drawn(question):
    made = answer(question, [MAKERS[question](name) for name in ("Black", "White", "Asian")])
    said = texts(dots(made, groups=[about("Asian")]))
    assert "Asian" in said
    assert not {"Black", "White"} & set(said)
    assert "no group to show" in texts(dots(made, groups=[]))


@pytest.mark.parametrize(
    ("question", "setting", "value", "says"),
    [
        ("coverage", "share_watch", 0.9, "watch 0.90"),
        ("coverage", "share_problem", 0.75, "problem 0.75"),
        ("drift", "auc_watch", 0.64, "watch 0.64"),
        ("drift", "auc_problem", 0.72, "problem 0.72"),
        ("diversity", "sameness_watch", 0.21, "watch 21 %"),
        ("diversity", "sameness_problem", 0.22, "problem 22 %"),
        ("provenance", "support_watch", 70, "watch 70"),
        ("provenance", "basis_problem", 17, "problem 17"),
    ],
)
def test_limits_come_from_the_settings_of_the_answer(question, setting, value, says):
    rows = [MAKERS[question]("Black")]
    changed = answer(question, rows, Settings().having(**{setting: value}))
    assert says in texts(dots(changed))
    assert says not in texts(dots(answer(question, rows)))


def test_a_dot_stands_between_the_ends_of_its_interval_and_the_limit_at_its_value():
    row = coverage_row("Black", Estimate(0.6, 0.4, 0.8))
    picture = dots(answer("coverage", [row]))
    [dot] = [c for c in items(picture, Circle) if c.y < 40]
    [interval] = [one for one in items(picture, Line) if one.stroke == "ok"]
    assert interval.x1 < dot.x < interval.x2
    [limit] = [one for one in items(picture, Line) if one.x1 == one.x2 == interval.x2 and one.dash]
    assert limit.stroke == "quiet"  # the watch limit, 0.8, stands where the interval ends
    ratio = math.log(0.6 / 0.4) / math.log(0.8 / 0.4)
    assert (dot.x - interval.x1) / (interval.x2 - interval.x1) == pytest.approx(ratio)


def test_an_interval_beyond_the_axis_ends_in_an_arrow():
    def arrows(estimate):
        picture = dots(answer("coverage", [coverage_row("Black", estimate)]))
        return sum(len(p.points) == 3 and p.fill == "ok" for p in items(picture, Polygon))

    assert arrows(Estimate(1.0, 0.9, math.inf)) == 1
    assert arrows(Estimate(1.0, 0.9, 1.1)) == 0


def test_provenance_shows_the_real_people_beside():
    row = provenance_row("Black", Estimate(3.0, 2.0, 4.0), real=30)
    picture = dots(answer("provenance", [row]))
    ticks = [line for line in items(picture, Line) if line.stroke == "real"]
    assert len(ticks) == 2  # one on the axis, one in the legend
    assert "real people" in texts(picture)


def test_drift_names_the_column_that_moved_most():
    columns = (
        column_row("Black", "age", spread_around(0.4)),
        column_row("Black", "region", spread_around(0.3), "total variation"),
    )
    picture = dots(answer("drift", [drift_row("Black", spread_around(0.7))], columns=columns))
    assert "region" in texts(picture)  # 0.3 of 0.2 is more than 0.4 of 0.5
    assert "0.30 of people" in texts(picture)
    assert "age" not in texts(picture)


def test_the_axis_of_columns_begins_at_nothing_moved():
    columns = (column_row("Black", "age", spread_around(0.4)),)
    made = answer("drift", [drift_row("Black", spread_around(0.7))], columns=columns)
    assert texts(dots(made)).count("0") == 1


def test_a_question_without_a_picture_is_named():
    with pytest.raises(UnknownNameError, match="weather"):
        dots(answer("weather", []))


# -- the strip of people ---------------------------------------------------------------------------


def people_of(picture):
    """The dots of the strip itself, not those of its legend: left to right."""
    everyone = [c for c in items(picture, Circle) if "real" in (c.fill, c.stroke)]
    row = min(c.y for c in everyone)
    found = [c for c in everyone if c.y - row < 0.6]
    return sorted(found, key=lambda c: c.x)


@pytest.mark.parametrize("n", [1, 2, 3, 15, 30, 100, 300])
def test_there_is_a_dot_for_every_real_person(n):
    people = [max(300 // (i + 1) - 20, 0) for i in range(n)]
    drawn = people_of(strip(a_card(people, basis=Estimate(1.0, 1.0, 2.0))))
    assert len(drawn) == n
    assert [dot.fill == "real" for dot in drawn] == [count > 0 for count in people]
    assert len({round(dot.x, 6) for dot in drawn}) == n


def test_the_bar_is_cut_in_the_proportion_of_the_rows():
    picture = strip(a_card((600, 300, 100, 0)))
    parts = [rect for rect in items(picture, Rect) if rect.fill == "synthetic"]
    widths = [part.width for part in parts]
    assert len(parts) == 3
    assert widths[0] / widths[1] == pytest.approx(2, rel=0.02)
    assert widths[1] / widths[2] == pytest.approx(3, rel=0.02)


def test_every_thread_leads_from_its_part_of_the_bar_to_its_person():
    picture = strip(a_card((600, 300, 100, 0)))
    parts = [rect for rect in items(picture, Rect) if rect.fill == "synthetic"]
    threads = [polygon for polygon in items(picture, Polygon) if polygon.fill == "synthetic tint"]
    dots_ = people_of(picture)
    for part, thread, dot in zip(parts, threads, dots_, strict=False):
        top = [x for x, y in thread.points if y == min(y for _, y in thread.points)]
        bottom = [x for x, y in thread.points if y == max(y for _, y in thread.points)]
        assert min(top) == pytest.approx(part.x, abs=1)
        assert max(top) == pytest.approx(part.x + part.width, abs=1)
        assert sum(bottom) / 2 == pytest.approx(dot.x)
        assert max(bottom) - min(bottom) <= 2 * dot.radius + 1e-9
    assert len(threads) == 3


def test_those_most_used_are_labelled():
    said = texts(strip(a_card((262, 261, 256, 1, *[0] * 26), synthetic=780)))
    assert {"262 rows", "261 rows", "256 rows", "780 synthetic rows"} <= set(said)
    assert "1 row" not in said  # there is no room for it
    assert "26 on whom no row rests" in said
    assert "4 real people with rows that rest on them" in said


def test_the_rule_is_as_long_as_the_people_in_effect():
    picture = strip(a_card((30, 30, 30, 0, 0, 0), basis=Estimate(3.0, 2.0, 4.0)))
    [rule] = [line for line in items(picture, Line) if line.stroke_width > 4]
    drawn = people_of(picture)
    spacing = drawn[1].x - drawn[0].x
    assert rule.x2 - rule.x1 == pytest.approx(3 * spacing)
    [end] = [one for one in items(picture, Line) if one.x1 == one.x2 and one.stroke == "ink"]
    assert end.x1 - rule.x1 == pytest.approx(4 * spacing)
    assert "in effect 3 (2 to 4) people" in texts(picture)


def test_where_people_are_not_listed_their_number_is_set_against_the_rows():
    picture = strip(a_card(real=500, synthetic=1000, basis=Estimate(50.0, 40.0, 60.0)))
    rows, people, effect = (
        next(r.width for r in items(picture, Rect) if r.fill == colour)
        for colour in ("synthetic", "real", "ink")
    )
    assert rows / people == pytest.approx(2)
    assert people / effect == pytest.approx(10)
    assert "on which of them each row rests is not listed" in texts(picture)
    assert "not listed" in picture.alt


@pytest.mark.parametrize(
    ("real", "synthetic", "says"),
    [
        (0, 40, "there is no real person that these rows could rest on"),
        (15, 0, "there is no synthetic row that could rest on anybody"),
        (0, 0, "how many people and rows there are is not shown"),
    ],
)
def test_a_group_missing_from_a_table_says_so(real, synthetic, says):
    picture = strip(a_card([0] * real, real=real, synthetic=synthetic))
    assert says in texts(picture)
    assert says in picture.alt.lower()


def test_the_strip_says_on_whom_the_rows_rest():
    card = a_card(
        (262, 261, 256, 1), real=4, synthetic=780, basis=Estimate(3.046, 2.1, 4.3),
        says="the 3 of 4 real people most used carry nearly all",
    )  # fmt: skip
    assert strip(card).alt == (
        "Black: 780 synthetic rows, 4 real people, in effect 3 (2.1 to 4.3). The 3 of 4 real "
        "people most used carry nearly all. The rows on those most used: 262, 261, 256."
    )


def test_the_strip_of_the_sample_shows_three_people_of_thirty(three):
    card = audits.cards.card(three, {"race": "Black"})
    drawn = people_of(strip(card))
    assert len(drawn) == card.real == 30
    assert sum(dot.fill == "real" for dot in drawn) == sum(n > 0 for n in card.people)


# -- Lorenz curve ----------------------------------------------------------------------------------


def curve(picture):
    [line] = [p for p in items(picture, Polygon) if not p.closed]
    return line.points


def test_people_used_alike_give_the_straight_line():
    points = curve(lorenz(a_card((5,) * 8)))
    left, right = points[0], points[-1]
    for x, y in points:
        assert (y - left[1]) / (right[1] - left[1]) == pytest.approx(
            (x - left[0]) / (right[0] - left[0])
        )


def test_the_curve_bends_where_few_carry_all():
    points = curve(lorenz(a_card((90, 10, 0, 0, 0, 0, 0, 0, 0, 0))))
    low, high = points[0][1], points[-1][1]
    shares = [(low - y) / (low - high) for _, y in points]
    assert shares[8] == 0
    assert shares[9:] == pytest.approx([0.1, 1.0])


def test_the_share_of_the_five_most_used_is_said():
    picture = lorenz(a_card((10,) * 20, top5=0.25))
    assert "the 5 most used: 25 %" in texts(picture)
    assert picture.alt == "Black: the 5 most used of 20 people carry 25 % of the synthetic rows."


def test_a_curve_of_nobody_says_so():
    for card in (a_card(real=10, synthetic=40), a_card((0, 0, 0))):
        assert texts(lorenz(card)) == ["on whom each row rests is not listed"]


# -- real and synthetic ----------------------------------------------------------------------------


def test_bins_are_drawn_as_shares_of_each_table():
    picture = profile(numeric(real=(10, 20, 10), synthetic=(0, 100, 0)))
    [real] = [p for p in items(picture, Polygon) if p.stroke == "real"]
    [synthetic] = [p for p in items(picture, Polygon) if p.stroke == "synthetic"]
    floor = max(y for _, y in synthetic.points)
    peak = [floor - min(y for _, y in one.points) for one in (real, synthetic)]
    assert peak[0] / peak[1] == pytest.approx(0.5)  # half of the real rows, all synthetic ones
    assert synthetic.dash
    assert not real.dash


def test_real_is_solid_and_synthetic_hatched():
    picture = profile(categories(real=(30, 10), synthetic=(10, 30)))
    bars = [r for r in items(picture, Rect) if r.stroke in ("real", "synthetic") and r.y > 25]
    assert [(bar.stroke, bar.hatched) for bar in bars] == [
        ("real", False), ("synthetic", True), ("real", False), ("synthetic", True),
    ]  # fmt: skip
    assert bars[0].width / bars[1].width == pytest.approx(3)
    assert {"75 %", "25 %"} <= set(texts(picture))


@pytest.mark.parametrize("row", [numeric(), categories()])
def test_the_numbers_of_rows_stand_above_a_profile(row):
    said = texts(profile(row))
    assert f"real, n = {sum(row.real)}" in said
    assert f"synthetic, n = {sum(row.synthetic)}" in said
    assert row.attribute in said


def test_what_is_missing_of_a_number_is_said():
    labels = ("0 to 1", "1 to 2", "2 to 3", "missing")
    picture = profile(numeric((5, 10, 5, 20), (5, 10, 5, 0), labels=labels))
    assert "missing: 50 % of real and 0 % of synthetic rows" in texts(picture)
    picture = profile(numeric((5, 10, 5, 0), (5, 10, 5, 0), labels=labels))
    assert not any("missing" in text for text in texts(picture))


def test_a_profile_without_rows_says_so():
    for row in (numeric((0, 0, 0), (0, 0, 0)), categories((0, 0), (0, 0))):
        picture = profile(row)
        assert "no rows to show" in texts(picture)
        assert "no real rows" in picture.alt
    one_sided = profile(categories((3, 1), (0, 0)))
    assert "no synthetic rows" in one_sided.alt


# -- heat maps -------------------------------------------------------------------------------------


def test_every_group_has_a_word_and_a_shape_for_every_question():
    audit = an_audit(
        finding("Black"), finding("Black", "ok", "drift"), finding("White", "watch", "drift"),
    )  # fmt: skip
    picture = verdicts(audit)
    said = texts(picture)
    assert [text for text in said if text in ("Black", "White")] == ["Black", "White"]
    assert {"coverage", "drift", "problem", "ok", "watch"} <= set(said)
    marks = [p for p in items(picture, Polygon) if p.fill == "problem"]
    assert len(marks) == 1
    assert picture.alt == (
        "Of 2 groups, 1 have a problem in at least one question; the most are Black's: coverage."
    )


def test_the_worst_verdict_of_a_question_counts():
    picture = verdicts(an_audit(finding("Black", "ok"), finding("Black", "watch")))
    assert "watch" in texts(picture)
    assert "ok" not in texts(picture)


def test_a_matrix_is_cut_at_sixty_groups_and_says_so():
    picture = verdicts(an_audit(*(finding(f"g{i:02}") for i in range(80))), most=500)
    assert sum(text.startswith("g") for text in texts(picture)) == 60
    assert "the worst 60 of 80 groups; the others are in the table" in texts(picture)


def test_an_audit_without_findings_says_so():
    assert verdicts(an_audit()).alt == "No group was judged."


def crossed(ratios):
    return answer(
        "coverage",
        [
            coverage_row("", ratio, real=real, group=(("race", first), ("sex", second)))
            for (first, second), (ratio, real) in ratios.items()
        ],
    )


def test_a_crossing_has_the_ratio_and_the_number_of_people_in_each_cell():
    made = crossed({
        ("Black", "f"): (Estimate(0.3, 0.2, 0.4), 15), ("Black", "m"): (spread_around(1.0), 17),
        ("White", "f"): (spread_around(2.0), 900),
    })  # fmt: skip
    picture = crossing(made, "race", "sex")
    said = texts(picture)
    assert {"0.30", "n 15", "1.00", "n 17", "2.00", "n 900"} <= set(said)
    hatched = [rect for rect in items(picture, Rect) if rect.hatched]
    assert len(hatched) == 1  # White × m, of whom nothing is known
    assert "not shown" in said
    assert [p.fill for p in items(picture, Polygon)] == ["over", "problem"]  # more people first
    assert "lowest share ratio is Black × f's, 0.30 (0.20 to 0.40), with 15 real people" in (
        picture.alt
    )


def test_a_cell_without_a_ratio_is_hatched():
    made = crossed({("Black", "f"): (UNKNOWN, 0), ("White", "f"): (spread_around(1.0), 10)})
    picture = crossing(made, "race", "sex")
    assert sum(rect.hatched for rect in items(picture, Rect)) == 1
    assert "n 0" in texts(picture)
    assert picture.alt.endswith("1 have no ratio.")


def test_a_crossing_of_many_columns_has_shapes_and_a_key():
    ratios = {(f"r{i}", f"c{j:02}"): (spread_around(1.0), 9) for i in range(3) for j in range(70)}
    picture = crossing(crossed(ratios), "race", "sex")
    said = " ".join(texts(picture))
    assert "too many columns for numbers: they are in the table" in said
    assert "the first 60 of 70 values of sex; the table has all" in said
    assert "1 c00," in said
    assert len(items(picture, Circle)) == 180
    for item in picture.items:
        assert extent(item)[2] <= picture.width + 1


def test_a_crossing_of_features_that_are_not_there_says_so():
    assert "no group of race × age to show" in texts(crossing(crossed({}), "race", "age"))
    with pytest.raises(UsageError, match="crossing shows coverage"):
        crossing(answer("drift", []), "race", "sex")


# -- several on one sheet --------------------------------------------------------------------------


def test_pictures_on_one_sheet_stand_clear_of_each_other():
    one = Picture(100, 50, (Rect(0, 0, 100, 50, fill="ok"),), "One.")
    sheet = grid([one, one, one], columns=2, gap=10)
    assert [(r.x, r.y) for r in sheet.items] == [(0, 0), (110, 0), (0, 60)]
    assert (sheet.width, sheet.height) == (210, 110)
    assert sheet.alt == "One. One. One."


def test_every_kind_of_item_moves_along():
    shapes = (
        Line(1, 2, 3, 4), Polygon(((1, 2), (3, 4))), Circle(1, 2, 1), Text(1, 2, "a"),
        Rect(1, 2, 3, 4),
    )  # fmt: skip
    sheet = grid([Picture(10, 10, (), "A."), Picture(10, 10, shapes, "B.")], gap=5)
    for before, after in zip(shapes, sheet.items, strict=True):
        assert extent(after)[0] - extent(before)[0] == 15
        assert extent(after)[1] == extent(before)[1]


@pytest.fixture(scope="module")
def three():
    return audits.compare(
        SAMPLE / "survey_real.csv", SAMPLE / "synthetic_three.csv", sensitive_features="race"
    )


def test_small_profiles_say_how_many_rows_once_where_all_have_as_many():
    rows = [numeric((10, 10, 10), (0, 60, 0)), categories((20, 10), (15, 45))]
    said = texts(profiles(rows, 467))
    assert said.count("real, n = 30") == 1
    assert said.count("synthetic, n = 60") == 1
    assert "66.7 · 25 %" in said
    uneven = texts(profiles([*rows, categories((1, 1), (1, 2), name="paid")], 467))
    assert not [one for one in uneven if one.startswith("real, n")]
    assert {"age, n = 30 · 60", "paid, n = 2 · 3"} <= set(uneven)


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_small_profiles_stay_on_their_sheet(count):
    picture = profiles([categories(name=f"column {i}") for i in range(count)], 467)
    assert picture.width == 467
    assert max(item.x + item.width for item in items(picture, Rect)) <= 467
    assert picture.alt.count("Black") >= count


def test_a_low_strip_keeps_everybody_and_is_lower():
    card = a_card((262, 261, 256, 1, *[0] * 26), synthetic=780, basis=Estimate(3.0, 2.0, 4.0))
    tall, low = strip(card), strip(card, height=104)
    assert low.height < tall.height - 10
    assert len(items(low, Circle)) == len(items(tall, Circle))
    assert lorenz(card, 168, 104).height == 104
