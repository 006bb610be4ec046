"""A report says what the audit says: in order, once, cut where it is long, and nothing else."""

import dataclasses
import json
import re
import shlex
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_audits import sample_audit

import audits
from audits.cards import card
from audits.errors import UsageError
from audits.estimates import Estimate, number, percent
from audits.needs import needs
from audits.pictures.model import Text as PictureText
from audits.questions.words import capital
from audits.registry import BUILT_IN, OF_TARGETS
from audits.reports.blocks import (
    Bullets,
    Cover,
    Document,
    Facts,
    Figure,
    Paragraph,
    Section,
    Statement,
    Table,
    Tiles,
)
from audits.reports.document import document, identity_of
from audits.reports.document_advice import advice, named
from audits.reports.document_material import Material, anchor, brief, in_effect, name_of, shared
from audits.reports.document_summary import joined, stories
from audits.reports.glossary import TERMS
from audits.results import Answer, Finding, Row, Verdict, group_name
from audits.settings import Settings

BLACK = (("race", "Black"),)
HOSTILE = [
    "#panic()", "<script>alert(1)</script>", "a\x00b\x1b[31m", "\u202egnp.exe", "=1+1", "😀 " * 30,
    "W" * 150, "×; . : ", "\ud800", "{{ 7 * 7 }}", "“ok”", "line\nbreak",
]  # fmt: skip


@pytest.fixture(scope="module")
def three():
    return sample_audit("three")


@pytest.fixture(scope="module")
def same():
    return sample_audit("same")


@pytest.fixture(scope="module", params=["three", "same"])
def either(request):
    return request.getfixturevalue(request.param)


def groups_of(count, *, lost=()):
    """An audit of coverage alone with so many groups, some of which lose their rows."""
    names = [f"g{i:03}" for i in range(count)]
    real = pd.DataFrame({"group": np.repeat(names, 60)})
    synthetic = pd.DataFrame({"group": np.repeat([n for n in names if n not in lost], 60)})
    return audits.compare(real, synthetic, sensitive_features="group", ask=["coverage"])


@pytest.fixture(scope="module")
def wide():
    return groups_of(500, lost={f"g{i:03}" for i in range(30)})


@pytest.fixture(scope="module")
def wide_document(wide):
    """Made once: of five hundred groups it takes seconds."""
    return document(wide)


@pytest.fixture(scope="module")
def hostile():
    sides = []
    for few in (60, 0):
        sizes = [60 if i % 2 else few for i in range(len(HOSTILE))]
        names = [name.encode("utf-8", "replace").decode() for name in HOSTILE]
        sides.append(
            pd.DataFrame(
                {
                    "<b>=name": np.repeat(names, sizes),
                    "#x\n$y$": (["a", "b"] * sum(sizes))[: sum(sizes)],
                }
            )
        )
    return audits.compare(*sides, sensitive_features="<b>=name")


# -- reading a document ----------------------------------------------------------------------------


def texts(part):
    """Every text of a document but those of its pictures."""
    if isinstance(part, str):
        return [part]
    if isinstance(part, Figure):
        return [part.caption]
    if isinstance(part, tuple | list):
        return [text for one in part for text in texts(one)]
    if dataclasses.is_dataclass(part) and not isinstance(part, Verdict):
        return [t for f in dataclasses.fields(part) for t in texts(getattr(part, f.name))]
    return []


def section(made: Document, name: str) -> Section:
    return next(one for one in made.sections if one.id == name)


def blocks(made: Document, kind):
    return [block for one in made.sections for block in one.blocks if isinstance(block, kind)]


def tops(made: Document):
    return [one.id for one in made.sections if one.level == 1]


# -- numbers ---------------------------------------------------------------------------------------

_NUMBER = re.compile(r"(?<![\w.])-?\d[\d,]*(?:\.\d+)?(?:e-?\d+)?(?: %)?")
_SOURCE = re.compile(r"\b[A-Z]\w+,? \(?\d{4}\)?")


def numbers(text):
    """The numbers of a text; years of sources are none."""
    return set(_NUMBER.findall(_SOURCE.sub("", text)))


