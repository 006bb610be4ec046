"""Lines over generations: on paper and on a screen they show the same numbers."""

import dataclasses
import math

import pytest
import rows_made
from test_pictures import HOSTILE, about, answer, extent, items, texts

from audits.charts.courses import courses_figure
from audits.estimates import Estimate
from audits.pictures.courses import courses, followed
from audits.pictures.model import Polygon, Text
from audits.pictures.svg import svg

UNKNOWN = Estimate.unknown()


def chain(names=("Black", "White"), lost=(0.1, 0.3), generations=4, **given):
    """An answer about groups that lose so much of their variety in each generation."""
    rows, steps = [], []
    for name, rate in zip(names, lost, strict=True):
        half_life = math.log(2) / -math.log(1 - rate)
        made = rows_made.generations_row(about(name), rows_made.around(half_life))
        rows.append(dataclasses.replace(made, extinct_at=None, collapsed_at=None, **given))
        steps.append(rows_made.step_row(about(name), 0, UNKNOWN))
        for t in range(1, generations + 1):
            index = 1 - (1 - rate) ** t
            steps.append(
                rows_made.step_row(about(name), t, Estimate(index, index - 0.05, index + 0.05))
            )
    return answer("generations", rows, steps=tuple(steps))


def test_groups_that_lose_fastest_come_first_and_everyone_before_them():
    made = chain(("White", "Black"), (0.02, 0.3))
    assert [course.group for course in followed(made).courses] == [about("Black"), about("White")]
    everyone = dataclasses.replace(made.rows[0], group=())
    steps = [dataclasses.replace(one, group=()) for one in made.tables["steps"][:5]]
    both = answer("generations", [*made.rows, everyone], steps=(*made.tables["steps"], *steps))
    assert followed(both).courses[0].group == ()


def test_what_is_kept_is_one_less_what_is_lost():
    [course, _] = followed(chain(lost=(0.3, 0.1))).courses
    assert [point.kept for point in course.points] == pytest.approx([0.7**t for t in range(5)])
    assert course.points[2].low == pytest.approx(0.49 - 0.05)
    assert course.points[2].high == pytest.approx(0.49 + 0.05)
    assert course.says == "24 %"


def test_paper_and_screen_show_the_same():
    made = chain(lost=(0.3, 0.1))
    figure = courses_figure(made)
    lines = [trace for trace in figure.data if trace.mode == "lines+markers"]
    found = followed(made).courses
    for trace, course in zip(lines, found, strict=True):
        assert list(trace.x) == [point.generation for point in course.points]
        assert list(trace.y) == pytest.approx([point.kept for point in course.points])
    picture = courses(made)
    drawn = [one for one in items(picture, Polygon) if not one.closed]
    assert [len(one.points) for one in drawn] == [len(course.points) for course in found]
    assert figure.layout.meta["alt"] == picture.alt


def test_lines_fall_as_variety_does():
    [line, _] = [one for one in items(courses(chain()), Polygon) if not one.closed]
    assert [y for _, y in line.points] == sorted(y for _, y in line.points)
    assert [x for x, _ in line.points] == sorted(x for x, _ in line.points)


def test_generations_apart_stand_apart():
    course = followed(chain(apart=5.0)).courses[0]
    assert [point.generation for point in course.points] == [0, 5, 10, 15, 20]
    assert "20" in texts(courses(chain(apart=5.0)))


def test_who_is_gone_is_said_in_both():
    made = chain()
    gone = dataclasses.replace(made.rows[0], extinct_at=3)
    steps = tuple(
        dataclasses.replace(one, index=UNKNOWN)
        if one.group == gone.group and one.generation > 2
        else one
        for one in made.tables["steps"]
    )
    made = answer("generations", [gone, made.rows[1]], steps=steps)
    assert "gone at 3" in texts(courses(made))
    assert any("gone at 3" in note.text for note in courses_figure(made).layout.annotations)
    assert "nothing is left of Black" in courses(made).alt


def test_too_few_rows_are_said():
    made = answer(
        "generations", [rows_made.generations_row(about("few"), UNKNOWN)],
        steps=tuple(rows_made.step_row(about("few"), t, UNKNOWN) for t in range(3)),
    )  # fmt: skip
    made = dataclasses.replace(
        made, rows=(dataclasses.replace(made.rows[0], extinct_at=None, collapsed_at=None),)
    )
    assert "too few rows to follow" in texts(courses(made))
    assert courses(made).alt.startswith("No group")


def test_nothing_to_show_is_said():
    made = answer("generations", [], steps=())
    assert "no group to show" in texts(courses(made))
    figure = courses_figure(made)
    assert "no group to show" in [note.text for note in figure.layout.annotations]


def test_more_groups_than_fit_are_counted():
    names = [f"g{i:02}" for i in range(20)]
    made = chain(names, [0.01 * (i + 1) for i in range(20)])
    picture = courses(made, most=12)
    assert any("8 more groups are not drawn" in text for text in texts(picture))
    assert "g19" in texts(picture)
    assert "g00" not in texts(picture)


def test_names_stay_names_and_nothing_leaves_the_sheet():
    made = chain(HOSTILE, [0.1] * len(HOSTILE))
    picture = courses(made, most=60)
    for item in picture.items:
        left, top, right, bottom = extent(item)
        assert left >= -1, item
        assert top >= -1, item
        assert right <= picture.width + 1, item
        assert bottom <= picture.height + 1, item
    assert min(item.size for item in items(picture, Text)) >= 7
    assert "<script" not in svg(picture)
    for note in courses_figure(made, most=60).layout.annotations:
        assert "<script" not in note.text
        assert "$" not in note.text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_figure_is_strict_json(theme):
    assert "NaN" not in courses_figure(chain(), theme=theme).to_json()
