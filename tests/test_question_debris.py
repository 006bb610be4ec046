"""Debris of texts: what is planted is found, what real texts do is none, and on whom it falls."""

from __future__ import annotations

import dataclasses
import gzip
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from texts_made import corpora_of, zipf_texts

import audits
from audits.corpus import debris as kinds
from audits.corpus import near_duplicates as search
from audits.corpus.debris import CUT, ENCODING, KINDS, LOOP, MACHINE, PROMPT, SHORT
from audits.corpus.near_duplicates import near_duplicates, repeats
from audits.disclosure import protected
from audits.errors import AuditError, UsageError
from audits.questions import text_debris
from audits.results import Verdict
from audits.settings import Settings

CALM = "The boat came late, and the man who sold the nets had gone home to eat."


def found(text, prompt=None):
    """The kinds that one text is of, among calm ones."""
    corpora = corpora_of([CALM], [text], language="de")
    synthetic = corpora.synthetic
    if prompt is not None:
        synthetic = dataclasses.replace(synthetic, prompts=[prompt])
    duplicates = near_duplicates(corpora.collections, similarity=0.5)
    of = kinds.debris(synthetic, duplicates, 1, fewest_words=5)
    return {kind for kind in KINDS if of[kind].any()}


class TestSingleTexts:
    @pytest.mark.parametrize(
        "text",
        [
            "As an AI language model, I have no childhood to tell of in this town.",
            "I'm sorry, but I can’t write about that woman or about her town.",
            "I cannot assist with requests of this kind about the people there.",
            "Certainly! Here's a short tale about a fox and a boat and a man.",
            "Here is a rewritten version of the text about the town: the boat came.",
            "The boat came late in the night. Let me know if you need more.",
            "I am an AI developed to help, and I have never seen a boat come in.",
            "I'm just a language model, so I have never seen a boat come in.",
            "Unfortunately, I can't write the tale of the boat for you as you asked.",
            "It is not right, and I cannot comply with what was asked about the town.",
            "The boat came late. Would you like me to write more about the man?",
        ],
    )
    def test_words_of_machines(self, text):
        assert found(text) == {MACHINE}

    @pytest.mark.parametrize(
        "text",
        [
            "She can't help but laugh when the boat comes late into the harbour.",
            "I cannot help it that the boat was late, said the man with the nets.",
            "I can't help my brother with the boat when the sea is up, she said.",
            "He writes about models and assistants who carry the lamps in the theatre.",
            "Of course she went home before the boat came in that night.",
            "Sure, it was late, and the man who sold the nets had gone home.",
            "I am sorry that I missed the boat, and my brother is too.",
            "I'm sorry, but I can't come tonight, as the boat is late again.",
            "As an AI researcher, she speaks about models that write of boats.",
            "I am an AI engineer, and I am an assistant professor in the town.",
            "I am an assistant to a dentist, and in the evening I mend boats.",
            "He said that I can't write, and I can't answer him as I would like.",
            "Please let me know if you can make it. I'll be cooking fish that night.",
            "Think of it like this. Here is an example: the boat came late that day.",
        ],
    )
    def test_people_who_sound_like_them(self, text):
        assert found(text) == set()

    @pytest.mark.parametrize(
        ("text", "kind"),
        [
            ("### Response: the boat came late into the harbour that night.", PROMPT),
            ("[INST] The boat came late into the harbour that night. [/INST]", PROMPT),
            ("My name is {name} and I come from the town by the sea.", PROMPT),
            ("Where is it?\nQuestion: when did the boat come in that night?", PROMPT),
            ("The boat came <|endoftext|> late into the harbour that night.", PROMPT),
            ("The cafÃ© by the sea was shut when the boat came late.", ENCODING),
            ("Itâ€™s late and the boat has not come into the harbour.", ENCODING),
            ("The b\ufffdat came late into the harbour that night.", ENCODING),
            ("Salt &amp; pepper stood on the table when the boat came.", ENCODING),
            ("<p>The boat came late into the harbour that night.</p>", ENCODING),
            ("He works hard. He works hard. He works hard. And so on.", LOOP),
            ("It was very very very very late when the boat came in.", LOOP),
            ("The boat came late into the harbour and the man who", CUT),
            ("The boat came late into the harbour,", CUT),
            ("The boat came.", SHORT),
        ],
    )
    def test_what_is_broken(self, text, kind):
        assert found(text) == {kind}

    @pytest.mark.parametrize(
        "text",
        [
            "La maison de l'été était très belle, et l'âne dormait là-bas toujours.",
            "“The boat came late,” she said, “and the man had gone home.”",
            "The boat came late, so so late, so late that the man had gone 🙂",
            "שלום לכולם, הסירה הגיעה מאוחר אל הנמל בלילה.",
            "In \\documentclass{article} there is no boat, said the man with the nets.",
            "Tom & Ann waited; the price was 5 < 6 and the boat came late!",
        ],
    )
    def test_what_is_not(self, text):
        assert found(text) == set()

    def test_a_prompt_in_its_text(self):
        prompt = "Write a short biography of a nurse who lives in a small town by the sea."
        leak = f"Sure thing. {prompt} Her name was Ann and she was late."
        assert PROMPT in found(leak, prompt)
        assert found("A nurse lives in a small town and her name is Ann Lee.", prompt) == set()
        assert found("Ann, please tell me, where does the boat go tonight?", "Tell me") == set()


