"""The first pages: what was found in one sentence, what was compared, what the marks mean."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from audits.errors import UsageError
from audits.estimates import percent
from audits.questions.generations_sentences import fates_of
from audits.questions.words import capital, listed
from audits.reports.blocks import Column, Cover, Facts, Paragraph, Section, Table, Tile, Tiles
from audits.reports.document_material import Material, many, short
from audits.reports.document_nouns import OF_TABLES, Nouns
from audits.reports.of_questions import presented
from audits.results import InputRecord, Verdict
from audits.run import SAME_ROWS
from audits.settings import JUDGING, Settings, settings_declared

_COUNTED = {
    Verdict.PROBLEM: ("problem", "problems"),
    Verdict.WATCH: ("finding to be watched", "findings to be watched"),
    Verdict.NOT_ENOUGH_EVIDENCE: (
        "finding without enough evidence",
        "findings without enough evidence",
    ),
    Verdict.OK: ("finding that is ok", "findings that are ok"),
}
_MEANINGS = {
    Verdict.PROBLEM: "The interval, adjusted for many statements, lies beyond the limit for a "
    "problem; or too few real people are there. Somebody has to act.",
    Verdict.WATCH: "The interval, adjusted for many statements, lies beyond the lower limit. "
    "Somebody has to look.",
    Verdict.NOT_ENOUGH_EVIDENCE: "The data allow both a good and a bad answer. This is no "
    "all-clear: usually there are too few people to tell.",
    Verdict.OK: "The whole interval is short of the limit for a problem, and the estimate short of "
    "the limit for watching.",
}
_CAVEAT = (
    "This report describes what it was given, under limits that are conventions. It is evidence "
    "for a discussion, not a certificate."
)
_ROLES = {"real": "Real data", "synthetic": "Synthetic data", "holdout": "Holdout"}


def cover(
    material: Material,
    *,
    title: str | None,
    author: str,
    timestamp: int | None,
    reviewed: str,
) -> Cover:
    """Return the first page; `reviewed` says whether people have looked."""
    audit = material.audit
    tables = subject(material)
    return Cover(
        eyebrow="Representation audit",
        title=short(title, 160) if title else _titled(material, tables),
        subtitle=_subtitle(material, tables),
        verdict=audit.verdict,
        headline=headline(material),
        text=_copied(material) + elaborated(material),
        tiles=Tiles(tuple(_tile(verdict, audit.counts[verdict.value]) for verdict in Verdict)),
        compared=Facts(
            _compared(material, author, timestamp, reviewed), caption="What we compared"
        ),
        caveat=_CAVEAT + _hidden(material),
    )


def _titled(material: Material, tables: tuple[str, str]) -> str:
    return f"Generations of {tables[0]}" if material.chain else f"Groups in {tables[1]}"


def _subtitle(material: Material, tables: tuple[str, str]) -> str:
    if not material.chain and material.input("real") is None:
        return "its groups, compared with each other"
    if not material.chain:
        return f"{tables[1]}, compared with {tables[0]}"
    return f"{many(len(generations_of(material)) - 1, 'generation')} made from {tables[0]}"


def generations_of(material: Material) -> list[InputRecord]:
    """The tables of a chain in order, generation 0 first; of a pair, real and synthetic."""
    between = [r for r in material.audit.inputs if r.role.startswith("generation ")]
    ends = [material.input("real"), *between, material.input("synthetic")]
    return [record for record in ends if record is not None]


def _copied(material: Material) -> str:
    """Say first that one table is a copy of the other: no verdict does."""
    return "".join(f"{note} " for note in material.audit.notes if note.startswith(SAME_ROWS))


def subject(material: Material) -> tuple[str, str]:
    """The names of the real and of the synthetic table."""
    real, synthetic, nouns = material.input("real"), material.input("synthetic"), material.nouns
    return (
        short(real.name, 60) if real and real.name else nouns.real_source,
        short(synthetic.name, 60) if synthetic and synthetic.name else nouns.synthetic_source,
    )


def headline(material: Material) -> str:
    """The overall finding in one sentence."""
    groups = many(len(material.groups), "group")
    problem = len(material.having(Verdict.PROBLEM))
    watch = len(material.having(Verdict.WATCH))
    whole = material.verdict(())
    if not material.audit.findings:
        return "Nothing was judged."
    if problem and problem == len(material.groups) > 1:
        return f"All {groups} have a problem."
    if problem:
        return f"{problem:,} of {groups} {'has' if problem == 1 else 'have'} a problem."
    if whole is Verdict.PROBLEM:
        return f"{capital(material.nouns.whole)} has a problem; none of the {groups} has one alone."
    if watch:
        return f"No problem was found; {watch:,} of {groups} {_is(watch)} to be watched."
    if whole is Verdict.WATCH:
        return f"No problem was found in {groups}; {material.nouns.whole} is to be watched."
    unjudged = len(material.having(Verdict.NOT_ENOUGH_EVIDENCE))
    if unjudged:
        return f"No problem was found; {unjudged:,} of {groups} could not be judged in everything."
    return f"Nothing beyond the limits was found in {groups}."


def elaborated(material: Material) -> str:
    """What is wrong, by question, and what could not be judged: for the cover."""
    sentences = fates_of(material.audit)
    said = by_question(material)
    watched = len(material.having(Verdict.WATCH))
    if said:
        sentences.append(capital(f"{listed(said, most=9)}."))
    elif watched:
        names = [name for name in material.audit.answers if material.having(Verdict.WATCH, name)]
        counts = [
            f"{material.title(name).lower()} ({len(material.having(Verdict.WATCH, name)):,})"
            for name in names
        ]
        sentences.append(f"They are watched in {listed(counts, most=9)}.")
    if said and watched:
        sentences.append(f"{many(watched, 'more group')} {_is(watched)} to be watched.")
    unknown = material.audit.counts[Verdict.NOT_ENOUGH_EVIDENCE.value]
    if unknown:
        sentences.append(f"{many(unknown, 'finding')} could not be decided on these data.")
    return " ".join(sentences)


def by_question(material: Material) -> list[str]:
    """How many groups have a problem in each question, as clauses, most first."""
    counts = [
        (len(material.having(Verdict.PROBLEM, question)), question)
        for question in sorted(material.audit.answers, key=lambda name: name != "provenance")
    ]
    clauses = []
    for count, question in sorted(counts, key=lambda pair: -pair[0]):
        if count:
            found = presented(question)
            plain = (f"has a problem in {question}", f"have a problem in {question}")
            one, more = found.bad if found else plain
            amount = f"{count:,}" if count < len(material.groups) else f"all {count:,}"
            clauses.append(f"{amount} {one if count == 1 else more}")
    return clauses


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _tile(verdict: Verdict, count: int) -> Tile:
    one, more = _COUNTED[verdict]
    return Tile(f"{count:,}", one if count == 1 else more, verdict)


def _hidden(material: Material) -> str:
    least = material.audit.min_cell
    if not least:
        return ""
    return f" Counts from 1 to {least - 1:,} are hidden, and so is what would let them be computed."


def _compared(
    material: Material, author: str, timestamp: int | None, reviewed: str
) -> tuple[tuple[str, str], ...]:
    audit = material.audit
    pairs = _tables(material)
    pairs.append(("Sensitive features", _features(material)))
    if not material.chain:
        pairs.append(("Reference population", _reference(material)))
    if not material.chain and not material.texts:
        pairs.append(("Holdout", described(material.input("holdout"))))
    pairs.append(("Questions asked", listed([a.title for a in audit.answers.values()], most=9)))
    pairs.append(("Counted by", listed(sorted({r.engine for r in audit.inputs}) or ["unknown"])))
    if moved := _moved(audit.settings):
        pairs.append(("Limits", f"not the default ones: {listed(moved, most=6)}"))
    if audit.min_cell:
        pairs.append(("Hidden", f"counts from 1 to {audit.min_cell - 1:,}"))
    pairs.append(("Review", reviewed))
    if timestamp is not None:
        pairs.append(("Date", dated(timestamp)))
    if author:
        pairs.append(("Prepared by", short(author, 160)))
    return tuple(pairs)


def _tables(material: Material) -> list[tuple[str, str]]:
    """What was compared: both tables, or the first, the last and how many lie between."""
    if not material.chain:
        return [
            (_ROLES[role], described(material.input(role), material.nouns))
            for role in ("real", "synthetic")
        ]
    there = generations_of(material)
    nouns = material.nouns
    pairs = [("Generation 0, real data", described(there[0], nouns))]
    if len(there) > 2:
        rows = sorted(record.rows for record in there[1:-1])
        sizes = f"{rows[0]:,}" if rows[0] == rows[-1] else f"{rows[0]:,} to {rows[-1]:,}"
        pairs.append(("Between", f"{many(len(rows), 'generation')} of {sizes} {nouns.units}"))
    return [*pairs, (f"Generation {len(there) - 1}, the last", described(there[-1], nouns))]


def described(record: InputRecord | None, nouns: Nouns = OF_TABLES) -> str:
    """A table, or a collection of texts, in few words.

    >>> described(InputRecord("real", "people.csv", "csv", 3000, 12, "", "duckdb"))
    'people.csv · 3,000 rows · 12 columns'
    """
    if record is None:
        return "none given"
    sizes = many(record.rows, nouns.unit)
    if nouns is OF_TABLES:
        sizes += f" · {many(record.columns, 'column')}"
    return f"{short(record.name, 100)} · {sizes}"


def _features(material: Material) -> str:
    levels = {column.name: column.levels for column in material.audit.columns}
    names = [
        f"{short(name, 40)} ({many(levels[name], 'level')})"
        if levels.get(name)
        else short(name, 40)
        for name in material.audit.sensitive_features
    ]
    return listed(names, most=8)


def _moved(settings: Settings) -> list[str]:
    """Limits that are not those every audit starts with, with both values."""
    in_force = settings.to_dict()
    return [
        f"{one.name} {in_force[one.name]} (default {one.default})"
        for one in settings_declared()
        if one.name in JUDGING and in_force[one.name] != one.default
    ]


def _reference(material: Material) -> str:
    record = material.input("reference")
    if record is not None:
        return short(record.name, 100)
    return "given by the analyst" if material.has_reference else "none given"


def dated(timestamp: int) -> str:
    """A moment in words.

    >>> dated(0)
    '1 January 1970, 00:00 UTC'

    Raises
    ------
    UsageError
        If no calendar has it.
    """
    try:
        moment = datetime.fromtimestamp(timestamp, UTC)
    except (OverflowError, OSError, ValueError):
        raise UsageError(
            f"timestamp must be seconds since 1970 in a year up to 9999, got {timestamp!r}."
        ) from None
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"


_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September",
    "October", "November", "December",
)  # fmt: skip


def marks(material: Material) -> Section:
    """What the four verdicts mean, and how they are reached."""
    settings = material.audit.settings
    rows = tuple((verdict, meaning) for verdict, meaning in _MEANINGS.items())
    said = (
        f"Every estimate has an interval of {percent(settings.confidence)}. Accusations are "
        "adjusted for the number of groups and columns they were picked from: on average at most "
        f"{percent(settings.false_discovery_rate)} of those made in a question are false. The "
        "worst verdict counts, for a group and for the audit; there is no average and no score."
    )
    shapes = (
        "Each mark has its own shape and its word as well as its colour, so that the report also "
        "reads in greyscale and aloud."
    )
    return Section(
        "marks",
        "How to read the marks",
        (
            Table(
                (Column("Verdict", width=0.24), Column("What it means", width=0.76)),
                rows,
                "The four verdicts",
            ),
            Paragraph(said),
            Paragraph(shapes, "quiet"),
        ),
    )


def tables_of(records: Sequence[InputRecord], nouns: Nouns = OF_TABLES) -> Table:
    """What was read, with what it takes to see that it is the same."""
    rows = tuple(
        (
            record.role,
            short(record.name, 100),
            f"{record.rows:,}",
            f"{record.columns:,}",
            record.sha256,
        )
        for record in records
    )
    return Table(
        (
            Column("Role", width=0.1),
            Column("Name", width=0.28),
            Column(capital(nouns.units), "right", 0.1),
            Column("Columns", "right", 0.08),
            Column("SHA-256", width=0.44),
        ),
        rows,
        f"{nouns.source} that were read",
    )
