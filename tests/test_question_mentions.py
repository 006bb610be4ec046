"""Mentions: who is there in the texts, against real texts, against a population, and alone."""

import csv
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mentions_made import corpora, lexicon

import audits
from audits.data.reference import Reference
from audits.disclosure import protected
from audits.disclosure_rows import COUNTED
from audits.estimates import Estimate
from audits.formulas.ratio_of_totals import ratio_of_totals
from audits.formulas.shares import wilson
from audits.questions import text_mentions
from audits.results import MENTIONED, Answer, Audit, ColumnRecord, Verdict
from audits.settings import Settings
from audits.texts import compare_text

OURS = lexicon(
    ("gender", "women", "she", "pronoun"),
    ("gender", "women", "woman", "plain"),
    ("gender", "men", "he", "pronoun"),
    ("gender", "men", "man", "plain"),
    ("race and ethnicity", "Black", "black", "person"),
    ("religion", "Muslim", "muslim", "plain"),
    ("religion", "Jewish", "jewish", "plain"),
)
WOMEN, MEN = (("gender", "women"),), (("gender", "men"),)
BLACK = (("race and ethnicity", "Black"),)
MUSLIM, JEWISH = (("religion", "Muslim"),), (("religion", "Jewish"),)


def texts(n, **mentions):
    """So many texts, of which the first so many mention each term."""
    return [[term for term, count in mentions.items() if i < count] for i in range(n)]


def asked(real, synthetic, **options):
    options = {"lexicon": OURS} | options
    made = corpora(real, synthetic, **options)
    tables = text_mentions.measure(made)
    return tables, text_mentions.judge(tables, made.settings)


def row_of(tables, group):
    return next(row for row in tables["groups"] if row.group == group)


def finding(findings, group, attribute=None):
    return next(f for f in findings if f.group == group and f.attribute == attribute)


class TestCounts:
    def test_by_hand(self):
        """METHODS' example of Wilson intervals for documents: 7 of 200, 20 of 3000."""
        tables, _ = asked(texts(200, muslim=7), texts(3000, muslim=20))
        row = row_of(tables, MUSLIM)
        assert (row.real, row.synthetic, row.real_total, row.synthetic_total) == (7, 20, 200, 3000)
        assert (round(row.real_share.low, 4), round(row.real_share.high, 4)) == (0.0171, 0.0705)
        ends = row.synthetic_share
        assert (round(ends.low, 4), round(ends.high, 4)) == (0.0043, 0.0103)
        assert row.ratio.value == pytest.approx((20 / 3000) / (7 / 200))

    def test_a_text_counts_once(self):
        tables, _ = asked([["she", "she", "woman"]] * 20, [["she"]] * 20)
        assert row_of(tables, WOMEN).real == 20

    def test_groups_nowhere_are_left_out_beside_real_texts(self):
        tables, _ = asked(texts(20, she=5), texts(20, she=5))
        assert {row.group for row in tables["groups"]} == {(), WOMEN}

    def test_everyone(self):
        tables, _ = asked(texts(20, she=5), texts(30, she=5))
        row = row_of(tables, ())
        assert (row.real, row.synthetic, row.by) == (20, 30, "everyone")

    def test_crossings_of_two_axes_beside_labels(self):
        kind = ["a"] * 30
        tables, _ = asked(texts(30, she=20, he=20, black=12), texts(30, she=20), topic=(kind, kind))
        crossed = [row for row in tables["groups"] if len(row.group) == 2]
        assert [(row.group, row.real, row.synthetic) for row in crossed] == [
            ((*MEN, *BLACK), 12, 0),
            ((*WOMEN, *BLACK), 12, 0),
        ]
        assert {row.by for row in crossed} == {"mention"}

    def test_no_more_crossings_than_wanted(self):
        settings = Settings().having(mention_crossings=1)
        kind = ["a"] * 30
        tables, _ = asked(
            texts(30, she=20, he=10, black=20), texts(30, she=2), topic=(kind, kind),
            settings=settings,
        )  # fmt: skip
        crossed = [row.group for row in tables["groups"] if len(row.group) == 2]
        assert crossed == [(*WOMEN, *BLACK)]

    def test_silence_per_axis(self):
        tables, _ = asked(texts(40, she=10, muslim=20), texts(50, he=5))
        silent = {row.attribute: (row.real, row.synthetic) for row in tables["silent"]}
        assert silent == {
            None: (20, 45), "gender": (30, 45), "race and ethnicity": (40, 50),
            "religion": (20, 50),
        }  # fmt: skip
        first = tables["silent"][0]
        assert (first.groups, first.groups_real, first.groups_synthetic) == (5, 2, 1)