class TestNearDuplicates:
    TEXT = " ".join(f"word{i}" for i in range(60))

    def changed(self, *places):
        words = self.TEXT.split()
        for place in places:
            words[place] = f"other{place}"
        return " ".join(words)

    def test_equal_and_nearly_equal(self):
        others = zipf_texts(30, 60, 1)
        corpora = corpora_of([self.TEXT, *others[:10]], [self.changed(30), self.changed(31),
                             *others[10:]], language="de")  # fmt: skip
        of = near_duplicates(corpora.collections, similarity=0.5)
        assert [int(one.sum()) for one in of.copied] == [0, 2]
        assert [int(repeats(one).sum()) for one in of.sets] == [0, 1]
        assert [int(one.sum()) for one in of.alike] == [0, 2]

    def test_what_shares_less_than_asked(self):
        corpora = corpora_of([self.TEXT], [self.changed(5, 15, 25, 35, 45)], language="de")
        shared = (56 - 25) / (56 + 25)
        for limit, count in ((shared - 0.01, 1), (shared + 0.01, 0)):
            of = near_duplicates(corpora.collections, similarity=limit)
            assert of.copied[1].sum() == count

    def test_all_but_one_of_like_texts_repeat(self):
        corpora = corpora_of(None, ["Some few words."] * 4 + ["Other few words."], language="de")
        of = near_duplicates(corpora.collections, similarity=0.5)
        assert repeats(of.sets[0]).sum() == 3
        assert of.alike[0].sum() == 4

    def test_nothing_found_by_the_library_is_an_error(self, monkeypatch):
        monkeypatch.setattr(search, "_candidates", lambda *_: np.empty((0, 2), dtype=np.int64))
        corpora = corpora_of([CALM], [CALM], language="de")
        with pytest.raises(AuditError, match="a pair that was planted was not found"):
            near_duplicates(corpora.collections, similarity=0.5)

    @given(st.lists(st.integers(0, 3), max_size=40), st.integers(0, 3))
    def test_loops_by_looking_at_every_place(self, words, more):
        words = [*words, *[more] * 2]
        repeated = any(
            words[i : i + p] * n == words[i : i + p * n]
            for p in range(1, 31)
            for n in [4 if p == 1 else 3]
            for i in range(len(words) - p * n + 1)
        )
        of = kinds.loops(np.array(words, dtype=np.int32), np.array([0, len(words)]))
        assert bool(of[0]) == repeated


@pytest.fixture(scope="module")
def answer(sample):
    return audits.compare_text(
        sample / "biographies_real.jsonl", sample / "biographies_synthetic.jsonl",
        group=["gender", "race"], prompt="prompt", ask=["text_debris"],
    )  # fmt: skip


