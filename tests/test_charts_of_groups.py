"""Pictures of what is known about groups: heat maps, people, profiles, curves."""

import dataclasses
import json
import math
import re

import pytest
from test_charts import (
    HOSTILE,
    MAKERS,
    UNKNOWN,
    answer,
    coverage_row,
    every_question,
    group,
    intervals,
    labels,
    spread,
)

import audits
from audits.cards import Card
from audits.charts import heat, names, representation
from audits.charts.lorenz import lorenz, points
from audits.charts.profiles import profile_figure
from audits.charts.strip import strip
from audits.errors import UsageError
from audits.estimates import Estimate
from audits.pictures import ranked_reference
from audits.pictures.model import DARK, LIGHT
from audits.questions.diversity_rows import AttributeDiversityRow
from audits.questions.drift_rows import ProfileRow
from audits.results import Audit, Finding, Verdict
from audits.settings import Settings

THREE = (262, 261, 256, 1) + (0,) * 26


def card(people=THREE, name="Black"):
    return Card(
        group(name), name, Verdict.PROBLEM, {}, (), "", len(people), sum(people), spread(0.1),
        spread(0.1), spread(1.0), spread(3.0), 256.0, 1.0, spread(0.2), people, "", (), (), (), (),
        (),
    )  # fmt: skip


def finding(name, question, verdict):
    return Finding(question, group(name), None, verdict, f"{name}: so.")


def audit(findings):
    asked = dict.fromkeys(one.question for one in findings)
    answers = {question: answer(question, []) for question in asked}
    return Audit((), ("race",), (), Settings(), answers, tuple(findings), (), {})


def crossed(first, second, ratio, real=100):
    row = coverage_row("x", ratio, real=real)
    return dataclasses.replace(row, group=(("race", first), ("sex", second)))


def attribute_row(name, attribute, index):
    return AttributeDiversityRow(
        group(name), attribute, 50, 500, 0.5, 0.4, index, -0.2, 0.05, 49.0, math.nan, "v", 20, 0.2,
        0.4, 0.01, 0.05, math.nan, "everyone else", UNKNOWN, 0.5, 0.5,
    )  # fmt: skip


def profile(name="Black", attribute="age", labels=("0 to 10", "10 to 20"), **given):
    held = {"edges": (0.0, 10.0, 20.0), "real": (3, 1), "synthetic": (0, 9)} | given
    return ProfileRow(group(name), attribute, "numeric", labels, **held)


def words(figure):
    """Every text of a figure that Plotly would read as markup."""
    found = [figure.layout.title.text or ""]
    found += [note.text for note in figure.layout.annotations]
    for trace in figure.data:
        found += [trace.name or "", *(trace.hovertext or ()), *(trace.text or ())]
    return found


def cells(figure):
    """Row, column and text of every cell."""
    return {
        (math.floor(base), x): (text, trace.name)
        for trace in figure.data
        for base, x, text in zip(trace.base, trace.x, trace.text, strict=True)
    }


def roles(figure):
    return {trace.marker.line.color for trace in figure.data}


def every_figure(name="Black", theme="light"):
    rows = [attribute_row(name, name, spread(0.5))]
    return {
        "dots": audits.chart(answer("coverage", [coverage_row(name, spread(0.5))]), theme=theme),
        "verdicts": heat.verdict_heat(
            audit([finding(name, "coverage", Verdict.PROBLEM)]), theme=theme
        ),
        "crossed": heat.ratio_heat(
            answer("coverage", [crossed(name, name, spread(0.5))]), "race", "sex", theme=theme
        ),
        "sameness": heat.sameness_heat(
            answer("diversity", [], attributes=tuple(rows)), theme=theme
        ),
        "population": representation.against_reference(
            answer("coverage", [against(name, spread(0.2), spread(0.9))]), theme=theme
        ),
        "strip": strip(card(name=name), theme=theme),
        "lorenz": lorenz(card(name=name), theme=theme),
        "ridges": profile_figure([profile(name, name)], theme=theme),
        "bars": profile_figure(
            [profile(name, name, labels=(name, "other"), edges=())], theme=theme
        ),
    }


def against(name, real, synthetic, count=100):
    row = coverage_row(name, spread(1.0), real=count)
    return dataclasses.replace(row, representation=real, representation_synthetic=synthetic)


