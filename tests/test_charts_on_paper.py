"""What a page shows of groups, on paper: the same numbers, order and words as the chart."""

import re

import pytest
from sample_audits import sample_audit
from test_charts import HOSTILE, UNKNOWN, answer, coverage_row, labels, spread
from test_charts_of_groups import against, attribute_row, cells, crossed
from test_pictures import extent

from audits.charts import heat, representation
from audits.disclosure import protected
from audits.estimates import Estimate, number
from audits.pictures.heat import crossing
from audits.pictures.lost import variety_lost
from audits.pictures.model import Rect, Text
from audits.pictures.ranked_reference import against_reference, reference_ranking, too_few
from audits.pictures.svg import svg


def texts(picture):
    return [item.text for item in picture.items if isinstance(item, Text)]


def lost(*rows):
    return answer("diversity", [], attributes=tuple(rows))


LOST = lost(
    attribute_row("a", "age", Estimate(0.83, 0.7, 0.9)),
    attribute_row("a", "region", Estimate(0.15, 0.12, 0.2)),
    attribute_row("b", "age", Estimate(-0.41, -0.5, -0.3)),
    attribute_row("b", "region", UNKNOWN),
)


def reference(count=100, names="abc"):
    return answer(
        "coverage",
        [
            against(name, spread(0.2 * place), spread(0.3 * place), count=count)
            for place, name in enumerate(names, 1)
        ],
    )


# -- variety ---------------------------------------------------------------------------------------


def test_variety_on_paper_has_the_cells_of_the_chart():
    drawn = [text.split("<br>")[-1] for text, _ in cells(heat.sameness_heat(LOST)).values()]
    said = texts(variety_lost(LOST))
    assert sorted(drawn) == sorted(["83", "15", "−41", "–"])
    assert {"83", "15", "−41"} <= set(said)
    assert sum(rect.hatched for rect in variety_lost(LOST).items if isinstance(rect, Rect)) == 1


def test_variety_on_paper_is_in_the_order_of_the_chart_and_says_the_same():
    figure, picture = heat.sameness_heat(LOST), variety_lost(LOST)
    assert [text for text in texts(picture) if text in "ab"] == labels(figure) == ["a", "b"]
    assert picture.alt == figure.layout.meta["alt"]
    assert "a has lost most variety in age: 83 % (70 % to 90 %)." in picture.alt


def test_columns_without_room_for_their_names_have_numbers_and_a_key():
    rows = [attribute_row("a", f"a column of a long name {n}", spread(0.5)) for n in range(30)]
    said = texts(variety_lost(lost(*rows)))
    assert "24" in said
    assert any(text.startswith("1 a column of a long name") for text in said)
    assert "24 of 30 columns; the table has all" in said


def test_only_so_many_groups_are_drawn_and_it_says_so():
    rows = [attribute_row(f"g{n:02}", "age", spread(0.01 * (n + 1))) for n in range(70)]
    for most, drawn in ((500, 60), (20, 20)):
        assert f"{drawn} of 70 groups; the table has all" in texts(
            variety_lost(lost(*rows), most=most)
        )
        assert len(labels(heat.sameness_heat(lost(*rows), most=most))) == drawn


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_leaves_the_paper_whatever_the_names(name):
    made = [attribute_row(name, f"{name}{n}", spread(0.5)) for n in range(12)]
    for picture in (variety_lost(lost(*made)), against_reference(reference(names=[name, "x"]))):
        for item in picture.items:
            left, top, right, bottom = extent(item)
            assert left >= -1
            assert top >= -1
            assert right <= picture.width + 1
            assert bottom <= picture.height + 1
        assert not re.search(r"<(b|img|script)\b", svg(picture, theme="light"))


# -- against the reference -------------------------------------------------------------------------


def test_shares_against_the_reference_are_those_of_the_chart():
    made = reference()
    figure, picture = representation.against_reference(made), against_reference(made)
    assert [text for text in texts(picture) if text in "abc"] == labels(figure)
    for row in made.rows:
        for rate in (row.representation, row.representation_synthetic):
            assert number(rate.value) in texts(picture)
    assert picture.alt == figure.layout.meta["alt"]


def test_both_tables_stand_on_one_scale():
    real, synthetic = reference_ranking(reference(), None, 20).panels
    assert real.shows == synthetic.shows
    assert min(real.shows) == pytest.approx(0.18)
    assert max(real.shows) == pytest.approx(0.99)


def test_a_group_of_too_few_has_no_rate_on_paper_either():
    few = too_few(reference(count=9), 10)
    assert "no rate" in texts(against_reference(few))
    assert "0.20" not in texts(against_reference(few))
    made = answer("coverage", [crossed("x", "y", spread(0.3), real=9)])
    picture = crossing(too_few(made, 10), "race", "sex")
    assert "0.30" not in texts(picture)
    assert picture.alt == heat.ratio_heat(too_few(made, 10), "race", "sex").layout.meta["alt"]


def test_there_is_a_picture_of_nothing():
    for picture in (variety_lost(lost()), against_reference(answer("coverage", []))):
        assert texts(picture) == ["no group to show"]
        assert picture.alt.startswith("No group")


def test_a_group_outside_the_reference_has_a_line_without_a_rate():
    made = answer("coverage", [coverage_row("a", spread(1.0))])
    assert "no rate" in texts(against_reference(made))
    figure = representation.against_reference(made)
    assert labels(figure) == ["a"]


# -- what leaves the machine -----------------------------------------------------------------------


def test_hidden_counts_stay_hidden_on_paper():
    hidden = protected(sample_audit("three"), 40)  # Black: 30 real people
    for picture in (
        against_reference(too_few(hidden["coverage"], 10)),
        variety_lost(hidden["diversity"]),
    ):
        assert texts(picture)
        assert "30" not in texts(picture)
        assert not re.search(r"\b30 real", picture.alt)
    shown = [row for row in hidden["coverage"].rows if row.group == (("race", "Black"),)]
    assert all(not row.representation.known for row in shown)