class TestQuestion:
    def test_as_much_as_was_planted(self, answer):
        rows = {row.attribute: row for row in answer["text_debris"].tables["kinds"]
                if not row.group}  # fmt: skip
        assert {kind: row.hits_synthetic for kind, row in rows.items()} == {
            kinds.REPEATED: rows[kinds.REPEATED].hits_synthetic,
            MACHINE: 34, PROMPT: 15, ENCODING: 16, LOOP: 8, CUT: 10,
        }  # fmt: skip
        assert rows[kinds.REPEATED].hits_synthetic >= 117 + 44 - 6
        assert all(row.hits_real == 0 for row in rows.values())

    def test_on_whom_it_falls(self, answer):
        [worst] = answer.about("text_debris", {"gender": "woman", "race": "Black"})
        assert worst.verdict is Verdict.PROBLEM
        assert "it falls on them" in worst.because
        assert worst.evidence["hits_synthetic"] == 117

    def test_flags_say_which(self, sample, tmp_path):
        import pandas as pd

        files = sample / "biographies_real.jsonl", sample / "biographies_synthetic.jsonl"
        for name, read in (("f.csv", pd.read_csv), ("f.parquet", pd.read_parquet)):
            audits.compare_text(
                *files, group="race", prompt="prompt", ask=["text_debris"],
                flags=tmp_path / name,
            )  # fmt: skip
            lines = read(tmp_path / name)
            assert lines["row"].tolist() == list(range(1, 901))
            machine = lines[lines["machine"].isin([True, "yes"])]
            assert len(machine) == 34
            given = pd.read_json(files[1], lines=True)
            assert (lines["race"] == given["race"]).all()
            assert given["text"][machine.index].str.contains("AI|!|I can", regex=True).all()
            assert machine["reasons"].str.contains("as do 0 % of the real texts").all()

    def test_examples_are_of_their_kind_and_never_copies(self, answer, sample):
        examples = answer["text_debris"].tables["examples"]
        lines = (sample / "biographies_synthetic.jsonl").read_text(encoding="utf-8").splitlines()
        texts = [json.loads(line)["text"] for line in lines]
        assert {row.attribute for row in examples} == {
            kinds.REPEATED, MACHINE, PROMPT, ENCODING, LOOP, CUT
        }  # fmt: skip
        for row in examples:
            piece = row.text.removeprefix("… ").removesuffix(" …")
            assert piece in " ".join(texts[row.row - 1].split())
        copied = audits.compare_text([CALM] * 12, [CALM] * 12, ask=["text_debris"])
        assert not copied["text_debris"].tables["examples"]

    def test_no_example_of_a_hidden_group_is_handed_over(self, sample):
        real = ["The old woman sings of the sea and of boats."] * 40
        made = [f"Man {i} sings of the sea and of boats for" for i in range(40)]
        made += [f"A Sikh man {i} sings of the sea and of boats for" for i in range(4)]
        audit = audits.compare_text(
            real, made, ask=["text_mentions", "text_debris"], settings=Settings(fewest_texts=3)
        )
        rows = audit["text_debris"].tables["examples"]
        shown = protected(audit, 11)["text_debris"].tables["examples"]
        assert {row.attribute for row in rows} == {kinds.REPEATED, CUT}
        assert len(shown) <= len(rows)
        assert not any("religion=Sikh" in row.mentions for row in shown)
        assert not any("Sikh" in row.text for row in shown)

    def test_flags_go_to_known_kinds_of_files(self, tmp_path):
        with pytest.raises(UsageError, match=r"must end in \.parquet or \.csv"):
            audits.compare_text([CALM], [CALM], flags=tmp_path / "f.txt")
        assert not list(tmp_path.iterdir())

    def test_real_texts_do_it_too(self):
        rng = np.random.default_rng(3)
        texts = [f"{text[:-1]}" for text in zipf_texts(400, 30, 5)]
        rng.shuffle(texts)
        tables = text_debris.measure(corpora_of(texts[:200], texts[200:], language="de"))
        [finding] = [f for f in text_debris.judge(tables, Settings()) if f.attribute is None]
        assert tables["groups"][0].hits_synthetic == 200
        assert finding.verdict is not Verdict.PROBLEM
        assert finding.verdict is not Verdict.WATCH

    def test_without_real_texts_only_the_uneven_is_judged(self):
        texts = [CALM.replace("boat", f"boat{i} and gull{i * 7} on pier{i * 3}") for i in range(80)]
        broken = [text[:-1] for text in texts[:30]]
        labels = {"who": [["ash"] * 40 + ["elm"] * 40]}
        corpora = corpora_of(None, [*broken, *texts[30:]], labels=labels, language="de")
        found = {f.group: f for f in text_debris.judge(text_debris.measure(corpora), Settings())
                 if f.attribute is None}  # fmt: skip
        assert found[(("who", "ash"),)].verdict is Verdict.WATCH
        assert found[(("who", "elm"),)].verdict is Verdict.NOT_ENOUGH_EVIDENCE
        assert "none were given" in found[()].because

    def test_few_texts_say_nothing(self):
        tables = text_debris.measure(corpora_of([CALM] * 9, [CALM] * 9, language="de"))
        assert {f.verdict for f in text_debris.judge(tables, Settings())} == {
            Verdict.NOT_ENOUGH_EVIDENCE
        }

    def test_chance_accuses_in_few_audits(self):
        """Of both sides a tenth break off, whoever they are about."""
        texts = zipf_texts(300, 8, 11)
        accused = 0
        for seed in range(16):
            rng = np.random.default_rng(seed)
            some = [t[:-1] if rng.random() < 0.1 else t for t in texts]
            who = rng.choice(list("abcd"), size=300).tolist()
            labels = {"who": [who[:150], who[150:]]}
            corpora = corpora_of(some[:150], some[150:], labels=labels, language="de")
            findings = text_debris.judge(text_debris.measure(corpora), Settings())
            bad = (Verdict.PROBLEM, Verdict.WATCH)
            accused += any(f.verdict in bad for f in findings)
        assert accused <= 1

    @pytest.mark.parametrize(("real", "synthetic"), [(60, 900), (900, 60)])
    def test_a_larger_collection_of_the_same_kind_is_not_accused(self, real, synthetic):
        """The more texts are drawn from one source, the more of them repeat."""
        kinds_of = zipf_texts(700, 12, 4)
        drawn = np.random.default_rng(6).choice(700, size=real + synthetic)
        texts = [kinds_of[i] for i in drawn]
        corpora = corpora_of(texts[:real], texts[real:], language="de")
        tables = text_debris.measure(corpora)
        [row] = [row for row in tables["kinds"] if row.attribute == kinds.REPEATED]
        assert abs(row.synthetic_share.value - row.real_share.value) > 0.3
        assert row.more.low < 0 < row.more.high
        found = text_debris.judge(tables, Settings())
        assert {f.verdict for f in found} <= {Verdict.OK, Verdict.NOT_ENOUGH_EVIDENCE}
        assert any("among 60 texts of either" in f.because for f in found)

    def test_a_group_whose_real_texts_do_it_as_often_is_not_accused(self):
        texts = zipf_texts(800, 20, 12)
        who = ["ash" if i % 2 else "elm" for i in range(400)]
        texts = [t[:-1] if i % 2 and i % 3 else t for i, t in enumerate(texts)]
        corpora = corpora_of(texts[:400], texts[400:], labels={"who": [who, who]}, language="de")
        tables = text_debris.measure(corpora)
        [ash] = [row for row in tables["groups"] if row.group == (("who", "ash"),)]
        assert ash.times.low > 2
        found = {f.verdict for f in text_debris.judge(tables, Settings())}
        assert found <= {Verdict.OK, Verdict.NOT_ENOUGH_EVIDENCE}

    def test_copies_fall_on_a_group(self):
        real = zipf_texts(200, 30, 13)
        fresh = zipf_texts(400, 30, 14)
        who = ["ash"] * 40 + ["elm"] * 160
        synthetic = [*real[:20], *fresh[220:400]]
        corpora = corpora_of(real, synthetic, labels={"who": [who, who]}, language="de")
        found = text_debris.judge(text_debris.measure(corpora), Settings())
        copies = {f.group: f.verdict for f in found if f.attribute == kinds.COPIED}
        assert copies[(("who", "ash"),)] is Verdict.PROBLEM
        assert (("who", "elm"),) not in copies
        [ash] = [f for f in found if f.group == (("who", "ash"),) and f.attribute is None]
        assert ash.verdict is Verdict.NOT_ENOUGH_EVIDENCE

    def test_nothing_is_copied_where_nothing_is_real(self):
        tables = text_debris.measure(corpora_of(None, [CALM] * 20, language="de"))
        assert {row.attribute for row in tables["kinds"]} == {kinds.REPEATED}

    def test_of_like_texts_the_whole_one_is_kept(self):
        whole, cut = CALM, CALM[:-1]
        corpora = corpora_of(None, [cut, cut, whole], language="de")
        [row] = text_debris.measure(corpora)["groups"]
        assert row.hits_synthetic == 2


