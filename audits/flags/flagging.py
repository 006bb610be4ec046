"""Flag every synthetic record: read, check, search, calibrate on real people."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from audits.data import engines
from audits.data.coded import CellIndex
from audits.data.kinds import parse_bands
from audits.data.pair import Pair
from audits.data.row_order import Piece, contents_of, drawn, joined, pieces
from audits.data.rules import bind
from audits.data.rules_counted import Checks
from audits.data.rules_file import read_rules
from audits.data.tables import Codes, Engine
from audits.data.workspace import Workspace
from audits.errors import UsageError
from audits.flags import records, verdicts
from audits.flags.checks import Found
from audits.flags.lines import Lines, severest_first
from audits.flags.records import KINDS, Judge, Records
from audits.flags.result import Flags
from audits.flags.scores import Search
from audits.formulas.conformal import rows_to_flag
from audits.formulas.multiplicity import benjamini_hochberg
from audits.questions.copying_equal import holdout_is_stale
from audits.run import (
    kinds_given,
    named,
    one_thread_of_algebra,
    pair_of,
    plan_of,
    records_of,
    take_rules,
    versions,
)
from audits.seeds import stream_seed
from audits.settings import Settings

STAGES = ("reading", "real rows", "fresh people", "synthetic rows")
_SOURCES = {
    "holdout": "rows of the holdout",
    "left out": "real rows, each judged by all the others",
    "both": "rows of the holdout and, of groups of which it has few, real rows, each judged by all "
    "the others; these groups therefore weigh more among everyone here than they do",
}
_DIFFERS = (
    "The question plausibility of audits compare judges a sample of each group and leaves "
    "sensitive features out of distances; here every row is judged, by all columns, and the flag "
    "is calibrated on more people. Rates of the two differ by that, most of all of rows far from "
    "everyone."
)
Told = Callable[[str, float], None]
Heard = Callable[[float], None]


def flag(  # noqa: PLR0913, one parameter per thing a person may want to say
    real: Any,
    synthetic: Any,
    *,
    sensitive_features: str | Sequence[str],
    holdout: Any = None,
    rules: str | Path | None = None,
    level: float | None = None,
    features: Sequence[str] | None = None,
    kinds: Mapping[str, Any] | None = None,
    metadata: str | Path | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
    settings: Settings | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    work_folder: str | Path | None = None,
    progress: Told | None = None,
) -> Flags:
    """Flag synthetic records that real people would hardly be, row by row.

    A record may break a rule that was given, hold a pair of values that no real row has although
    chance would have brought it about, break a rule that holds of every real row, lie outside the
    real range, or be farther from all real rows than people are. What all this comes to is
    calibrated on fresh real people: those of the holdout, or real rows each judged by all others.

    Parameters
    ----------
    real, synthetic : path, pandas or Polars frame, Arrow table, or DuckDB relation
        As for :func:`audits.compare`; not on Spark, where rows have no order.
    sensitive_features : str or sequence of str
        Columns that form the groups.
    holdout : as `real`, optional
        Real rows that the generator never saw.
    rules : path, optional
        A TOML file of rules that rows must meet; see :mod:`audits.data.rules`.
    level : float, optional
        Share of fresh real people who may be flagged; the setting `flag_level` by default.
    features, kinds, metadata, bands, missing, settings, memory, threads, work_folder, progress
        As for :func:`audits.compare`.

    Returns
    -------
    Flags
        A line per synthetic row, in order, and rates per group; `save` writes the lines.

    Raises
    ------
    UsageError
        If an argument makes no sense.
    InputError
        If a table cannot be judged; the message says where and what to do.

    Examples
    --------
    >>> import audits, pandas as pd
    >>> people = pd.DataFrame({"sex": ["female", "male"] * 200, "age": [*range(20, 60)] * 10})
    >>> odd = pd.concat([people, pd.DataFrame({"sex": ["male"], "age": [110]})])
    >>> found = audits.flag(people, odd, sensitive_features="sex").to_frame()
    >>> found[found["flagged"]][["row", "out_of_range"]].values.tolist()
    [[401, 'age 110 is above every real value (59)']]
    """
    with opened_flagging(
        real, synthetic, sensitive_features=sensitive_features, holdout=holdout, rules=rules,
        features=features, kinds=kinds, metadata=metadata, bands=bands, missing=missing,
        settings=_settings(settings, level), memory=memory, threads=threads,
        work_folder=work_folder, progress=progress,
    ) as flagging:  # fmt: skip
        return flagging.flags()


@contextlib.contextmanager
def opened_flagging(  # noqa: PLR0913, those of `flag`
    real: Any,
    synthetic: Any,
    *,
    sensitive_features: str | Sequence[str],
    holdout: Any = None,
    rules: str | Path | None = None,
    features: Sequence[str] | None = None,
    kinds: Mapping[str, Any] | None = None,
    metadata: str | Path | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
    settings: Settings,
    memory: str | int | None = None,
    threads: int | None = None,
    work_folder: str | Path | None = None,
    progress: Told | None = None,
) -> Iterator[Flagging]:
    """Yield what flags rows; the tables are open as long. Arguments are those of `flag`."""
    told = progress or (lambda _stage, _share: None)
    given = {"real": real, "synthetic": synthetic}
    if holdout is not None:
        given["holdout"] = holdout
    _refuse_spark(given)
    markers = frozenset(named("missing", missing))
    written = () if rules is None else read_rules(rules)
    told("reading", 0.0)
    with (
        Workspace(memory, threads, work_folder) as work,
        engines.opened(given, work, markers=markers) as tables,
        one_thread_of_algebra(),
    ):
        plan = plan_of(
            sensitive=named("sensitive_features", sensitive_features),
            features=None if features is None else named("features", features),
            weights=None,
            bands=parse_bands(bands),
            kinds=kinds_given(kinds, metadata),
            tables=tables,
        )
        bound = bind(written, tables, settings.level_limit)
        pair = pair_of(tables, plan, settings, told)
        take_rules(pair, bound)
        yield Flagging(pair, tables, work.threads)


def _settings(settings: Settings | None, level: float | None) -> Settings:
    settings = settings or Settings()
    return settings if level is None else settings.having(flag_level=level)


def _refuse_spark(given: Mapping[str, Any]) -> None:
    for role, data in given.items():
        if engines.is_spark(data):
            raise UsageError(
                f"the {role} table is Spark's, whose rows have no order, and flags are given row "
                "by row. Write it as Parquet and give its path."
            )


class Flagging:
    """The steps, one after the other; `base` are the real rows searched, once there are flags."""

    base: Piece

    def __init__(self, pair: Pair, tables: Mapping[str, Engine], threads: int) -> None:
        if not pair.attributes:
            raise UsageError("no column can be compared, so no record can be flagged.")
        self.pair, self.tables, self.threads = pair, tables, threads
        self.names = [coding.name for coding in pair.attributes]
        self.features = [coding.name for coding in pair.features]
        self.stale = holdout_is_stale(pair)
        self.holdout = None if self.stale else pair.holdout
        self.source = "left out" if self.holdout is None else "holdout"

    def flags(self) -> Flags:
        """Return everything."""
        pair, settings = self.pair, self.pair.settings
        judge, fresh = self._learn()
        found, codes, own = self._judged(judge)
        judged = verdicts.judge(pair.groups, fresh, found, settings)
        groups = verdicts.rates(pair.groups, (fresh, found), judged, settings)
        rules = [] if pair.rules is None else [(r.name, r.check) for r in pair.rules.rules]
        adjusted = benjamini_hochberg(judged[1].combined_p)
        lines = Lines(
            features=pair.features,
            attributes=pair.attributes,
            own=own,
            codes=codes,
            records=found,
            judged=judged[1],
            adjusted=adjusted,
            listed=adjusted <= settings.false_discovery_rate,
            checks=judge.found.fresh,
            named=tuple(name for name, _ in rules),
            ends=judge.found.ends,
            order=_order(groups),
        )
        return Flags(
            level=settings.flag_level,
            fresh=self.source,
            groups=groups,
            rules=verdicts.rule_rates(rules, (fresh, found), settings),
            inputs=records_of(self.tables, None),
            settings=settings,
            notes=tuple(self._notes(fresh)),
            versions=versions(),
            lines=lines,
        )

    def _judged(self, judge: Judge) -> tuple[Records, Codes, Codes]:
        """Judge every synthetic row; return its codes, and those of its group, too."""
        parts, codes, own = [], [], []
        done = 0
        for piece in self._pieces("synthetic"):
            told = self._heard("synthetic rows", done, len(piece.codes), self.pair.synthetic.rows)
            parts.append(judge.records(piece, told=told))
            codes.append(piece.codes)
            own.append(piece.features)
            done += len(piece.codes)
        return records.joined(parts), np.concatenate(codes), np.concatenate(own)

    def _heard(self, stage: str, done: int = 0, rows: int = 1, of: int = 1) -> Heard:
        """Return what is told the share done of so many rows, after others, of so many."""
        return lambda share: self.pair.progress(stage, min(1.0, (done + share * rows) / of))

    def _checks(self, role: str) -> Checks | None:
        rules = self.pair.rules
        return rules.checks(role, self.tables) if rules is not None and rules.rules else None

    def _pieces(self, role: str) -> Any:
        return pieces(self.tables[role], self.names, self.features, self._checks(role))

    def _learn(self) -> tuple[Judge, Records]:
        """Find what holds of the real rows, and judge those who stand for fresh people by it."""
        pair, settings = self.pair, self.pair.settings
        contents = contents_of(pair.real)
        searched = self._drawn(contents, settings.flag_base, "base")
        base = self.base = self._taken("real", searched)
        cells = CellIndex(pair.cells, [coding.size for coding in pair.features])
        search = Search(pair, base.codes, self.threads)
        judge = Judge(Found(pair), search, np.sort(contents), cells)
        return judge, self._fresh(judge, base)

    def _fresh(self, judge: Judge, base: Piece) -> Records:
        """Judge those who stand for fresh people.

        They are the holdout's; of groups of which it has too few, and where there is none, real
        rows stand in, each judged by all the others.
        """
        most, heard = self.pair.settings.flag_fresh, self._heard("fresh people")
        held: list[Records] = []
        lacking = np.ones(len(base.codes), dtype=bool)
        if self.holdout is not None:
            chosen = self._drawn(contents_of(self.holdout), most, "fresh")
            held.append(judge.records(self._taken("holdout", chosen), told=heard))
            rows = np.bincount(held[0].cell, minlength=len(self.pair.cells) + 1)
            lacking = (rows < verdicts.people_needed(self.pair.settings))[judge.cell_of(base)]
        if lacking.any():
            mine = base.at(np.flatnonzero(lacking))
            mine = mine.at(self._drawn(mine.contents, most, "fresh"))
            held.append(judge.records(mine, fresh=False, told=heard))
            self.source = "both" if len(held) > 1 else "left out"
        return records.joined(held)

    def _taken(self, role: str, chosen: Any) -> Piece:
        """Return some rows of a table, in order."""
        kept, start, rows = [], 0, max(self.tables[role].rows, 1)
        for piece in self._pieces(role):
            here = chosen[(chosen >= start) & (chosen < start + len(piece.codes))]
            kept.append(piece.at(here - start))
            start += len(piece.codes)
            self.pair.progress("real rows", start / rows)
        return joined(kept)

    def _drawn(self, contents: Any, most: int, name: str) -> Any:
        seed = stream_seed(self.pair.settings.seed, "flag", name, ())
        return drawn(contents, most, seed)

    def _notes(self, fresh: Records) -> list[str]:
        """Say what the flags rest on."""
        pair, settings = self.pair, self.pair.settings
        said = [f"Calibrated on {len(fresh):,} real people: {_SOURCES[self.source]}."]
        if pair.real.rows > settings.flag_base:
            said.append(
                f"The nearest were sought among {settings.flag_base:,} of {pair.real.rows:,} real "
                "rows (flag_base)."
            )
        if np.isfinite(fresh.score).sum() < rows_to_flag(settings.flag_level):
            said.append(
                f"At a level of {settings.flag_level:g} no record can be flagged by so few people. "
                "Choose a higher level, or give more real rows."
            )
        said += [*self._overlap(), _DIFFERS]
        sources = [note for engine in self.tables.values() for note in engine.source.notes]
        return [*said, *sources, *pair.book.notes]

    def _overlap(self) -> list[str]:
        """Say how many rows of the holdout are real rows, and what was made of it."""
        holdout = self.pair.holdout
        same = 0 if holdout is None else holdout.matches(self.pair.real)
        if holdout is None or not same:
            return []
        said = f"{same:,} of {holdout.rows:,} rows of the holdout are also in the real table"
        if self.stale:
            return [f"{said}, more than chance explains: it is not fresh, and was not used."]
        return [f"{said}: if they are the same people, too few records are flagged."]


def _order(groups: Sequence[verdicts.GroupFlags]) -> tuple[str, ...]:
    """Kinds of rules in the order of their weight: how rarely real people break them."""
    everyone = [line for line in groups if line.group == () and line.kind in KINDS]
    return severest_first([(line.kind, line.real_rate.value) for line in everyone])