# -- every figure ----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", HOSTILE)
def test_no_figure_obeys_a_name(name):
    for kind, figure in every_figure(name).items():
        for text in words(figure):
            assert not re.search(r"<(?!br>|/?b>)", text), (kind, text)
            assert "<b>bold" not in text.replace("<b>&lt;b&gt;", ""), (kind, text)
            assert "$" not in text, (kind, text)
            assert "\x1b" not in text, (kind, text)
        assert "\x1b" not in figure.layout.meta["alt"], kind


@pytest.mark.parametrize(("theme", "paper"), [("light", LIGHT["paper"]), ("dark", DARK["paper"])])
def test_every_figure_is_light_or_dark_throughout(theme, paper):
    other = DARK if theme == "light" else LIGHT
    foreign = {colour.lower() for colour in other.values()} - {
        colour.lower() for colour in (LIGHT if theme == "light" else DARK).values()
    }
    for kind, figure in every_figure(theme=theme).items():
        assert figure.layout.paper_bgcolor == figure.layout.plot_bgcolor == paper
        drawn = set(re.findall(r"#[0-9a-f]{6}", json.dumps(figure.to_dict(), default=str).lower()))
        assert drawn, kind
        assert not drawn & foreign, kind


def test_every_figure_says_in_one_sentence_what_it_shows():
    for kind, figure in every_figure().items():
        said = figure.layout.meta["alt"]
        assert said.endswith("."), kind
        assert "Black" in said, kind


def test_no_figure_fixes_its_width_so_that_a_phone_can_show_it():
    for kind, figure in every_figure().items():
        assert figure.layout.width is None, kind
        assert figure.layout.margin.l + figure.layout.margin.r <= 60, kind


def test_every_mark_of_a_group_carries_the_group():
    figures = every_figure()
    for kind in ("dots", "verdicts", "crossed", "sameness", "population"):
        found = [
            names.marked(list(carried))
            for trace in figures[kind].data
            for carried in (trace.customdata if trace.customdata is not None else ())
        ]
        assert found, kind
        for known in found:
            assert known is not None, kind
            assert dict(known[0])["race"] == "Black", kind


@pytest.mark.parametrize(
    "carried", [None, 3, "x", [], ["x"], ["{", ""], ["[[1]]", ""], ["3", ""], [None, None]]
)
def test_what_no_mark_carries_is_nothing(carried):
    assert names.marked(carried) is None


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mark_gives_back_the_group_whatever_its_name(name):
    known = (("a\u0301", "1"), ("race", name))
    assert names.marked(names.mark(known, name)) == (known, name)


# -- dots ------------------------------------------------------------------------------------------


@every_question
def test_some_groups_can_be_drawn_alone(question):
    made = answer(question, [MAKERS[question](name) for name in ("a", "b", "c")])
    figure = audits.chart(made, groups=[group("b"), {"race": "c"}])
    assert sorted(labels(figure)) == ["b", "c"]
    assert "2 groups" in figure.layout.meta["alt"]


@every_question
def test_a_group_can_be_set_off(question):
    made = answer(question, [MAKERS[question](name) for name in ("a", "b")])
    figure = audits.chart(made, highlight={"race": "b"})
    [band] = [shape for shape in figure.layout.shapes if shape.name == "set off"]
    assert band.y0 < labels(figure).index("b") < band.y1
    plain = audits.chart(made)
    assert not [shape for shape in plain.layout.shapes if shape.name == "set off"]


def test_no_line_to_compare_with_crosses_a_name():
    made = answer("coverage", [coverage_row(name, spread(1.0)) for name in "ab"])
    figure = audits.chart(made)
    places = [note.y for note in figure.layout.annotations if note.name == "name"]
    assert len(places) == 2
    limits = [trace for trace in figure.data if trace.meta == "limit"]
    assert limits
    for trace in limits:
        for start, end in zip(trace.y[::3], trace.y[1::3], strict=True):
            assert not any(start <= place <= end for place in places)


# -- against the population ------------------------------------------------------------------------


def test_sample_and_synthetic_table_stand_beside_each_other():
    row = against("Black", Estimate(0.1, 0.05, 0.2), Estimate(1.0, 0.9, 1.1))
    figure = representation.against_reference(answer("coverage", [row]))
    found = {t.name: (t.x[0], t.marker.symbol) for t in figure.data if t.mode == "markers"}
    assert found == {
        "real table ÷ reference": (0.1, "circle"),
        "synthetic table ÷ reference": (1.0, "square"),
    }
    assert intervals(figure) == [(0.05, 0.2), (0.9, 1.1)]
    dashes = [t.line.dash for t in figure.data if t.name == "interval"]
    assert dashes == ["solid", "dot"]