@pytest.mark.real_data
class TestSelfInstruct:
    """Answers of models to the 252 instructions of people, beside the answers of people."""

    @pytest.fixture
    def answers(self, real_data):
        folder = real_data / "instructions"
        lines = (folder / "user_oriented_instructions.jsonl").read_text(encoding="utf-8")
        human = [one["output"] for line in lines.splitlines()
                 for one in json.loads(line)["instances"]]  # fmt: skip

        def of(model):
            with gzip.open(
                folder / f"{model}_predictions.jsonl.gz", "rt", encoding="utf-8"
            ) as file:
                return human, [json.loads(line)["response"] for line in file]

        return of

    def found(self, answers, model):
        corpora = corpora_of(*answers(model), language="de")
        findings = text_debris.judge(text_debris.measure(corpora), Settings())
        return {f.attribute: f for f in findings}

    def test_a_model_that_was_not_taught_to_stop(self, answers):
        """The plain model goes on with further inputs and outputs, over and over."""
        found = self.found(answers, "davinci")
        worst = {kind for kind, f in found.items() if f.verdict is Verdict.PROBLEM}
        assert worst == {None, PROMPT, LOOP, CUT}
        assert found[LOOP].evidence["hits_synthetic"] > 150
        assert found[LOOP].evidence["hits_real"] == 0

    def test_one_that_was(self, answers):
        found = self.found(answers, "text-davinci-003")
        bad = {kind for kind, f in found.items() if f.verdict in (Verdict.PROBLEM, Verdict.WATCH)}
        assert bad == {kinds.COPIED}  # the same short answers to the same questions
        assert found[None].verdict is Verdict.OK
