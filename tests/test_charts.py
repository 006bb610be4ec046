"""Pictures: what is drawn, what is said of it, and what names cannot do to it."""

import dataclasses
import json
import math
import re

import pytest
import rows_made

import audits
from audits.charts import names
from audits.charts.answers import alt_text
from audits.errors import UnknownNameError
from audits.estimates import Estimate
from audits.questions.coverage import CoverageRow
from audits.questions.diversity_rows import GroupDiversityRow
from audits.questions.drift_rows import ColumnDriftRow, GroupDriftRow
from audits.questions.provenance_rows import ProvenanceRow
from audits.registry import BUILT_IN, OF_CHAINS
from audits.results import Answer
from audits.settings import Settings

UNKNOWN = Estimate.unknown()
HOSTILE = (
    "<b>bold</b>", "\"quoted\" & 'so'", "$x^2$", "line\nbreak", "esc\x1b[31m", "سود", "👩🏽‍🚀",
)  # fmt: skip


def group(name):
    return (("race", name),)


def coverage_row(name, ratio, real=100, synthetic=100):
    one = Estimate(0.1, 0.05, 0.2)
    return CoverageRow(
        group(name), real, synthetic, float(real), one, one, ratio, float(real), 1000.0, 1000,
        None, UNKNOWN, UNKNOWN, True, 0.0,
    )  # fmt: skip


def drift_row(name, auc, column="age"):
    return GroupDriftRow(
        group(name), 100, 100, 5, column, auc, 0.01, 0.02, (100, 100), UNKNOWN, math.nan, math.nan,
        (100, 100), None, math.nan, 0.3, 0.1, 0.05,
    )  # fmt: skip


def column_row(name, attribute, shift, measure="shift"):
    return ColumnDriftRow(
        group(name), attribute, measure, 100, 100, shift.value, shift, shift.value, 0.01, 0.01, 0
    )


def diversity_row(name, index):
    return GroupDiversityRow(
        group(name), 100, 100, 5, 0.5, 0.4, index, -0.2, 0.05, 99.0, math.nan, (100, 100)
    )


def provenance_row(name, basis, real=100, synthetic=500, interval=None):
    interval = interval or Estimate(basis, basis, basis)
    return ProvenanceRow(
        group(name), real, synthetic, float(real), real, synthetic, True, 20, 20, 20.0, 10.0,
        basis, interval, 25.0, 0.5, Estimate(0.5, 0.4, 0.6), 0.01, 0.01, 0.1, 0.1, 0.01, (), (),
    )  # fmt: skip


def answer(question, rows, settings=None, **tables):
    rows = tuple(rows)
    return Answer(
        question, question.title(), "?", rows, {"groups": rows, **tables}, settings or Settings()
    )


def spread(value):
    return Estimate(value, value * 0.9, value * 1.1)


MAKERS = {
    "coverage": lambda name, value=0.9: coverage_row(name, spread(value)),
    "drift": lambda name, value=0.7: drift_row(name, spread(value)),
    "diversity": lambda name, value=0.2: diversity_row(name, spread(value)),
    "provenance": lambda name, value=20.0: provenance_row(name, value),
    **{
        question: lambda name, *value, make=make: make(group(name), *value)
        for question, make in rows_made.MADE.items()
    },
}
every_question = pytest.mark.parametrize("question", [*BUILT_IN, *OF_CHAINS])


def named(figure):
    return [note.text for note in figure.layout.annotations if note.name == "name"]


def labels(figure):
    """The names over the marks, without what stands beside them."""
    return [re.match("<b>(.*?)</b>", text)[1] for text in named(figure)]


def beside(figure):
    return [re.split(r"</b>(?:<br>|  )", text)[1] for text in named(figure)]


def texts(figure):
    """Everything Plotly would read as markup."""
    found = [note.text for note in figure.layout.annotations]
    for trace in figure.data:
        found += [trace.name or "", *(trace.hovertext or ())]
    return found


def dots(figure):
    """The traces of marks that stand for a group's value."""
    there = [t for t in figure.data if t.type == "scatter" and t.mode == "markers"]
    return [t for t in there if t.name != "real people"]


def intervals(figure):
    """Where intervals begin and end."""
    found = [t for t in figure.data if t.name == "interval"]
    return [(start, end) for t in found for start, end in zip(t.x[::3], t.x[1::3], strict=True)]