def test_the_band_of_what_is_near_enough_is_shaded():
    made = answer("coverage", [against("a", spread(1.0), spread(1.0))])
    for figure in (representation.against_reference(made), audits.chart(made)):
        [band] = [shape for shape in figure.layout.shapes if shape.name == "band"]
        assert (band.x0, band.x1) == (0.8, 1.25)


def test_too_few_people_have_no_rate_but_keep_their_line():
    rows = [against("few", spread(1), spread(1), count=9), against("many", spread(1), spread(1))]
    few = ranked_reference.too_few(answer("coverage", rows), 10)
    figure = representation.against_reference(few)
    assert labels(figure) == ["many", "few"]
    [hatched] = [t for t in figure.data if t.type == "bar"]
    assert list(hatched.y) == [1]
    marks = [t for t in figure.data if t.type == "scatter" and t.mode == "markers"]
    assert all(list(t.y) in ([0], [0.2]) for t in marks)


def test_rates_of_too_few_are_left_out_of_an_answer():
    made = answer("coverage", [coverage_row("a", spread(1), real=9), coverage_row("b", spread(1))])
    found = ranked_reference.too_few(made, 10)
    assert [row.ratio.known for row in found.rows] == [False, True]
    assert found.tables["groups"] == found.rows
    assert [row.ratio.known for row in made.rows] == [True, True]


# -- heat maps -------------------------------------------------------------------------------------


def test_verdicts_have_word_and_shape_in_every_cell():
    found = heat.verdict_heat(
        audit([
            finding("bad", "coverage", Verdict.PROBLEM),
            finding("bad", "drift", Verdict.WATCH),
            finding("good", "coverage", Verdict.OK),
            finding("good", "drift", Verdict.NOT_ENOUGH_EVIDENCE),
        ])
    )  # fmt: skip
    assert {place: text for place, (text, _) in cells(found).items()} == {
        (0, 0): "▼ problem",
        (0, 1): "◆ watch",
        (1, 0): "● ok",
        (1, 1): "○ not enough<br>evidence",
    }


def test_the_worst_group_stands_first_and_sixty_are_the_most():
    many = [finding(f"g{i:03}", "coverage", Verdict.OK) for i in range(70)]
    figure = heat.verdict_heat(audit([*many, finding("worst", "coverage", Verdict.PROBLEM)]))
    assert len(labels(figure)) == 60
    assert labels(figure)[0] == "worst"
    assert "60 of 71 groups, the worst first; the table has all" in words(figure)


def test_the_worst_of_several_findings_is_what_a_cell_says():
    both = [finding("a", "drift", Verdict.OK), finding("a", "drift", Verdict.PROBLEM)]
    assert [t for t, _ in cells(heat.verdict_heat(audit(both))).values()] == ["▼ problem"]


def test_crossed_features_have_ratio_and_people_in_every_cell():
    made = answer(
        "coverage",
        [
            crossed("Black", "female", Estimate(0.3, 0.2, 0.4), real=15),
            crossed("Black", "male", Estimate(1.0, 0.9, 1.1), real=60),
            crossed("White", "male", UNKNOWN, real=0),
            coverage_row("Black", spread(1.0)),
        ],
    )
    found = cells(heat.ratio_heat(made, "race", "sex"))
    assert sorted(text for text, _ in found.values()) == [
        "▼ 0.30<br>n 15",
        "○ no rate<br>n 0",
        "● 1.00<br>n 60",
    ]


def test_cells_of_too_few_people_are_hatched_and_have_no_rate():
    made = answer(
        "coverage",
        [crossed("a", "x", spread(0.3), real=9), crossed("a", "y", spread(0.3), real=10)],
    )
    figure = heat.ratio_heat(ranked_reference.too_few(made, 10), "race", "sex")
    [few] = [t for t in figure.data if t.marker.pattern.shape == "/"]
    assert list(few.text) == ["○ no rate<br>n 9"]
    assert "0.30" not in few.hovertext[0]