def said_by(value):
    """How a report may write the numbers of a document in JSON, and those inside its texts."""
    if isinstance(value, bool) or value is None:
        return set()
    if isinstance(value, int | float):
        ways = {number(value), percent(value), f"{value:,.0f}", in_effect(value), f"{value:g}"}
        ways |= {str(value), f"{value:,}", f"{value:.0f}"}
        return ways | {way.removesuffix(" %") for way in ways}
    if isinstance(value, str):
        found = numbers(value)
        return found | {one.removesuffix(" %") for one in found}
    if isinstance(value, dict):
        return {n for key, part in value.items() for n in said_by(part) | said_by(key)}
    if isinstance(value, Estimate):
        return said_by([value.value, value.low, value.high])
    if isinstance(value, list | tuple):
        return {n for part in value for n in said_by(part)}
    if dataclasses.is_dataclass(value):
        return {n for f in dataclasses.fields(value) for n in said_by(getattr(value, f.name))}
    return set()


def sources(audit):
    """Every number the audit holds, of its cards and settings, and counts."""
    found = said_by(audit.to_dict())
    for group in {finding.group for finding in audit.findings}:
        found |= said_by(card(audit, group))
    found |= said_by(needs(audit))
    found |= said_by(list(audits.settings.settings_declared()))
    found |= said_by(1 / audit.settings.share_watch)
    counts = range(max(len(audit.findings), len(audit.columns), 40) + 1)
    return found | {f"{count:,}" for count in counts}


def test_every_number_of_a_report_is_in_the_audit(either):
    made = document(either)
    known = sources(either)
    for text in texts(made):
        if text not in made.identity and not re.fullmatch(r"[0-9a-f]{64}|group-\w+", text):
            assert numbers(text) <= known, text


def test_the_check_of_numbers_notices_a_number_that_was_made_up(three):
    known = sources(three)
    assert not numbers("Black rests on 4,321 people, -87.31 % of them") & known


@pytest.mark.parametrize("group", [(), BLACK, (("sex", "female"),)])
def test_lines_of_tables_hold_the_numbers_of_their_rows(three, group):
    made = document(three)
    name = group_name(group) if group else "Everyone"
    lines = {}
    for question in three.answers:
        table = next(
            b for b in section(made, f"question-{question}").blocks if isinstance(b, Table)
        )
        heads = [column.name for column in table.columns]
        found = [dict(zip(heads, line, strict=True)) for line in table.rows if line[0] == name]
        lines[question] = found[0] if found else {}
    [row] = three["provenance"][group]
    low, high = in_effect(row.effective_people.low), in_effect(row.effective_people.high)
    assert lines["provenance"]["People, in effect"] == f"{in_effect(row.basis)} ({low} to {high})"
    assert lines["provenance"]["Spread"] == str(row.kappa)
    assert lines["provenance"]["Rows per person"] == number(row.amplification)
    [row] = three["diversity"][group]
    assert lines["diversity"]["Variety lost"].startswith(f"{percent(row.index.value)} (")
    [row] = three["drift"][group]
    assert lines["drift"]["Told apart"] == str(row.auc)
    assert lines["drift"]["Synthetic rows"] == f"{row.synthetic:,}"
    [row] = three["coverage"][group]
    assert lines["coverage"].get("Ratio", str(row.ratio)) == str(row.ratio)
    assert bool(lines["coverage"]) == bool(group)  # everyone's ratio is one


def test_every_sentence_under_a_verdict_is_a_finding_or_a_card_s(either):
    because = {finding.because for finding in either.findings}
    heads = {card(either, finding.group).headline for finding in either.findings}
    shorter = {brief(finding) for finding in either.findings}
    for statement in blocks(document(either), Statement):
        if not re.search(r": [\d,]+ groups$", statement.title):  # several told together
            assert any(said.endswith(statement.text[1:]) for said in because | heads | shorter)


def test_a_finding_in_short_says_nothing_that_its_sentence_does_not(three):
    cut = [f for f in three.findings if brief(f) != f.because]
    assert cut
    for finding in cut:
        assert len(brief(finding)) < len(finding.because)
        assert numbers(brief(finding)) <= numbers(finding.because)
        assert finding.question in ("drift", "stereotypes", "generations")
        assert finding.attribute is None