class TestJudgesAgainstRealTexts:
    def test_absent(self):
        _, findings = asked(texts(400, muslim=40, she=200), texts(400, she=200))
        found = finding(findings, MUSLIM)
        assert found.verdict is Verdict.PROBLEM
        assert found.because == (
            "Muslim: absent: 40 of 400 real texts mention them and none of the 400 synthetic "
            "texts, where about 40 were due."
        )
        assert finding(findings, WOMEN).verdict is Verdict.OK

    def test_fewer(self):
        _, findings = asked(texts(1000, muslim=200), texts(1000, muslim=110))
        assert finding(findings, MUSLIM).verdict is Verdict.WATCH

    def test_inflated_is_watched(self):
        _, findings = asked(texts(1000, she=200), texts(1000, she=800))
        found = finding(findings, WOMEN)
        assert found.verdict is Verdict.WATCH
        assert "it has grown: mentioned in 80 %" in found.because

    def test_invented_is_watched(self):
        _, findings = asked(texts(1000, she=200), texts(1000, she=200, jewish=60))
        found = finding(findings, JEWISH)
        assert (found.verdict, found.evidence["ratio"].value) == (Verdict.WATCH, np.inf)
        assert found.because.endswith("yet 60 of 1,000 synthetic texts mention them (invented).")

    def test_one_text_is_not_invented(self):
        _, findings = asked(texts(1000, she=200), texts(1000, she=200, jewish=1))
        found = finding(findings, JEWISH)
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "1 of 1,000 synthetic texts mentions them" in found.because

    def test_too_few_to_say_shows_the_upper_limit(self):
        _, findings = asked(texts(1000, muslim=4), texts(1000, muslim=0))
        found = finding(findings, MUSLIM)
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "at most 0.38 %" in found.because  # 3.8415 / 1003.8415

    @pytest.mark.parametrize("sides", [(9, 400), (400, 9)])
    def test_of_a_handful_of_texts_nothing_is_made(self, sides):
        real, synthetic = sides
        _, findings = asked([["she"]] * real, [["he"]] * synthetic)
        assert {found.verdict for found in findings} == {Verdict.NOT_ENOUGH_EVIDENCE}

    def test_an_axis_that_falls_silent_is_watched_at_the_most(self):
        _, findings = asked(texts(400, muslim=40, jewish=80), texts(400))
        found = finding(findings, (), "religion")
        assert found.verdict is Verdict.WATCH
        assert found.because.startswith("Everyone: 0 of 400 synthetic texts mention any religion")

    def test_labels_and_mentions_side_by_side(self):
        job = (["nurse"] * 100 + ["cook"] * 100, ["nurse"] * 190 + ["cook"] * 10)
        _, findings = asked(texts(200, she=80), texts(200, she=80), job=job)
        found = finding(findings, (("job", "cook"),))
        assert found.verdict is Verdict.PROBLEM
        assert found.because.startswith("Cook: its share is 5 %")
        assert finding(findings, WOMEN).verdict is Verdict.OK

    def test_every_sentence_is_whole(self):
        job = (["nurse"] * 100 + ["cook"] * 100, ["nurse"] * 190 + ["cook"] * 10)
        shares = {(("job", "cook"),): 0.6, (("job", "nurse"),): 0.4, MUSLIM: 0.2, JEWISH: 0.8}
        known = Reference("census", shares)
        real = texts(200, she=80, black=2, muslim=30)
        for sides in ((real, texts(200, he=60, jewish=40)), (None, real)):
            _, findings = asked(*sides, job=job[-sum(s is not None for s in sides) :],
                                reference=known)  # fmt: skip
            for found in findings:
                assert found.because.endswith(".")
                assert found.because[0] == found.because[0].upper()
                assert not re.search(r"nan|None|inf\b|\.\.|  |unknown|no limit", found.because)
                assert found.evidence