def test_the_rarest_values_are_left_out_of_a_wide_heat_map_and_it_says_so():
    rows = [crossed(f"r{i:03}", "x", spread(1.0), real=1000 - i) for i in range(70)]
    figure = heat.ratio_heat(answer("coverage", rows), "race", "sex")
    assert labels(figure) == [f"r{i:03}" for i in range(60)]
    assert any("60 × 1 of 70 × 1 values" in text for text in words(figure))


def test_variety_lost_is_in_percent_with_a_shape_where_it_is_sure():
    rows = (
        attribute_row("a", "age", Estimate(0.83, 0.7, 0.9)),
        attribute_row("a", "region", Estimate(0.15, 0.12, 0.2)),
        attribute_row("a", "income", Estimate(0.35, 0.05, 0.5)),
        attribute_row("a", "insured", Estimate(-0.41, -0.5, -0.3)),
        attribute_row("a", "skin", UNKNOWN),
    )
    figure = heat.sameness_heat(answer("diversity", [], attributes=rows))
    assert sorted(text for text, _ in cells(figure).values()) == [
        "35", "–", "▲<br>−41", "▼<br>83", "◆<br>15",
    ]  # fmt: skip
    assert len(roles(figure)) == 5


def test_a_cell_carries_group_and_column():
    rows = (attribute_row("a", "age", spread(0.5)),)
    figure = heat.sameness_heat(answer("diversity", [], attributes=rows))
    assert names.marked(list(figure.data[0].customdata[0])) == (group("a"), "age")


def test_small_groups_keep_their_line_in_the_heat_map():
    rows = (attribute_row("few", "age", UNKNOWN), attribute_row("many", "age", spread(0.5)))
    assert labels(heat.sameness_heat(answer("diversity", [], attributes=rows))) == ["many", "few"]


@pytest.mark.parametrize(
    "figure",
    [
        lambda: heat.verdict_heat(audit([])),
        lambda: heat.ratio_heat(answer("coverage", []), "race", "sex"),
        lambda: heat.sameness_heat(answer("diversity", [])),
        lambda: representation.against_reference(answer("coverage", [])),
    ],
)
def test_a_heat_map_of_nothing_says_so(figure):
    assert figure().layout.meta["alt"].startswith("No group")


# -- people ----------------------------------------------------------------------------------------


def swarm(figure):
    [rows] = [t for t in figure.data if t.name.startswith("small dot")]
    return rows


def test_every_person_is_a_dot_and_every_row_a_small_one():
    figure = strip(card())
    people = {t.name: len(t.x) for t in figure.data if t.name.startswith("real person")}
    assert people == {"real person": 4, "real person on whom nothing rests": 26}
    assert len(swarm(figure).x) == sum(THREE)
    assert swarm(figure).name == "small dot: one synthetic row"
    assert [note.text for note in figure.layout.annotations] == ["262", "261", "256", "1"]


def test_rows_lie_around_their_own_person_and_nobody_elses():
    figure = strip(card((40, 3, 0)))
    [carrying] = [t for t in figure.data if t.name == "real person"]
    first, second = zip(carrying.x, carrying.y, strict=True)
    rows = list(zip(swarm(figure).x, swarm(figure).y, strict=True))
    nearest = [min((first, second), key=lambda p: math.dist(p, row)) for row in rows]
    assert (nearest.count(first), nearest.count(second)) == (40, 3)
    assert all(math.dist(p, row) < 0.5 for p, row in zip(nearest, rows, strict=True))


def test_no_two_people_and_no_two_rows_stand_on_each_other():
    figure = strip(card())
    people = [
        place
        for t in figure.data
        if t.name.startswith("real person")
        for place in zip(t.x, t.y, strict=True)
    ]
    assert len({*people}) == 30
    rows = list(zip(swarm(figure).x, swarm(figure).y, strict=True))
    assert len({*rows}) == len(rows)
    assert min(math.dist(p, row) for p in people for row in rows) > 0.1


def test_people_carrying_nothing_differ_in_shape():
    symbols = {
        t.name: t.marker.symbol for t in strip(card()).data if t.name.startswith("real person")
    }
    assert symbols["real person"] != symbols["real person on whom nothing rests"]