def test_verdicts_of_statements_are_those_of_the_findings(either):
    verdicts = {}
    for finding in either.findings:
        verdicts.setdefault(finding.because, finding.verdict)
    told = 0
    for statement in blocks(document(either), Statement):
        meant = [v for said, v in verdicts.items() if said.endswith(statement.text[1:])]
        assert not meant or statement.verdict in meant
        told += bool(meant)
    assert told > 5


def test_the_cover_counts_what_the_audit_counts(either):
    tiles = document(either).cover.tiles.tiles
    assert [tile.value for tile in tiles] == [f"{n:,}" for n in either.counts.values()]
    assert [tile.verdict.value for tile in tiles] == list(either.counts)


def test_the_headline_counts_groups_with_a_problem(three):
    problem = {f.group for f in three.findings if f.verdict is Verdict.PROBLEM and f.group}
    groups = {f.group for f in three.findings if f.group}
    headline = document(three).cover.headline
    assert headline == f"{len(problem)} of {len(groups)} groups have a problem."


# -- order, ids, links -----------------------------------------------------------------------------


def test_sections_come_in_the_order_a_board_reads(three):
    judging = [f"question-{name}" for name in three.answers if name != "collection"]
    assert tops(document(three)) == [
        "marks", "summary", *judging, "question-collection", "crossings", "unjudged", "groups",
        "settings", "methods", "inputs", "limits", "glossary",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["three", "same", "wide_document", "hostile"])
def test_ids_are_plain_and_unique_and_links_lead_somewhere(name, request):
    made = request.getfixturevalue(name)
    made = made if isinstance(made, Document) else document(made)
    ids = [one.id for one in made.sections]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9_-]+", one) for one in ids)
    assert {s.target for s in blocks(made, Statement)} - {""} <= set(ids)


def test_lines_are_as_long_as_their_heads(either):
    for table in blocks(document(either), Table):
        assert {len(row) for row in table.rows} == {len(table.columns)}
        assert sum(column.width for column in table.columns) <= 1.001


def test_groups_stand_worst_first(three):
    table = section(document(three), "question-provenance").blocks[-1]
    ranks = [row[-1].rank for row in table.rows]
    assert ranks == sorted(ranks)
    assert ranks[0] < ranks[-1]


def test_each_group_with_a_problem_has_a_page_with_its_card(three):
    made = document(three)
    troubled = {f.group for f in three.findings if f.verdict is Verdict.PROBLEM}
    for group in troubled:
        page = section(made, anchor(group))
        assert page.level == 2
        told = [one.title for one in made.sections if one.id.startswith(f"{anchor(group)}-")]
        assert "What to collect" in told
        assert any(isinstance(block, Tiles) for block in page.blocks)


def test_what_to_collect_names_how_many_people(three):
    collected = section(document(three), f"{anchor(BLACK)}-collect")
    [asked] = [block.items for block in collected.blocks if isinstance(block, Bullets)]
    found = card(three, BLACK)
    needs = [need for need in found.collect if need.more > 0][:2]
    plan = [said for said in found.also if said.startswith("Collection plan: 63 more people")]
    assert list(asked) == plan + [f"{n.more:,} more ({n.people:,} in all) {n.says}." for n in needs]


# -- the summary -----------------------------------------------------------------------------------


def test_no_group_is_told_twice_in_the_summary(either):
    told = [block.title for block in section(document(either), "summary").blocks[1:]
            if isinstance(block, Statement)]  # fmt: skip
    assert len(told) == len(set(told)) <= 6


def test_crossings_that_add_nothing_are_told_with_the_group_they_are_in(same):
    lead = stories(Material(same))[0]
    assert lead.finding.group == BLACK
    assert {group_name(group) for group in lead.inside} == {"Black × female", "Black × male"}


def test_a_loss_in_a_crossing_alone_is_told_of_the_crossing():
    rng = np.random.default_rng(4)
    real = pd.DataFrame({"a": rng.choice(["x", "y"], 4000), "b": rng.choice(["p", "q"], 4000)})
    synthetic = real[~((real.a == "x") & (real.b == "p"))]
    audit = audits.compare(real, synthetic, sensitive_features=["a", "b"], ask=["coverage"])
    told = stories(Material(audit))
    assert told[0].finding.group == (("a", "x"), ("b", "p"))
    assert told[0].finding.verdict is Verdict.PROBLEM