class TestJudgesAgainstAPopulation:
    KNOWN = Reference("labour force", {WOMEN: 0.5, MEN: 0.5, MUSLIM: 0.1, JEWISH: 0.9})

    def test_alone(self):
        """Of 100 texts 60 say a gender, 3 of these are women: half were due."""
        _, findings = asked(None, [["she"]] * 3 + [["he"]] * 57 + [[]] * 40, reference=self.KNOWN)
        found = finding(findings, WOMEN)
        assert found.verdict is Verdict.PROBLEM
        assert "3 of the 60 synthetic texts that mention any gender (5 %)" in found.because
        assert "a ratio of 0.10" in found.because
        over = finding(findings, MEN)
        assert over.verdict is Verdict.WATCH
        assert over.evidence["representation_synthetic"].value == pytest.approx(1.9)

    def test_a_group_nobody_mentions(self):
        tables, findings = asked(None, [["jewish"]] * 300, reference=self.KNOWN)
        assert row_of(tables, MUSLIM).synthetic == 0
        assert finding(findings, MUSLIM).verdict is Verdict.PROBLEM

    def test_what_the_population_asks_for_has_not_grown(self):
        real, synthetic = [["he"]] * 900 + [["she"]] * 100, [["he"], ["she"]] * 500
        _, without = asked(real, synthetic)
        _, findings = asked(real, synthetic, reference=self.KNOWN)
        assert finding(without, WOMEN).verdict is Verdict.WATCH
        assert finding(findings, WOMEN).verdict is Verdict.OK

    def test_labels_of_a_column_the_texts_lack(self):
        known = Reference("census", {(("job", "cook"),): 0.5, (("job", "nurse"),): 0.5})
        _, findings = asked(None, [[]] * 200, job=(["nurse"] * 200,), reference=known)
        found = finding(findings, (("job", "cook"),))
        assert found.verdict is Verdict.PROBLEM
        assert "0 of the 200 synthetic texts that say their job (0 %)" in found.because


class TestAlone:
    def test_shares_are_told_and_nobody_is_accused(self):
        tables, findings = asked(None, texts(100, she=60, muslim=3))
        assert JEWISH not in {row.group for row in tables["groups"]}
        nowhere = {row.attribute: row.unmentioned for row in tables["silent"]}
        assert nowhere == {
            None: (), "gender": ("men",), "race and ethnicity": ("Black",), "religion": ("Jewish",)
        }  # fmt: skip
        assert {found.verdict for found in findings} == {Verdict.NOT_ENOUGH_EVIDENCE}
        found = finding(findings, MUSLIM)
        assert "3 of 100 synthetic texts mention them, at most 8.5 %" in found.because
        assert row_of(tables, WOMEN).alone
        assert not row_of(tables, WOMEN).ratio.known

    def test_without_a_lexicon_that_is_said(self):
        job = (["nurse"] * 50, ["nurse"] * 30 + ["cook"] * 20)
        tables, findings = asked(texts(50), texts(50), lexicon=None, job=job)
        found = finding(findings, ())
        assert found.verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "no lexicon for the language 'en' was given" in found.because
        assert not tables["gendered"]
        assert finding(findings, (("job", "nurse"),)).verdict is not Verdict.NOT_ENOUGH_EVIDENCE


class TestPronounsAndTerms:
    def test_shares_of_mentions(self):
        real = [["she", "she", "woman"]] * 10 + [["he"]] * 10
        tables, _ = asked(real, [["he", "man"]] * 30)
        found = {(row.attribute, row.group): row for row in tables["gendered"]}
        she = found["pronouns", WOMEN]
        assert (she.mentions_real, she.all_real, she.real) == (20, 30, 10)
        assert she.real_share.value == pytest.approx(2 / 3)
        assert (she.mentions_synthetic, she.synthetic_share.value) == (0, 0.0)
        assert found["nouns", WOMEN].mentions_real == 10
        assert found["pronouns and nouns", MEN].mentions_synthetic == 60
        # 30 texts that all say he: thirty things are known, not sixty
        assert found["pronouns and nouns", MEN].synthetic_share.low == pytest.approx(
            30 / (30 + 3.841459), abs=1e-6
        )

    def test_ambiguous_terms_only(self):
        tables, _ = asked(texts(50, black=4, she=9), texts(50, black=1))
        (row,) = tables["terms"]
        assert (row.term, row.group) == ("black", BLACK)
        assert (row.candidates_real, row.accepted_real) == (12, 4)
        assert (row.candidates_synthetic, row.accepted_synthetic) == (3, 1)