def limits(figure):
    return [t.x[0] for t in figure.data if t.meta == "limit"]


def trace(figure, says, axis="x"):
    [found] = [t for t in figure.data if t.name == says and (t.xaxis or "x") == axis]
    return found


# -- every picture ---------------------------------------------------------------------------------


@every_question
def test_there_is_a_picture_of_every_question(question):
    made = answer(question, [MAKERS[question]("Black"), MAKERS[question]("White")])
    figure = audits.chart(made)
    assert sorted(labels(figure)) == ["Black", "White"]
    assert json.loads(figure.to_json())


@every_question
def test_an_empty_answer_says_so(question):
    figure = audits.chart(answer(question, []))
    assert "no group to show" in [note.text for note in figure.layout.annotations]
    assert figure.layout.meta["alt"].startswith("No group")


@every_question
def test_unknown_values_are_listed_without_a_dot(question):
    rows = {
        "coverage": coverage_row("Black", UNKNOWN, real=0),
        "drift": drift_row("Black", UNKNOWN, column=None),
        "diversity": diversity_row("Black", UNKNOWN),
        "provenance": provenance_row("Black", 0.0, real=0),
        **{q: make(group("Black"), UNKNOWN) for q, make in rows_made.UNKNOWN.items()},
    }
    figure = audits.chart(answer(question, [rows[question]]))
    assert labels(figure) == ["Black"]
    assert not dots(figure)
    [hatched] = [t for t in figure.data if t.type == "bar"]
    assert hatched.marker.pattern.shape == "/"
    assert list(hatched.y) == [0]
    assert figure.layout.meta["alt"].startswith("No group")


@every_question
def test_names_are_shown_and_not_obeyed(question):
    figure = audits.chart(answer(question, [MAKERS[question](name) for name in HOSTILE]))
    shown = texts(figure)
    assert "&lt;b&gt;bold&lt;/b&gt;" in labels(figure)
    for text in shown:
        assert not re.search(r"<(?!br>|/?b>)", text), text
        assert "<b>bold" not in text.replace("<b>&lt;b&gt;", "")
        assert "$" not in text
        assert "\x1b" not in text
        assert "\n" not in text
    assert any("سود" in text for text in shown)
    assert "race 👩🏽‍🚀" in labels(figure)
    assert "\x1b" not in figure.layout.meta["alt"]


@every_question
def test_groups_of_one_name_keep_a_line_each(question):
    make = MAKERS[question]
    twin = dataclasses.replace(make("same"), group=(("other column", "same"),))
    assert labels(audits.chart(answer(question, [make("same"), twin]))) == ["same", "same"]


@every_question
def test_only_the_worst_sixty_are_drawn_and_it_says_so(question):
    values = {"coverage": 0.01, "drift": 0.005, "diversity": 0.005, "provenance": 1.0}
    values |= rows_made.STEPS | {"copying": 0.005, "plausibility": 0.005}
    step = values[question]
    rows = [MAKERS[question](f"g{i:03}", step * (i + 1)) for i in range(100)]
    figure = audits.chart(answer(question, rows))
    assert len(labels(figure)) == 60
    lowest_is_worst = question in ("coverage", "provenance", "generations")
    assert labels(figure)[0] == ("g000" if lowest_is_worst else "g099")
    assert labels(figure)[-1] == ("g059" if lowest_is_worst else "g040")
    assert "the worst 60 of 100 groups; the table has all" in texts(figure)


@every_question
def test_fewer_may_be_asked_for_and_never_more(question):
    made = answer(question, [MAKERS[question](f"g{i:03}") for i in range(70)])
    assert len(labels(audits.chart(made, most=5))) == 5
    assert "the worst 5 of 70 groups; the table has all" in texts(audits.chart(made, most=5))
    assert len(labels(audits.chart(made, most=500))) == 60


@every_question
def test_all_sixty_are_drawn_without_a_note(question):
    figure = audits.chart(answer(question, [MAKERS[question](f"g{i:03}") for i in range(60)]))
    assert len(labels(figure)) == 60
    assert not any("the table has all" in text for text in texts(figure))