def test_groups_that_are_gone_are_told_in_one_line():
    audit = groups_of(12, lost={f"g{i:03}" for i in range(6)})
    told = [block for block in section(document(audit), "summary").blocks
            if isinstance(block, Statement)]  # fmt: skip
    lost = next(one for one in told if one.verdict is Verdict.PROBLEM)
    assert lost.title == "No synthetic row is left: 6 groups"
    named = [f"g{i:03} (60 real people)" for i in range(6)]
    assert lost.text == f"G{', '.join(named[:5])[1:]} and {named[5]}."
    assert sum("g000" in one.text.lower() for one in told if one.title != "Everyone") == 1


def test_what_is_told_together_is_of_one_verdict_and_one_kind(either, wide):
    for audit in (either, wide):
        for line in joined(stories(Material(audit)), Material(audit)):
            assert len({(s.finding.question, s.finding.verdict) for s in line}) == 1


def test_advice_follows_from_what_failed(three, same):
    few, even = (" ".join(advice(Material(audit))) for audit in (three, same))
    for said in (few, even):
        assert "Ask more people, in Black" in said
        assert "Look for other kinds of people in Black" in said
    assert "more of the real people are used" in few
    assert "the generator added the sameness" in few
    assert "more of the real people are used" not in even  # they were used as evenly as fresh ones
    assert "the generator added the sameness" not in even


def test_nothing_is_advised_where_nothing_is_wrong():
    audit = groups_of(3)
    lenient = audit.having(Settings().having(support_watch=30, support_problem=10))
    assert lenient.verdict is Verdict.OK
    made = document(lenient)
    assert "advice" not in [one.id for one in made.sections]
    assert made.cover.headline == "Nothing beyond the limits was found in 3 groups."


def test_names_of_many_groups_are_few(three):
    material = Material(three)
    inside = [(("race", "Black"), ("sex", "female")), (("race", "Black"), ("sex", "male"))]
    assert named([BLACK, *inside], material) == "Black (and 2 crossings of it)"
    assert named(material.groups, material) == f"all {len(material.groups)} groups"
    assert named([()], material) == "the table as a whole"


# -- laws ------------------------------------------------------------------------------------------


def test_the_same_audit_gives_the_same_document(three, tmp_path):
    again = audits.load(three.save(tmp_path / "audit.json"))
    assert document(three) == document(again)
    assert document(three).identity == document(again).identity


def test_another_audit_has_another_identity(three, same):
    assert identity_of(three) != identity_of(same)
    assert re.fullmatch(r"[0-9A-F]{4}-[0-9A-F]{4}", identity_of(three))


def test_other_limits_are_marked_as_changed_and_come_first(three):
    made = document(three.having(Settings().having(support_problem=20, share_watch=0.9)))
    [table] = [block for block in section(made, "settings").blocks if isinstance(block, Table)]
    names = [row[0] for row in table.rows[:3]]
    assert names == ["support_problem (changed)", "share_watch (changed)", "seed"]
    assert [row[1] for row in table.rows[:2]] == ["20, default 30", "0.9, default 0.8"]
    assert "--set support_problem=20 --set share_watch=0.9" in _command(made)


def test_all_settings_are_listed(three):
    [table] = [b for b in section(document(three), "settings").blocks if isinstance(b, Table)]
    shown = {row[0] for row in table.rows}
    asked = {
        name
        for q in audits.all_questions()
        if q.of == "pair" and q.id not in OF_TARGETS
        for name in q.settings
    }
    assert asked | {"seed", "confidence", "max_groups"} <= shown <= set(Settings().to_dict())
    assert not shown & {"half_life_watch", "generation_rows", "flag_level"}


# -- what was given --------------------------------------------------------------------------------


def test_title_author_and_date_are_on_the_cover(three):
    made = document(three, title="Survey 2031", author="A. Researcher", timestamp=1_930_210_200)
    facts = dict(made.cover.compared.pairs)
    assert made.cover.title == "Survey 2031"
    assert facts["Prepared by"] == "A. Researcher"
    assert facts["Date"] == "2 March 2031, 09:30 UTC"
    assert made.timestamp == 1_930_210_200
    assert "Date" not in dict(document(three).cover.compared.pairs)