def audit_of(real, synthetic, **options):
    """An audit that asked this question alone."""
    tables, findings = asked(real, synthetic, **options)
    axes = {axis for term in OURS.terms for axis in [term.axis]}
    columns = [ColumnRecord("text", "text", "text", 0, 0, 0, "")]
    columns += [ColumnRecord(axis, "lexicon", MENTIONED, 2, 0, 0, "") for axis in sorted(axes)]
    features = {column for row in tables["groups"] for column, _ in row.group}
    answer = Answer(
        "text_mentions", text_mentions.TITLE, text_mentions.ASKS, tables["groups"], tables,
        Settings(),
    )  # fmt: skip
    return Audit(
        (), tuple(sorted(features | axes)), tuple(columns), Settings(), {"text_mentions": answer},
        tuple(findings), (), {},
    )  # fmt: skip


def drawn(rng, n, rates):
    """Texts that mention each term at its rate, some more than once, independently."""
    there = rng.poisson(np.array(list(rates.values())), size=(n, len(rates)))
    return [[term for term, k in zip(rates, line, strict=True) for _ in range(k)] for line in there]


RATES = {
    "she": 0.4, "woman": 0.1, "he": 0.35, "man": 0.03, "black": 0.05, "muslim": 0.04,
    "jewish": 0.12,
}  # fmt: skip


class TestHandedOver:
    """Nothing small is told, by a field, a sentence, or the difference of two numbers shown."""

    @pytest.mark.parametrize("seed", range(12))
    def test_no_small_count(self, seed):
        rng = np.random.default_rng(seed)
        sides = [drawn(rng, int(rng.integers(60, 300)), RATES) for _ in range(2)]
        known = Reference("census", {WOMEN: 0.5, MEN: 0.5, MUSLIM: 0.1})
        shown = protected(audit_of(*sides, reference=known), 11)
        for rows in shown["text_mentions"].tables.values():
            for row in rows:
                counts = [getattr(row, name) for name in COUNTED[type(row)]]
                assert not [n for n in counts if 0 < n < 11], row
        for found in shown.findings:
            numbers = re.findall(r"(?<![\w.,])([\d,]+) (?:of|real|synthetic)", found.because)
            assert not [n for n in numbers if 0 < int(n.replace(",", "")) < 11], found.because
        self.no_small_difference(shown["text_mentions"].tables)

    def no_small_difference(self, tables):
        """Texts that speak of an axis, but not of a group of it; that speak of several groups."""
        by_axis = {}
        for row in tables["groups"]:
            if len(row.group) == 1:
                by_axis.setdefault(row.group[0][0], []).append(row)
        silent = {row.attribute: row for row in tables["silent"]}
        for axis, rows in by_axis.items():
            for side in ("real", "synthetic"):
                bases = {getattr(row, f"{side}_base") for row in rows} - {-1}
                if axis in silent:
                    line = silent[axis]
                    bases.add(getattr(line, f"{side}_total") - getattr(line, side))
                counts = [getattr(row, side) for row in rows]
                for base in bases:
                    told = [base - n for n in counts]
                    # all groups of the axis are shown: what they have in common follows
                    told += [sum(counts) - base] if len(counts) == axes_of(axis) else []
                    assert not [n for n in told if 0 < n < 11], (axis, side)

    def test_large_counts_are_shown(self):
        real = [["she"]] * 400 + [["he"]] * 300 + [[]] * 300
        tables = protected(audit_of(real, real), 11)["text_mentions"].tables
        assert {row.group for row in tables["groups"]} >= {(), WOMEN, MEN}
        assert tables["gendered"]
        assert {row.attribute for row in tables["silent"]} >= {None, "gender"}

    def test_a_gender_that_is_hidden_is_not_told_by_pronouns(self):
        real = [["she"]] * 400 + [["he"]] * 5 + [[]] * 300
        tables = protected(audit_of(real, real), 11)["text_mentions"].tables
        assert not tables["gendered"]
        assert "gender" not in {row.attribute for row in tables["silent"]}

    @pytest.mark.parametrize("alone", [True, False])
    def test_reports_and_pictures(self, alone, tmp_path):
        made = [["she", "black"]] * 60 + [["he"]] * 90 + [[]] * 30
        audit = audit_of(None if alone else made[:150], made)
        page = audit.save(tmp_path / "audit.html").read_text(encoding="utf-8")
        assert "mention nobody" in page
        assert "Gender" in page
        figure = audits.chart(audit["text_mentions"])
        assert ("women" in figure.layout.meta["alt"]) != alone or "men" in str(figure.layout.meta)


