"""Texts: tokens per CPU second of every stage, peak memory, and the longest silence.

    python benchmarks/texts.py [DOCUMENTS]
    python benchmarks/texts.py --stages DOCUMENTS FOLDER [QUESTION ...]

Two collections of DOCUMENTS (100,000) texts of about 100 words are made: words by Zipf's law among
English function words, with people among them ("the old Black woman from Kenya"), so that the
lexicon has something to find; groups are the identities that texts mention, and their crossings.
One process goes through the stages and says what each costs, and for how long it reported no
progress; another does the whole audit by `audits.compare_text`, whose memory is looked at. The
second form goes through the stages alone, with texts that it keeps in FOLDER.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

DOCUMENTS, WORDS, VOCABULARY = 100_000, 100, 40_000
FLOORS = {"reading": 500_000, "whole audit": 200_000}
STAGE_FLOOR = 1_000_000
MOST_MEGABYTES = 4_000
FUNCTION = """
the and of to a in that it was for on with as his her he she they at by from not but had is be this
which or an were their are there who when all would been will more no if out so what up its about
into than them can only other time some could these two may then do first any
"""
HOLDERS = "woman man person girl boy teacher nurse worker student neighbour doctor"
MARKS = """
old young Black white Asian Muslim Christian Jewish disabled gay blind poor rich Kenyan Mexican
Chinese French tall fat elderly Latina deaf Hindu Indian immigrant
"""
PEOPLE_PER_TEXT = 1.5
TOKENS_PER_TEXT = 116  # with stops and commas, on average


def made_words(count: int) -> np.ndarray:
    """Return words of syllables, the more frequent ones shorter."""
    syllables = [c + v for c in "bdfgklmnprstv" for v in ("a", "e", "i", "o", "u", "ar", "en")]
    words, size = [], len(syllables)
    for n in range(count):
        word, left = "", n + size
        while left:
            word += syllables[left % size]
            left //= size
        words.append(word)
    return np.array(words, dtype=object)


def made_texts(documents: int, seed: int, *, people: float) -> list[str]:
    """Make texts; `people` is how many each speaks of, on average."""
    rng = np.random.default_rng(seed)
    shares = 1 / (np.arange(VOCABULARY) + 3.0)
    content = made_words(VOCABULARY)[
        rng.choice(VOCABULARY, p=shares / shares.sum(), size=(documents, WORDS))
    ]
    common, marks, holders = (
        np.array(listed.split(), dtype=object) for listed in (FUNCTION, MARKS, HOLDERS)
    )
    weight = 1 / (np.arange(len(common)) + 2.0)
    small = common[rng.choice(len(common), p=weight / weight.sum(), size=(documents, WORDS))]
    words = np.where(rng.random((documents, WORDS)) < 0.45, small, content)
    for _ in range(2):
        some = np.flatnonzero(rng.random(documents) < people / 2)
        at = rng.integers(0, WORDS, len(some))
        words[some, at] = (
            "the " + rng.choice(marks, len(some)) + " " + rng.choice(holders, len(some))
        )
    ends = rng.random((documents, WORDS))
    words = np.where(ends < 0.07, words + ".", np.where(ends < 0.13, words + ",", words))
    return [" ".join(row).capitalize() + "." for row in words]


def write(folder: Path, documents: int) -> list[Path]:
    paths = []
    for side, seed, people in (("real", 1, PEOPLE_PER_TEXT), ("synthetic", 2, 1.2)):
        path = folder / f"{side}.parquet"
        pd.DataFrame({"text": made_texts(documents, seed, people=people)}).to_parquet(path)
        paths.append(path)
    return paths


class Clock:
    """Costs of stages, told as each ends, and how long nothing was heard in it."""

    def __init__(self, tokens: int = 0) -> None:
        self.tokens = tokens
        self._stage, self._busy, self._began, self._heard, self._silent = "", 0.0, 0.0, 0.0, 0.0

    def begin(self, stage: str) -> None:
        self._stage, self._silent = stage, 0.0
        self._busy, self._began = time.process_time(), time.perf_counter()
        self._heard = self._began

    def heard(self, _stage: str, _share: float) -> None:
        now = time.perf_counter()
        self._silent, self._heard = max(self._silent, now - self._heard), now

    def end(self) -> None:
        self.heard("", 1.0)
        busy, took = time.process_time() - self._busy, self._heard - self._began
        floor = FLOORS.get(self._stage, STAGE_FLOOR)
        speed = self.tokens / max(busy, 1e-3)
        below = "" if speed >= floor else "below"
        print(
            f"| {self._stage} | {busy:.1f} | {took:.1f} | {speed:,.0f} | {floor:,} | {below} | "
            f"{self._silent:.1f} | {megabytes():,.0f} |",
            flush=True,
        )


def megabytes() -> float:
    """Return the most memory this process ever held, as Linux tells it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def stages(folder: Path, only: Sequence[str]) -> None:
    """Go through an audit stage by stage, in this process."""
    from audits.corpus import opening
    from audits.corpus.asked import Asked
    from audits.data.workspace import Workspace
    from audits.registry import all_questions
    from audits.run import one_thread_of_algebra
    from audits.settings import Settings

    clock, settings = Clock(), Settings()
    given = {side: folder / f"{side}.parquet" for side in ("real", "synthetic")}
    opening.find_mentions = _timed(clock, opening.find_mentions)
    clock.begin("reading")
    with (
        Workspace(None, None, None) as work,
        opening.opened_corpora(given, Asked(), settings, work, clock.heard) as corpora,
        one_thread_of_algebra(),
    ):
        clock.end()
        clock.begin("words")
        words = sum(len(collection.words.ids) for collection in corpora.collections)
        clock.end()
        for question in all_questions():
            if not question.of.startswith("text") or (only and question.id not in only):
                continue
            clock.begin(question.id)
            tables = question.measure(corpora)
            clock.heard("", 1.0)
            question.judge(tables, settings)
            clock.end()
        print(f"\n{clock.tokens:,} tokens, {words:,} words, {len(corpora.groups.names)} groups\n")