@pytest.mark.parametrize(("name", "value"), [("timestamp", 10**18), ("min_cell", -1)])
def test_what_makes_no_sense_is_refused_by_name(three, name, value):
    with pytest.raises(UsageError, match=name):
        document(three, **{name: value})


def _command(made):
    facts = [f for f in blocks(made, Facts) if f.code]
    return facts[0].pairs[0][1]


def test_the_command_names_the_inputs(three):
    words = shlex.split(_command(document(three)))
    assert words[:4] == ["audits", "compare", "survey_real.csv", "synthetic_three.csv"]
    assert words[words.index("--sensitive-features") + 1] == "race,sex"
    assert "--reference" in words
    assert "--holdout" not in words


def test_inputs_are_listed_with_their_hash(three):
    [table, *_] = [b for b in section(document(three), "inputs").blocks if isinstance(b, Table)]
    assert [row[4] for row in table.rows] == [record.sha256 for record in three.inputs]


# -- long, short, odd ------------------------------------------------------------------------------


def test_long_tables_are_cut_and_say_so(wide, wide_document):
    made = wide_document
    judged = len({f.group for f in wide.findings if f.group})
    cut = [table for table in blocks(made, Table) if "JSON" in table.note]
    assert len(cut) >= 2
    assert all(len(table.rows) <= 60 for table in blocks(made, Table))
    assert any(f"of {judged} groups" in table.note for table in cut)


def test_of_many_groups_with_a_problem_the_worst_have_pages_and_the_others_are_counted(
    wide, wide_document
):
    made = wide_document
    troubled = {f.group for f in wide.findings if f.verdict is Verdict.PROBLEM}
    pages = [one for one in made.sections if re.fullmatch(r"group-\w+", one.id)]
    assert len(pages) == 12 < len(troubled)
    said = " ".join(texts(section(made, "groups")))
    assert f"{len(troubled) - 12} more" in said


@pytest.mark.parametrize("question", [one for one in BUILT_IN if one not in OF_TARGETS])
def test_a_report_of_one_question_speaks_of_no_other(three, question):
    alone = dataclasses.replace(
        three,
        answers={question: three.answers[question]},
        findings=three.about(question),
    )
    made = document(alone)
    assert [name for name in tops(made) if name.startswith("question-")] == [f"question-{question}"]
    methods = [one.id for one in made.sections if one.id.startswith("methods-")]
    assert methods == [f"methods-{question}"]
    terms = {term for term, _ in section(made, "glossary").blocks[0].pairs}
    assert terms == {term for term, by, _ in TERMS if not by or question in by}


def test_a_report_of_the_first_four_questions_is_as_it_was(three):
    """Audits saved before there were more questions load and report."""
    four = ("coverage", "drift", "diversity", "provenance")
    old = dataclasses.replace(
        three,
        answers={name: three.answers[name] for name in four},
        findings=tuple(f for f in three.findings if f.question in four),
    )
    made = document(old)
    assert [t for t in tops(made) if t.startswith("question-")] == [f"question-{q}" for q in four]
    collected = section(made, f"{anchor(BLACK)}-collect")
    [asked] = [block.items for block in collected.blocks if isinstance(block, Bullets)]
    assert asked[0].startswith("29 more (59 in all)")
    said = " ".join(texts(made)).lower()
    assert not [word for word in ("collection plan", "stereotype", "generation 0") if word in said]


# -- questions that came later ---------------------------------------------------------------------


def test_tables_say_what_their_rows_say(three):
    made = document(three)
    for question, head, cell in (
        ("copying", "Equal to a real row", lambda row: shared(row.copied)),
        ("plausibility", "Break a rule", lambda row: shared(row.observed)),
        ("stereotypes", "Ties", lambda row: f"{row.ties:,}"),
    ):
        table = next(
            b for b in section(made, f"question-{question}").blocks if isinstance(b, Table)
        )
        at = [column.name for column in table.columns].index(head)
        lines = {line[0]: line[at] for line in table.rows}
        for row in three[question].rows:
            if (name := name_of(row.group, 60)) in lines:
                assert lines[name] == cell(row)
        assert len(lines) >= min(10, len(three[question].rows))