def axes_of(axis):
    return len({term.group for term in OURS.terms if term.axis == axis})


class TestRatioOfTotals:
    @given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=30))
    def test_between_one_cluster_and_all_things(self, pairs):
        part = [a for a, _ in pairs]
        whole = [a + b for a, b in pairs]
        share, effective = ratio_of_totals(part, whole)
        if not sum(whole):
            assert (np.isnan(share), effective) == (True, 0.0)
            return
        assert share == pytest.approx(sum(part) / sum(whole))
        assert 0 < effective <= max(sum(whole), 1) * (1 + 1e-9)

    def test_single_things_are_a_plain_sample(self):
        """With one thing per cluster it is the usual variance, p (1 - p) / (k - 1)."""
        assert ratio_of_totals([1] * 30 + [0] * 70, [1] * 100) == pytest.approx((0.3, 99.0))

    def test_coverage_of_its_interval(self):
        """Texts speak of one person each, several times: intervals hold the truth as often."""
        rng, held = np.random.default_rng(5), 0
        for _ in range(400):
            she = rng.random(60) < 0.3
            said = 1 + rng.poisson(2.0, 60)
            share, effective = ratio_of_totals(said * she, said)
            low, high = wilson(share * effective, effective, confidence=0.95)
            held += low <= 0.3 <= high
        assert held / 400 > 0.92

    def test_refuses(self):
        with pytest.raises(ValueError, match="must not exceed"):
            ratio_of_totals([2], [1])


class TestNullCalibration:
    RATES = np.array([0.5, 0.45, 0.3, 0.2, 0.1, 0.05, 0.03, 0.02, 0.01, 0.005] * 6)

    def drawn(self, rng, n):
        """Texts of one source, of which a third mention nobody at all."""
        there = rng.random((n, len(self.RATES))) < self.RATES
        there[rng.random(n) < 1 / 3] = False
        return [[f"t{j}" for j in np.flatnonzero(line)] for line in there]

    def test_two_samples_of_one_source(self):
        many = lexicon(*((f"axis {j % 6}", f"g{j}", f"t{j}", "plain") for j in range(60)))
        rng, bad = np.random.default_rng(11), {Verdict.PROBLEM: 0, Verdict.WATCH: 0}
        rounds = 100
        for _ in range(rounds):
            _, findings = asked(self.drawn(rng, 200), self.drawn(rng, 300), lexicon=many)
            verdicts = {found.verdict for found in findings}
            for verdict in bad:
                bad[verdict] += verdict in verdicts
        assert bad[Verdict.PROBLEM] <= 0.05 * rounds
        assert bad[Verdict.WATCH] <= 0.1 * rounds

    def test_against_a_true_population(self):
        many = lexicon(*(("axis", f"g{j}", f"t{j}", "plain") for j in range(8)))
        due = np.array([0.4, 0.2, 0.15, 0.1, 0.06, 0.05, 0.03, 0.01])
        known = Reference("truth", {(("axis", f"g{j}"),): p for j, p in enumerate(due)})
        rng, problems, watched = np.random.default_rng(12), 0, 0
        for _ in range(200):
            made = [[f"t{j}"] for j in rng.choice(8, size=300, p=due)]
            _, findings = asked(None, made, lexicon=many, reference=known)
            problems += any(found.verdict is Verdict.PROBLEM for found in findings)
            watched += any(found.verdict is Verdict.WATCH for found in findings)
        assert problems <= 0.05 * 200
        assert watched <= 0.1 * 200


