"""The conductor of simulations: reads a table, runs the loop, and sums up over chains."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audits.alone import Reading, alone
from audits.data.coded_table import CodedTable, coded_table
from audits.data.pair import Pair
from audits.errors import InputError, UnknownNameError
from audits.results import ColumnRecord, Group, InputRecord, Row
from audits.run import records_of, versions
from audits.settings import Settings
from audits.simulation.chains import run_chains
from audits.simulation.files import folder_of
from audits.simulation.planner import fresh_rows
from audits.simulation.recipes import Recipe, recipe
from audits.simulation.rows import FreshRows, SimulatedGroup, SimulatedStep
from audits.simulation.summary import summed_up

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class Simulation:
    """What would become of every group if a table were made anew from itself, over and over.

    `groups` has a line per group, those that keep least first; `steps` one per group and
    generation; `plan` one per group where a loss to be held was named. `rows` and `real_rows` of
    `recipe` are those of every generation.
    """

    FORMAT = 1
    inputs: tuple[InputRecord, ...]
    sensitive_features: tuple[str, ...]
    columns: tuple[ColumnRecord, ...]
    settings: Settings
    recipe: Recipe
    groups: tuple[SimulatedGroup, ...]
    steps: tuple[SimulatedStep, ...]
    plan: tuple[FreshRows, ...]
    notes: tuple[str, ...]
    versions: Mapping[str, str]

    @property
    def tables(self) -> dict[str, tuple[Row, ...]]:
        """Every table by its name."""
        return {"groups": self.groups, "steps": self.steps, "plan": self.plan}

    def __getitem__(self, group: Mapping[str, str]) -> SimulatedGroup:
        """Return the line of a group, such as ``simulation[{"sex": "female"}]``."""
        wanted: Group = tuple(sorted(group.items()))
        for row in self.groups:
            if row.group == wanted:
                return row
        known = [
            " ".join(f"{c}={v}" for c, v in row.group) or "{} (everyone)" for row in self.groups
        ]
        raise UnknownNameError("group", " ".join(f"{c}={v}" for c, v in wanted), known)

    def to_dict(self) -> dict[str, Any]:
        """Strict JSON types only."""
        from audits.reports.simulation_report import simulation_to_dict

        return simulation_to_dict(self)

    def to_frame(self, table: str = "groups") -> pd.DataFrame:
        """One line per row of a table: "groups", "steps" or "plan"."""
        from audits.reports.frames import frame_of

        if table not in self.tables:
            raise UnknownNameError("table", table, sorted(self.tables))
        return frame_of(self.tables[table])

    def save(self, path: str | Path) -> Path:
        """Write it as JSON, whole or not at all. It holds every count: keep it with the data."""
        from audits.reports.simulation_report import save_simulation

        return save_simulation(self, path)

    def __repr__(self) -> str:
        made = self.recipe
        return (
            f"<Simulation: {len(self.groups)} groups, loop {made.loop}, {made.generator}, "
            f"{made.generations} generations, {made.chains} chains>"
        )


def simulate(  # noqa: PLR0913, one parameter per thing a person may want to say
    data: Any,
    *,
    sensitive_features: str | Sequence[str],
    loop: str = "replace",
    generator: str = "resample",
    temperature: float | None = None,
    generations: int | None = None,
    rows: int | None = None,
    real_rows: int | None = None,
    chains: int | None = None,
    hold: float | None = None,
    features: Sequence[str] | None = None,
    kinds: Mapping[str, Any] | None = None,
    metadata: str | Path | None = None,
    bands: Mapping[str, Sequence[float]] | None = None,
    missing: Sequence[str] = (),
    settings: Settings | None = None,
    output: str | Path | None = None,
    memory: str | int | None = None,
    threads: int | None = None,
    spark: Any = None,
    progress: Callable[[str, float], None] | None = None,
) -> Simulation:
    """Make a table anew from itself, generation after generation, and follow every group.

    Two simple generators stand in for yours: what they lose is what a loop costs at least
    ("resample"), and what it may cost where frequent things become more frequent ("sharpen").

    Parameters
    ----------
    data : table
        The real table, as in :func:`audits.compare`.
    sensitive_features : str or sequence of str
        Columns that form the groups.
    loop : str, default "replace"
        What a generation is made from: "replace", the one before; "accumulate", all before;
        "fixed-real", the same real rows and the one before; "fresh", other real rows each time,
        drawn from the table, and the one before.
    generator : str, default "resample"
        "resample" draws whole rows with replacement. "sharpen" fits every column given an earlier
        one, and prefers what is frequent.
    temperature : float, optional
        Of "sharpen", 0.8 by default: shares to the power 1 over it.
    generations, chains : int, optional
        How many; the settings `simulation_generations` and `simulation_chains` by default.
    rows : int, optional
        Rows of every generation; as many as the real table has by default.
    real_rows : int, optional
        Real rows in every generation of the loops "fixed-real" and "fresh"; by default as many as
        the real table has.
    hold : float, optional
        Share of a group's variety that may be lost, such as 0.05: plan how many fresh real rows
        per generation hold it, and try them out: in the loop "fresh", whatever `loop` says.
    features, kinds, metadata, bands, missing, memory, threads, spark, progress
        As in :func:`audits.compare`.
    settings : Settings, optional
        The tunable numbers; the seed is one of them.
    output : path, optional
        A new folder, for the generations as CSV (`g0.csv` and so on; with several chains a column
        `chain` tells them apart) and the result as `simulation.json`.

    Returns
    -------
    Simulation
        Frozen; the same seed gives the same numbers, whatever the order of rows and columns.

    Raises
    ------
    UsageError
        If an argument makes no sense.
    InputError
        If the table cannot be read, or has too few rows.

    Examples
    --------
    >>> import audits, pandas as pd
    >>> real = pd.DataFrame({"sex": ["f", "m"] * 20, "job": ["a", "b", "c", "d", "e"] * 8})
    >>> found = audits.simulate(real, sensitive_features="sex", generations=30, hold=0.1)
    >>> found[{"sex": "f"}].kept.value < 0.5, found.plan[1].fresh
    (True, 6)
    """
    settings = settings or Settings()
    asked = recipe(
        loop=loop,
        generator=generator,
        temperature=temperature,
        generations=settings.simulation_generations if generations is None else generations,
        rows=rows,
        real_rows=real_rows,
        chains=settings.simulation_chains if chains is None else chains,
        hold=hold,
    )
    reading = Reading(
        sensitive_features=sensitive_features,
        features=features,
        kinds=kinds,
        metadata=metadata,
        bands=bands,
        missing=missing,
        settings=settings,
        memory=memory,
        threads=threads,
        spark=spark,
        progress=progress,
    )
    with alone(data, reading) as pair, folder_of(output) as folder:
        found = _simulated(pair, asked, folder)
        if folder is not None:
            found.save(folder.path / "simulation.json")
        return found


def _simulated(pair: Pair, asked: Recipe, folder: Any) -> Simulation:
    table = coded_table(pair, pair.settings.simulation_rows)
    made = _with_rows(asked, table)

    def kept(chain: int, generation: int, codes: Any) -> None:
        if folder is not None:
            folder.add(table, made, chain, generation, codes)

    seen = run_chains(table, made, lambda share: pair.progress("simulation", share), kept)
    groups, steps = summed_up(table, made, seen)
    plan = (
        fresh_rows(table, made, lambda share: pair.progress("fresh rows", share))
        if made.hold
        else ()
    )
    return Simulation(
        inputs=records_of({"real": pair.real}, None),
        sensitive_features=tuple(feature.column for feature in pair.features),
        columns=tuple(sorted(pair.book.records, key=lambda record: record.name)),
        settings=pair.settings,
        recipe=made,
        groups=groups,
        steps=steps,
        plan=plan,
        notes=(*pair.real.source.notes, *pair.book.notes, *_notes(table, made)),
        versions=versions(),
    )


def _with_rows(asked: Recipe, table: CodedTable) -> Recipe:
    """Fill in what was left to the table."""
    people = len(table.rows)
    where = table.pair.real.source.title
    if people < 2:
        raise InputError(
            f"{where}: {people} row{'s' if people != 1 else ''} cannot be made anew. Give a table "
            "with at least two."
        )
    made = changed(asked, rows=asked.rows or people)
    if asked.loop not in ("fixed-real", "fresh"):
        return made
    if asked.loop == "fixed-real" and asked.real_rows > people:
        raise InputError(
            f"{where}: {asked.real_rows:,} real rows are to be kept, and there are {people:,}. "
            "Keep fewer."
        )
    return changed(made, real_rows=asked.real_rows or people)


def _notes(table: CodedTable, made: Recipe) -> list[str]:
    notes = []
    if table.sampled:
        notes.append(
            f"{len(table.rows):,} of {table.pair.real.rows:,} real rows take part, a sample by "
            "content (simulation_rows)."
        )
    binned = [column.column for column in table.columns if column.buckets is not None]
    if binned:
        notes.append(
            f"Numbers are made anew in fine bins, at quantiles of the real table: "
            f"{', '.join(binned)}."
        )
    if made.chains == 1:
        notes.append("With a single chain there are no intervals but that of the rate.")
    return notes