def test_of_many_rows_a_dot_stands_for_several_and_it_says_so():
    figure = strip(card((90_000, 1, 0)))
    assert swarm(figure).name == "small dot: about 101 synthetic rows"
    assert 800 <= len(swarm(figure).x) <= 1000
    assert "90,000" in [note.text for note in figure.layout.annotations]
    first, second = ((n + 0.5, swarm(figure).y[0]) for n in range(2))
    rows = zip(swarm(figure).x, swarm(figure).y, strict=True)
    near = [row for row in rows if math.dist(row, second) < math.dist(row, first)]
    assert len(near) == 1, "a single row is one dot, however many a dot stands for"


def test_at_most_ten_people_stand_beside_each_other():
    figure = strip(card((1,) * 100))
    assert figure.layout.xaxis.range[1] <= 10


def test_people_that_are_not_listed_are_not_invented():
    unlisted = dataclasses.replace(card(()), real=30, synthetic=780)
    for figure in (strip(unlisted), lorenz(unlisted)):
        assert "whom the rows rest on is not listed" in words(figure)
        assert "not listed" in figure.layout.meta["alt"]


def test_people_in_words():
    assert strip(card()).layout.meta["alt"] == (
        "Black: 780 synthetic rows, 30 real people, in effect 3 (2.7 to 3.3). The rows on those "
        "most used: 262, 261, 256."
    )


def test_the_curve_runs_from_nobody_to_everybody_below_the_diagonal():
    x, y = points(card((6, 3, 1, 0)))
    assert x == [0.0, 0.25, 0.5, 0.75, 1.0]
    assert y == [0.0, 0.0, 0.1, 0.4, 1.0]


def test_rows_spread_evenly_lie_on_the_diagonal():
    x, y = points(card((5, 5, 5)))
    assert y == pytest.approx(x)


# -- profiles --------------------------------------------------------------------------------------


def sides(figure):
    return {t.name.split(" ")[0]: t for t in figure.data}


def test_a_numeric_column_is_two_ridges_real_solid_and_synthetic_dotted():
    found = sides(profile_figure([profile()]))
    assert (found["real"].line.dash, found["synthetic"].line.dash) == ("solid", "dot")
    assert list(found["real"].x) == [0, 5, 15, 20]
    heights = [-y for y in found["real"].y]
    assert heights[1] == pytest.approx(3 * heights[2])
    assert heights[0] == heights[3] == 0


def test_a_ridge_says_how_many_rows_are_in_a_part():
    found = sides(profile_figure([profile()]))
    assert found["real"].hovertext[1] == "0 to 10: 3 of 4 real rows"
    assert found["synthetic"].hovertext[2] == "10 to 20: 9 of 9 synthetic rows"


def test_missing_values_of_a_number_are_said_and_no_part_of_the_ridge():
    row = profile(labels=("0 to 10", "10 to 20", "missing"), real=(3, 1, 8), synthetic=(0, 9, 5))
    figure = profile_figure([row])
    ridge = sides(figure)["real"]
    assert len(ridge.x) == 4
    assert min(ridge.y) == min(sides(profile_figure([profile()]))["real"].y)
    assert any("missing: 8 and 5" in text for text in words(figure))


def test_everyone_stands_beneath_the_group():
    everyone = dataclasses.replace(profile(), group=())
    figure = profile_figure([profile(), everyone])
    named = [note.text for note in figure.layout.annotations]
    assert [re.match("<b>(.*?)</b>", text)[1] for text in named] == ["Black", "everyone"]
    assert [t.name for t in figure.data if t.showlegend] == ["real", "synthetic"]


def test_a_categorical_column_is_pairs_of_bars_with_share_and_count():
    row = profile("Black", "region", labels=("North", "South"), edges=())
    found = sides(profile_figure([row]))
    assert list(found["real"].text) == ["75 % (3)", "25 % (1)"]
    assert list(found["synthetic"].text) == ["0 % (0)", "100 % (9)"]
    assert found["real"].name == "real (4 rows)"
    assert found["real"].marker.color != found["synthetic"].marker.color
    assert found["synthetic"].marker.line.width > 0


def test_a_group_of_nobody_has_an_empty_profile():
    row = profile(real=(0, 0), synthetic=(0, 0))
    figure = profile_figure([row])
    assert set(sides(figure)["real"].y) == {0.0}
    assert "no real row" in figure.layout.meta["alt"]


@pytest.mark.parametrize("rows", [[], [profile(), profile(attribute="income")]])
def test_profiles_of_several_columns_are_refused(rows):
    with pytest.raises(UsageError, match="one attribute"):
        profile_figure(rows)