def _timed(clock: Clock, find_mentions: Callable[..., Any]) -> Callable[..., Any]:
    """Have the search for mentions be a stage of its own, and what follows it another."""

    def timed(collections: Any, *given: Any, **named: Any) -> Any:
        clock.tokens = sum(len(collection.tokens) for collection in collections)
        clock.end()
        clock.begin("mentions")
        found = find_mentions(collections, *given, **named)
        clock.end()
        clock.begin("grouping")
        return found

    return timed


def whole(folder: Path) -> None:
    """Do the whole audit, in this process."""
    import audits

    clock = Clock()
    clock.begin("whole audit")
    sides = [folder / f"{side}.parquet" for side in ("real", "synthetic")]
    audit = audits.compare_text(*sides, progress=clock.heard)
    clock.tokens = TOKENS_PER_TEXT * sum(table.rows for table in audit.inputs)
    clock.end()
    most = megabytes()
    verdict = "within" if most <= MOST_MEGABYTES else "above"
    print(f"\npeak memory: {most:,.0f} MB, {verdict} {MOST_MEGABYTES:,} MB")


def main() -> None:
    if sys.argv[1:2] == ["child"]:
        folder = Path(sys.argv[3])
        stages(folder, sys.argv[4:]) if sys.argv[2] == "stages" else whole(folder)
        return
    alone = sys.argv[1:2] == ["--stages"]
    given = sys.argv[2:] if alone else sys.argv[1:]
    documents = int(given[0]) if given else DOCUMENTS
    with tempfile.TemporaryDirectory() as made:
        folder = Path(given[1]) if alone else Path(made)
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "synthetic.parquet").exists():
            write(folder, documents)
        print("| stage | CPU s | s | tokens per CPU s | floor | | longest silence, s | peak MB |")
        print("|---|---|---|---|---|---|---|---|", flush=True)
        for mode in ("stages",) if alone else ("stages", "whole"):
            command = [sys.executable, __file__, "child", mode, str(folder), *given[2:]]
            subprocess.run(command, check=True)


if __name__ == "__main__":
    main()