@every_question
def test_the_alternative_text_travels_with_the_figure(question):
    made = answer(question, [MAKERS[question]("Black"), MAKERS[question]("White")])
    said = alt_text(made)
    assert audits.chart(made).layout.meta["alt"] == said
    assert said.endswith(".")
    assert "2 groups" in said


@every_question
def test_the_answer_is_left_alone(question):
    made = answer(question, [MAKERS[question]("b"), MAKERS[question]("a")])
    before = made.to_dict()
    audits.chart(made)
    assert made.to_dict() == before


@every_question
def test_looks_differ_in_shape_and_word_as_well_as_colour(question):
    values = {
        "coverage": (0.2, 0.65, 1.0, 3.0),
        "drift": (0.95, 0.7, 0.52),
        "diversity": (0.6, 0.15, 0.02),
        "provenance": (5.0, 50.0, 500.0),
        "copying": (0.2, 0.02, 0.001),
        "plausibility": (0.2, 0.02, 0.001),
        "stereotypes": (9.0, 2.0, 1.2),
        "collection": (50.0, 1.0),
        "fairness": (0.2, 0.06, 0.001),
        "generations": (5.0, 50.0, 500.0),
    }
    rows = [MAKERS[question](f"g{i}", value) for i, value in enumerate(values[question])]
    figure = audits.chart(answer(question, rows))
    drawn = dots(figure)
    assert len(drawn) == len(rows)
    for part in ("symbol", "color"):
        assert len({getattr(t.marker, part) for t in drawn}) == len(rows)
    assert len({t.name for t in drawn}) == len(rows)
    assert all(t.showlegend for t in drawn)


def test_a_question_without_a_picture_is_named():
    with pytest.raises(UnknownNameError, match="weather"):
        audits.chart(answer("weather", []))


# -- limits ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "setting", "value"),
    [
        ("coverage", "share_watch", 0.9),
        ("coverage", "share_problem", 0.75),
        ("drift", "auc_watch", 0.64),
        ("drift", "auc_problem", 0.72),
        ("diversity", "sameness_watch", 0.21),
        ("diversity", "sameness_problem", 0.22),
        ("provenance", "support_watch", 70),
        ("provenance", "basis_problem", 17),
    ],
)
def test_limits_come_from_the_settings_of_the_answer(question, setting, value):
    settings = Settings().having(**{setting: value})
    figure = audits.chart(answer(question, [MAKERS[question]("Black")], settings))
    assert value in limits(figure)
    plain = audits.chart(answer(question, [MAKERS[question]("Black")]))
    assert value not in limits(plain)


@pytest.mark.parametrize(("high", "below"), [(0.799, True), (0.8, False), (0.801, False)])
def test_an_interval_that_touches_a_limit_is_not_beyond_it(high, below):
    row = coverage_row("Black", Estimate(0.7, 0.6, high))
    figure = audits.chart(answer("coverage", [row]))
    assert (dots(figure)[0].name == "interval below the watch limit") is below


# -- one by one ------------------------------------------------------------------------------------


def test_coverage_is_drawn_lowest_first_with_its_interval():
    rows = [
        coverage_row("b", Estimate(1.1, 0.9, 1.3)),
        coverage_row("a", Estimate(0.9, 0.85, 0.95), real=15, synthetic=264),
    ]
    figure = audits.chart(answer("coverage", rows))
    assert labels(figure) == ["a", "b"]
    assert list(trace(figure, "interval reaches between the limits").x) == [0.9, 1.1]
    assert intervals(figure) == [(0.85, 0.95), (0.9, 1.3)]
    assert "15 real, 264 synthetic" in beside(figure)
    assert figure.layout.xaxis.type == "log"


def test_coverage_leaves_out_everyone():
    everyone = dataclasses.replace(coverage_row("x", spread(1.0)), group=())
    assert labels(audits.chart(answer("coverage", [everyone]))) == []


def test_an_erased_group_stands_at_the_edge_of_the_logarithmic_axis():
    rows = [
        coverage_row("gone", Estimate(0.0, 0.0, 0.04), synthetic=0),
        coverage_row("here", spread(1.0)),
    ]
    figure = audits.chart(answer("coverage", rows))
    assert labels(figure)[0] == "gone"
    [x] = trace(figure, "interval below the problem limit").x
    assert x > 0
    assert math.log10(x) == pytest.approx(figure.layout.xaxis.range[0])