def test_a_plan_is_shown_and_judges_nobody(three):
    made = section(document(three), "question-collection")
    said = " ".join(texts(made))
    assert "meet the needs of" in said
    assert "A plan judges nobody" in said
    assert not [b for b in made.blocks if isinstance(b, Statement)]
    for table in (b for b in made.blocks if isinstance(b, Table)):
        assert "Verdict" not in [column.name for column in table.columns]
    [matrix] = [b for b in section(document(three), "matrix").blocks if isinstance(b, Table)]
    assert "Collection plan" not in [column.name for column in matrix.columns]


def test_ties_are_listed_surest_first(three):
    tables = [b for b in section(document(three), "question-stereotypes").blocks
              if isinstance(b, Table)]  # fmt: skip
    ties = next(t for t in tables if "Times as strong" in [c.name for c in t.columns])
    assert ties.rows[0][0] == "Black"
    assert "909 (51.41 to 16,079)" in ties.rows[0][3]


def test_advice_on_flags_and_plans():
    real = pd.DataFrame({"sex": ["f", "m"] * 400, "age": list(range(20, 60)) * 20,
                         "job": (["cook"] * 5 + ["clerk"] * 3) * 100})  # fmt: skip
    odd = real.assign(age=np.where(np.arange(800) % 4 == 0, 140, real.age))
    made = audits.compare(real, odd, sensitive_features="sex", ask=["plausibility"])
    said = " ".join(advice(Material(made)))
    assert "audits flag" in said
    assert "real people break rules, too" in said
    copies = audits.compare(
        real.assign(pay=np.arange(800.0) // 2), real.assign(pay=np.arange(800.0) // 2),
        sensitive_features="sex", ask=["copying"],
    )  # fmt: skip
    said = " ".join(advice(Material(copies)))
    assert "Do not hand on rows" in said
    assert "without learning single people by heart" in said


# -- chains ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def chained():
    paths = [f"sample_data/generations/g{i}.csv" for i in range(5)]
    return audits.generations(paths, sensitive_features=["race", "sex"])


def test_a_report_on_a_chain_speaks_of_generations_alone(chained):
    made = document(chained)
    assert tops(made) == [
        "marks", "summary", "question-generations", "crossings", "unjudged", "groups", "settings",
        "methods", "inputs", "limits", "glossary",
    ]  # fmt: skip
    facts = dict(made.cover.compared.pairs)
    assert made.cover.subtitle == "4 generations made from g0.csv"
    assert facts["Generation 0, real data"].startswith("g0.csv · 1,000 rows")
    assert facts["Between"] == "3 generations of 1,000 rows"
    assert "Holdout" not in facts
    said = [text for one in made.sections if one.id != "settings" for text in texts(one)]
    said = " ".join([*texts(made.cover), *said]).lower()
    asked = ("collection plan", "stereotype", "holdout", "reference population", "provenance")
    assert not [word for word in asked if word in said]
    assert "audits generations g0.csv g1.csv g2.csv g3.csv g4.csv --sensitive" in _command(made)


def test_a_chain_shows_lines_and_half_lives(chained):
    figures = [b for b in section(document(chained), "question-generations").blocks
               if isinstance(b, Figure)]  # fmt: skip
    assert len(figures) == 2
    assert "half their variety" in figures[0].picture.alt
    assert figures[1].picture.alt.startswith("Lines of the variety that")
    [row] = chained["generations"][{"sex": "male"}]
    shown = [item.text for item in figures[0].picture.items if isinstance(item, PictureText)]
    assert in_effect(row.half_life.value) in shown


def test_a_chain_advises_fresh_people(chained):
    said = " ".join(advice(Material(chained)))
    assert "add fresh real people" in said
    assert "more rows do not help" in said
    assert "later generations of" in said


def test_a_chain_s_groups_have_their_own_numbers(chained):
    made = document(chained)
    male = section(made, anchor((("sex", "male"),)))
    [row] = chained["generations"][{"sex": "male"}]
    tiles = next(b for b in male.blocks if isinstance(b, Tiles)).tiles
    assert [tile.value for tile in tiles[:2]] == [f"{row.real:,}", f"{row.synthetic:,}"]
    assert tiles[2].value == in_effect(row.half_life.value)


def test_a_chain_can_be_set_and_handed_over(chained):
    from audits.reports.html_report import html_report
    from audits.reports.pdf_report import pdf_report

    made = document(chained, min_cell=11)
    assert pdf_report(made).startswith(b"%PDF")
    text = html_report(made)
    assert "Most is lost in" not in text
    assert "generation 4" in text.lower()


def test_what_a_chain_could_not_judge_asks_for_no_people(chained):
    assert all("real people" not in one.says for one in needs(chained))


def test_without_crossings_there_is_no_section_on_them(wide_document):
    assert "crossings" not in tops(wide_document)


def test_an_audit_that_judged_nothing_is_a_report_that_says_so(three):
    made = document(dataclasses.replace(three, answers={}, findings=()))
    assert made.cover.headline == "Nothing was judged."
    assert "groups" not in tops(made)
    assert "matrix" not in tops(made)


def test_one_group_is_enough(three):
    alone = dataclasses.replace(three, findings=three.about(group=dict(BLACK)))
    assert document(alone).cover.headline == "1 of 1 group has a problem."


@dataclass(frozen=True)
class HeightRow(Row):
    height: Estimate
    tall: int


def test_a_question_nobody_drew_has_a_table_of_its_numbers(three):
    group = BLACK
    rows = (HeightRow(group, Estimate(1.7, 1.6, 1.8), 3), HeightRow((), Estimate.unknown(), 9))
    answer = Answer("height", "Height", "How tall is everyone?", rows, {"all": rows}, Settings())
    found = Finding("height", group, None, Verdict.WATCH, "Black: they are 1.70 m tall.")
    made = document(
        dataclasses.replace(
            three,
            answers={**three.answers, "height": answer},
            findings=(*three.findings, found),
        )
    )
    made_section = section(made, "question-height")
    assert not [block for block in made_section.blocks if isinstance(block, Figure)]
    [table] = [block for block in made_section.blocks if isinstance(block, Table)]
    assert table.rows[0] == ("Black", "1.70", "1.60", "1.80", "3", Verdict.WATCH)
    assert table.rows[1][1] == "unknown"


def test_every_question_of_ours_has_a_picture(three):
    made = document(three)
    for name in three.answers:
        assert any(isinstance(b, Figure) for b in section(made, f"question-{name}").blocks)


# -- names -----------------------------------------------------------------------------------------


def test_no_control_character_reaches_a_report(hostile):
    made = document(hostile, title="a\x00\nb", author="\u202eevil")
    said = texts(made)
    assert not [text for text in said if re.search("[\x00-\x1f\x7f-\x9f\u202a-\u202e\ud800]", text)]
    assert any("‹U+0000›" in text for text in said)
    assert made.cover.title == "a‹U+0000›‹U+000A›b"


def test_long_names_are_cut_in_titles_and_lines_and_whole_on_their_page(hostile):
    made = document(hostile)
    assert all(len(one.title) <= 100 for one in made.sections)
    cells = [cell for table in blocks(made, Table) for row in table.rows for cell in row]
    assert max(len(cell) for cell in cells if isinstance(cell, str)) < 150
    assert any("W" * 150 in text for text in texts(made))


@settings(max_examples=25, deadline=None)
@given(name=st.text(min_size=1, max_size=60), title=st.text(max_size=300))
def test_any_name_makes_a_report(three, name, title):
    group = (("race", name),)
    findings = tuple(
        dataclasses.replace(f, group=group, because=f"{name}: {f.because}")
        if f.group == BLACK
        else f
        for f in three.findings
    )
    made = document(dataclasses.replace(three, findings=findings), title=title)
    assert section(made, anchor(group)).title
    json.dumps(texts(made), ensure_ascii=False).encode()


# -- hidden counts ---------------------------------------------------------------------------------


@pytest.fixture
def hidden(three):
    return dataclasses.replace(three, min_cell=11, hidden=(BLACK,))


def test_a_report_with_hidden_counts_says_so_on_its_cover(hidden):
    cover = document(hidden).cover
    assert isinstance(cover, Cover)
    assert "Counts from 1 to 10 are hidden" in cover.caveat
    assert dict(cover.compared.pairs)["Hidden"] == "counts from 1 to 10"
    assert any("1 to 10" in text for text in texts(section(document(hidden), "limits")))


def test_hidden_groups_are_listed_by_name_and_verdict_alone(hidden):
    made = document(hidden)
    [table] = [block for block in section(made, "hidden").blocks if isinstance(block, Table)]
    assert table.rows == (("Black", Verdict.PROBLEM),)
    assert anchor(BLACK) not in [one.id for one in made.sections]


def test_a_count_that_is_to_be_hidden_stands_nowhere_in_a_report(three):
    made = document(three, min_cell=20)
    small = {"Black × female", "Black × male"}  # fifteen people each
    assert {row[0] for row in section(made, "hidden").blocks[1].rows} >= small
    for text in texts(made):
        of_findings = text in {one.value for one in made.cover.tiles.tiles}
        assert "15" not in numbers(text) or "median" in text or of_findings, text
    shown = {text for figure in blocks(made, Figure) for text in [figure.picture.alt]}
    assert not [alt for alt in shown if "15" in numbers(alt)]


def test_nothing_is_said_of_hiding_where_nothing_is_hidden(three):
    made = document(three)
    assert "hidden" not in tops(made)
    assert not [t for t in texts(made.cover) if "hidden" in t.lower()]


def test_words_are_explained_once():
    terms = [term for term, _, _ in TERMS]
    assert terms == sorted(terms, key=str.lower)
    assert len(set(terms)) == len(terms)


def test_paragraphs_and_lists_are_never_empty(either):
    made = document(either)
    assert all(block.text.strip() for block in blocks(made, Paragraph))
    assert all(item.strip() for block in blocks(made, Bullets) for item in block.items)


# -- on paper --------------------------------------------------------------------------------------


def pages_of(made: Document):
    """Of every page of the PDF, its bookmarks."""
    import io

    import pikepdf

    from audits.reports.pdf_report import pdf_report

    with pikepdf.open(io.BytesIO(pdf_report(made))) as pdf, pdf.open_outline() as outline:
        places = {page.obj.objgen: number for number, page in enumerate(pdf.pages)}
        found = [[] for _ in pdf.pages]
        waiting = list(outline.root)
        while waiting:
            item = waiting.pop(0)
            waiting = [*item.children, *waiting]
            goes = item.destination if item.destination is not None else item.action.D
            found[places[goes[0].objgen]].append(item.title)
        return found


@pytest.fixture(scope="module")
def three_pages(three):
    return pages_of(document(three))


def test_the_summary_is_one_page(three_pages):
    [page] = [titles for titles in three_pages if "2 Summary" in titles]
    assert page == ["2 Summary", "2.1 What we recommend", "2.2 How sure this is"]


def test_each_group_with_a_problem_takes_one_page_of_its_own(three, three_pages):
    groups = Material(three).troubled
    at = next(n for n, titles in enumerate(three_pages) if "13.2 Black" in titles)
    for number_, group in enumerate(groups):
        titles = three_pages[at + number_]
        assert titles[0] == f"13.{number_ + 2} {capital(name_of(group))}"
        assert titles[-1] == "What else was found"
    assert three_pages[at + len(groups)][0] == "14 Settings in force"


@pytest.mark.parametrize("least", [0, 11])
def test_nobody_is_drawn_where_rows_per_person_are_hidden(three, least):
    made = document(three, min_cell=least)
    page = section(made, anchor(BLACK))
    strip = next(block for block in page.blocks if isinstance(block, Figure))
    drawn = " ".join(getattr(item, "text", "") for item in strip.picture.items)
    assert ("how the rows fall on single people is hidden" in drawn) == (least == 11)
    assert ("26 on whom no row rests" in drawn) == (least == 0)
    assert ("most used" in strip.picture.alt) == (least == 0)


def test_what_is_hidden_reads_hidden(three):
    made = document(three, min_cell=11)
    table = next(b for b in section(made, "question-diversity").blocks if isinstance(b, Table))
    at = [column.name for column in table.columns].index("Real variety")
    lines = {row[0]: row[at] for row in table.rows}
    assert lines["Black × female"] == "hidden"
    assert lines["White"] == number(three["diversity"][(("race", "White"),)][0].variety_real)