@pytest.mark.parametrize("name", ["dev", "test"])
def test_labelled_sentences_are_well_formed(name):
    path = Path(__file__).parent / "labelled" / f"sentences_{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    assert len({line["id"] for line in lines}) == len({line["text"] for line in lines})
    assert len(lines) > 140
    mentions = [pair for line in lines for pair in line["mentions"].split(";") if pair]
    assert all(pair.count(":") == 1 for pair in mentions)


def test_estimates_of_nothing_are_unknown():
    tables, _ = asked(None, texts(20, she=1))
    assert row_of(tables, WOMEN).real_share == Estimate.unknown()


class TestInterface:
    """Through the door: a lexicon of one's own, columns that form groups, a population."""

    def test_own_lexicon(self, tmp_path):
        path = tmp_path / "ours.csv"
        path.write_text(
            "axis,group,term\ngender,women,woman\ngender,men,man\nreligion,Jewish,Jewish\n",
            encoding="utf-8",
        )
        real = ["A woman sings."] * 30 + ["A Jewish man sings."] * 30
        audit = compare_text(real, ["A man sings."] * 60, lexicon=path, ask=["text_mentions"])
        found = {finding.group: finding.verdict for finding in audit.findings if finding.group}
        assert found[WOMEN] is Verdict.PROBLEM
        assert found[JEWISH] is Verdict.PROBLEM
        assert found[MEN] is Verdict.WATCH

    def test_another_language(self):
        audit = compare_text(
            ["Die Frau singt."] * 20, ["Der Mann singt."] * 20, language="de", ask=["text_mentions"]
        )
        (found,) = audit.findings
        assert "no lexicon for the language 'de'" in found.because

    @pytest.mark.real_data
    @pytest.mark.parametrize(
        ("occupation", "published", "lost", "inflated"),
        [
            ("nurse", (100.0, 47.3, 1.8, 5.5, 45.8), {"Male", "Black"}, {"Hispanic"}),
            ("truckdriver", (0.0, 95.0, 0.0, 0.0, 5.1), {"Female", "Black", "Asian", "Hispanic"},
             {"White"}),
        ],
    )  # fmt: skip
    def test_personas_against_the_labour_force(
        self, real_data, occupation, published, lost, inflated
    ):
        """Counts are those published; who is lost or inflated against the labour force."""
        folder = Path(real_data) / "llm_personas"
        table = pd.read_csv(
            folder / f"{occupation}profiles_openai.csv.gz", encoding="cp1252",
            encoding_errors="replace",
        )  # fmt: skip
        force = pd.read_csv(folder / "bls-baselines.csv").set_index("genai_bias_search_term")
        due = force.loc[occupation, ["p_women", "p_white", "p_black", "p_asian", "p_hispanic"]]
        women, white, black, asian, hispanic = (float(share) / 100 for share in due)
        # who is Hispanic is counted in a race, too: races share what the others leave
        whole = white + black + asian
        races = {"White": white, "Black": black, "Asian": asian}
        races = {race: share / whole * (1 - hispanic) for race, share in races.items()}
        audit = compare_text(
            synthetic=table[["biography", "gender", "ethnicity"]],
            text="biography", group=["gender", "ethnicity"], language="xx", ask=["text_mentions"],
            reference={"gender": {"Female": women, "Male": 1 - women},
                       "ethnicity": races | {"Hispanic": hispanic}},
        )  # fmt: skip
        rows = {row.group: row for row in audit["text_mentions"].rows}
        female = rows.get((("gender", "Female"),))
        assert 100 * female.synthetic_share.value == pytest.approx(published[0], abs=0.2)
        named = ("White", "Black", "Asian", "Hispanic")
        for race, share in zip(named, published[1:], strict=True):
            # a label may name two
            with_it = [
                row.synthetic for group, row in rows.items()
                if len(group) == 1 and group[0][0] == "ethnicity" and race in group[0][1]
            ]  # fmt: skip
            assert 100 * sum(with_it) / len(table) == pytest.approx(share, abs=0.2), race
        said = {f.group[0][1]: f.verdict for f in audit.findings if len(f.group) == 1}
        assert {name for name in ("Female", "Male", *named) if said.get(name) == "problem"} == lost
        assert {name for name in named if said.get(name) == "watch"} >= inflated