def test_a_limit_without_end_stays_on_the_axis():
    row = coverage_row("x", Estimate(2.0, 0.9, math.inf))
    figure = audits.chart(answer("coverage", [row]))
    [(_, end)] = intervals(figure)
    assert math.log10(end) == pytest.approx(figure.layout.xaxis.range[1])


def test_an_invented_group_is_named_so():
    figure = audits.chart(answer("coverage", [coverage_row("new", UNKNOWN, real=0)]))
    assert any("invented" in text for text in texts(figure))


def test_groups_without_a_ratio_stand_after_those_with_one():
    rows = [
        coverage_row("new", UNKNOWN, real=0, synthetic=3),
        coverage_row("more", UNKNOWN, real=0, synthetic=9),
        coverage_row("few", UNKNOWN, real=2, synthetic=4),
        coverage_row("here", spread(1.0)),
    ]
    figure = audits.chart(answer("coverage", rows))
    assert labels(figure) == ["here", "more", "few", "new"]
    assert beside(figure)[2] == "2 real, 4 synthetic: too few for a rate"


def test_coverage_in_words():
    rows = [
        coverage_row("low", Estimate(0.5, 0.4, 0.6)),
        coverage_row("same", Estimate(1.0, 0.9, 1.1)),
    ]
    assert alt_text(answer("coverage", rows)) == (
        "Of 2 groups, 1 have a share ratio whose whole interval lies below 0.80; the lowest is "
        "low at 0.50 (0.40 to 0.60), the highest same at 1.00 (0.90 to 1.10)."
    )


def test_drift_has_the_worst_column_in_units_of_its_limit():
    columns = (
        column_row("Black", "age", Estimate(0.4, 0.2, 0.6)),  # 0.8 of the limit 0.5
        column_row("Black", "region", Estimate(0.3, 0.25, 0.35), "total variation"),  # 1.5 of 0.2
        column_row("Black", "unknown", UNKNOWN),
    )
    made = answer("drift", [drift_row("Black", spread(0.55))], columns=columns)
    figure = audits.chart(made)
    [x] = trace(figure, "interval above the problem limit", "x2").x
    assert x == pytest.approx(1.5)
    assert "region 0.30 (0.25 to 0.35) of people" in beside(figure)


def test_drift_puts_a_moved_column_before_rows_that_are_told_apart_a_little():
    columns = (column_row("column", "age", spread(2.0)),)
    rows = [drift_row("rows", spread(0.65)), drift_row("column", UNKNOWN)]
    assert labels(audits.chart(answer("drift", rows, columns=columns))) == ["column", "rows"]


def test_diversity_in_words():
    rows = [
        diversity_row("less", Estimate(0.3, 0.2, 0.4)),
        diversity_row("same", Estimate(0, 0, 0)),
    ]
    assert alt_text(answer("diversity", rows)) == (
        "Of 2 groups, 1 have lost more than 10 % of their variety, by the whole interval; the "
        "most is less with 30 % (20 % to 40 %)."
    )


def test_provenance_has_real_people_beside_effective_ones():
    figure = audits.chart(answer("provenance", [provenance_row("Black", 3.0, real=30)]))
    assert list(trace(figure, "real people").x) == [30]
    assert list(trace(figure, "in effect: below the problem limit").x) == [3.0]
    assert "500 rows on 3 of 30" in beside(figure)


def test_provenance_draws_the_interval_there_is_and_invents_none():
    row = provenance_row("Black", 3.0, interval=Estimate(3.0, 2.0, 5.0))
    assert intervals(audits.chart(answer("provenance", [row]))) == [(2.0, 5.0)]
    row = provenance_row("Black", 3.0, interval=Estimate(3.0, math.nan, math.nan))
    assert intervals(audits.chart(answer("provenance", [row]))) == []


def test_a_long_name_is_cut_on_the_axis_and_whole_on_hover():
    long = "W" * 200
    figure = audits.chart(answer("coverage", [coverage_row(long, spread(1.0))]))
    assert len(labels(figure)[0]) < 60
    assert long in dots(figure)[0].hovertext[0]


def test_quotation_marks_stay_as_they_are():
    assert names.shown("\"a\" 'b'") == "\"a\" 'b'"
