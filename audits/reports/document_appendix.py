"""The last pages: what could not be judged, settings, inputs, how to repeat it, words, limits."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import fields

from audits.needs import needs
from audits.questions.words import capital, listed
from audits.registry import all_questions
from audits.reports.blocks import Block, Bullets, Column, Facts, Paragraph, Section, Table
from audits.reports.document_cover import generations_of, tables_of
from audits.reports.document_material import Material, cut, many, name_of, short, whole
from audits.reports.glossary import glossary
from audits.results import MENTIONED, Audit, ColumnRecord, Verdict
from audits.settings import settings_declared
from audits.tunables import Setting
from audits.tuning.core import CoreSettings

_LINES = 40
_REMARKS = 15


def unjudged(material: Material) -> tuple[Section, ...]:
    """What could not be judged, and how many people it would take."""
    found = needs(material.audit)
    if not found:
        said = "Every group could be judged in every question that was asked."
        if not material.audit.findings:
            said = "Nothing was judged, so there is nothing that was left open."
        return (Section("unjudged", "What could not be judged", (Paragraph(said),)),)
    lines = tuple(
        (
            name_of(one.finding.group, 60),
            material.title(one.finding.question),
            capital(one.says),
        )
        for one in found[:_LINES]
    )
    settled = sum(one.people is not None for one in found)
    lead = (
        f"{many(len(found), 'finding')} could not be decided either way. This is no all-clear. "
        f"For {settled:,} of them a number of real people can be named that would probably settle "
        "it."
    )
    table = Table(
        (
            Column("Group", width=0.3),
            Column("Question", width=0.16),
            Column("What it would take", width=0.54),
        ),
        lines,
        "Findings without enough evidence, those that need the fewest more people first",
        _unjudged_cut(len(lines), len(found)),
    )
    return (Section("unjudged", "What could not be judged", (Paragraph(lead), table)),)


def _unjudged_cut(shown: int, of: int) -> str:
    if shown >= of:
        return ""
    return f"The first {shown:,} of {of:,}; the JSON of this audit holds all of them."


def settings_in_force(material: Material) -> Section:
    """Every setting with its value, range, meaning and source; changed ones first."""
    in_force = material.audit.settings.to_dict()
    declared = _used(material)
    changed = [s for s in declared if in_force[s.name] != s.default]
    rows = tuple(
        (
            f"{s.name} (changed)" if s in changed else s.name,
            _both(s, in_force[s.name]) if s in changed else _value(s.name, in_force[s.name]),
            s.range,
            s.meaning,
            s.source,
        )
        for s in [*changed, *(s for s in declared if s not in changed)]
    )
    said = (
        f"{many(len(changed), 'setting')} {'differs' if len(changed) == 1 else 'differ'} from the "
        f"default: {listed([s.name for s in changed], most=12)}."
        if changed
        else f"All {len(declared)} settings that were used have their default values."
    )
    table = Table(
        (
            Column("Setting", width=0.18),
            Column("Value", "right", 0.08),
            Column("Range", width=0.1),
            Column("Meaning", width=0.44),
            Column("Source", width=0.2),
        ),
        rows,
        "Settings in force",
    )
    lead = (
        "Limits are conventions with reasons, not laws; whoever uses this report may choose others."
    )
    return Section(
        "settings", "Settings in force", (Paragraph(lead), Paragraph(said), table), new_page=True
    )


def _used(material: Material) -> list[Setting]:
    """Settings of the questions asked, those of every audit, and those that were changed."""
    in_force = material.audit.settings.to_dict()
    known = all_questions()
    asked = {name for one in known if one.id in material.audit.answers for name in one.settings}
    elsewhere = {name for one in known for name in one.settings}
    everywhere = {one.name for one in fields(CoreSettings)} - elsewhere
    return [
        one
        for one in settings_declared()
        if one.name in asked | everywhere or in_force[one.name] != one.default
    ]


def _both(setting: Setting, value: float | str) -> str:
    return f"{_value(setting.name, value)}, default {_value(setting.name, setting.default)}"


def _value(name: str, value: float | str) -> str:
    return str(value) if name == "seed" or isinstance(value, str) else f"{value:,}"


def inputs(material: Material, identity: str) -> Section:
    """What was read, how its columns were understood, versions, and the command to repeat it."""
    audit = material.audit
    versions = tuple((name, version) for name, version in audit.versions.items())
    engines = listed(sorted({record.engine for record in audit.inputs}) or ["unknown"])
    record = (
        ("Report", identity),
        ("Seed", str(audit.settings.seed)),
        ("Counted by", engines),
        *versions,
    )
    blocks: list[Block] = [
        tables_of(audit.inputs, material.nouns),
        _columns(audit.columns, hiding=audit.min_cell > 0),
    ]
    if audit.notes:
        blocks += _notes(audit.notes)
    blocks += [
        Facts(record, caption="Versions"),
        Facts((("Command", command(material)),), caption="To repeat this audit", code=True),
        Paragraph(
            "The same tables, settings and version give the same numbers. The command names files "
            "as the audit knew them; weights, kinds, bands and texts for missing are not kept in "
            "an audit and have to be given again where they were used.",
            "quiet",
        ),
    ]
    return Section("inputs", "Inputs, and how to repeat this", tuple(blocks))


def _notes(notes: tuple[str, ...]) -> list[Block]:
    listed_ = [Bullets(notes[:_REMARKS])]
    if len(notes) > _REMARKS:
        more = f"And {len(notes) - _REMARKS:,} more notes in the JSON of this audit."
        return [*listed_, Paragraph(more, "quiet")]
    return [*listed_]


def _columns(columns: tuple[ColumnRecord, ...], *, hiding: bool) -> Table:
    """How columns were understood; sensitive and compared ones first."""
    uses = {"sensitive": 0, "compared": 1}
    listed_ = sorted(columns, key=lambda column: (uses.get(column.use, 2), column.name))
    rows = tuple(
        (
            short(column.name, 60),
            column.kind.replace("_", " ") or "not read",
            column.use,
            _values(column),
            _missing(column, column.missing_real, hiding=hiding),
            _missing(column, column.missing_synthetic, hiding=hiding),
            short(column.note, 160),
        )
        for column in listed_[:_LINES]
    )
    note = ""
    if len(columns) > len(rows):
        note = (
            f"{len(rows):,} of {len(columns):,} columns; the JSON of this audit holds all of them."
        )
    heads = (
        Column("Column", width=0.22),
        Column("Kind", width=0.12),
        Column("Use", width=0.14),
        Column("Values", "right", 0.08),
        Column("Missing, real", "right", 0.09),
        Column("Missing, synthetic", "right", 0.1),
        Column("Note", width=0.25),
    )
    return Table(heads, rows, "How the columns were understood", note)


def _values(column: ColumnRecord) -> str:
    """How many values, and in how many bands they form groups."""
    if not column.kind:
        return "–"
    bands = f" in {many(len(column.bands), 'band')}" if column.bands else ""
    return f"{whole(column.levels)}{bands}"


def _missing(column: ColumnRecord, count: int, *, hiding: bool) -> str:
    """How many values are missing; nothing where it was not counted."""
    if hiding and "hidden" in column.note:
        return "hidden"
    return whole(count) if column.kind else "–"


def command(material: Material) -> str:
    """The command that would make this audit again."""
    audit = material.audit
    names = {record.role: record.name for record in audit.inputs}
    if material.texts:
        return shlex.join([*_texts_again(material, names), *_repeated(audit)])
    words = ["audits", "compare", names.get("real", "REAL"), names.get("synthetic", "SYNTHETIC")]
    if material.chain:
        words = ["audits", "generations", *(record.name for record in generations_of(material))]
    words += ["--sensitive-features", ",".join(audit.sensitive_features)]
    if material.has_reference:
        words += ["--reference", names.get("reference", "REFERENCE")]
    for role in ("holdout", "rules", "quotas"):
        if role in names:
            words += [f"--{role}", names[role]]
    return shlex.join([*words, *_repeated(audit)])


def _texts_again(material: Material, names: Mapping[str, str]) -> list[str]:
    """The command that audits texts, up to its settings."""
    audit = material.audit
    given = [record.name for record in generations_of(material)]
    words = ["audits", "text", *given]
    words += ["--text", next(c.name for c in audit.columns if c.use == "text")]
    if columns := [c.name for c in audit.columns if c.use == "sensitive"]:
        words += ["--group", ",".join(columns)]
    for role in ("lexicon", "reference"):
        if role in names:
            words += [f"--{role}", names[role]]
    return words


def _repeated(audit: Audit) -> list[str]:
    """Options for settings that are not the default ones, and where the audit goes."""
    words: list[str] = []
    in_force = audit.settings.to_dict()
    for setting in settings_declared():
        if in_force[setting.name] != setting.default:
            words += ["--set", f"{setting.name}={in_force[setting.name]}"]
    return [*words, "--output", "audit.json"]


def words_used(material: Material) -> Section:
    """The field's terms that this report uses."""
    pairs = glossary(list(material.audit.answers))
    return Section("glossary", "Glossary", (Facts(pairs),))


_ALWAYS_OF_TEXTS = (
    "Mentions are words of a lexicon that was fixed before the audit. Identities it has no word "
    "for, and those that a text shows without naming them, are invisible to it; a mention in a "
    "negation counts as one.",
    "Nothing is said about whether what the texts claim is true.",
    "Whether single people can be recognised in the texts was not asked.",
    "Words, and runs of words, are compared. Two texts may say the same in other words.",
)
_ALWAYS = (
    "Categories were fixed before the audit. People who recognise themselves in none of them "
    "are invisible to it.",
    "Nothing is said about traits that nobody recorded: ok means ok in the columns that there are.",
    "Whether people can be re-identified was not asked. Nearest people are found to count "
    "them, not to protect them.",
    "Nor was it asked whether a model trained on the table is fair, or a use of it lawful.",
)


def limits(material: Material) -> Section:
    """What this audit does not say."""
    audit = material.audit
    taken = ("compared", "sensitive", "text", MENTIONED)
    left = [c for c in audit.columns if c.use not in taken]
    said = list(_ALWAYS_OF_TEXTS if material.texts else _ALWAYS)
    if left:
        names = [short(column.name, 40) for column in left]
        was = "was" if len(left) == 1 else "were"
        said.append(f"{many(len(left), 'column')} {was} not compared: {listed(names)}.")
    if material.has_reference:
        said.append(
            "The reference population is taken as exact. Groups that it undercounts look better "
            "represented here than they are."
        )
    elif not material.chain and material.input("real") is not None:
        said.append(
            "No reference population was given: what is real is taken as it is, with whomever it "
            "leaves out."
        )
    if audit.counts[Verdict.NOT_ENOUGH_EVIDENCE.value]:
        said.append(
            "What could not be judged is listed as such; silence about a group is never praise."
        )
    if audit.min_cell:
        said.append(
            f"Counts from 1 to {audit.min_cell - 1:,} are hidden. What rests on them was judged, "
            "but is not shown."
        )
    said.append(
        "Limits are conventions. A verdict beside a limit is a prompt to look, not a proof."
    )
    said.append(
        f"Some numbers rest on samples of {material.nouns.units}, drawn by content and seed; where "
        "they do, the finding names how many."
    )
    if not audit.answers:
        said = said[:1]
    return Section("limits", "Limits of this audit", (Bullets(tuple(said)),))


def hidden(material: Material) -> tuple[Section, ...]:
    """Groups whose counts are hidden, by name and verdict only."""
    audit = material.audit
    if not audit.min_cell:
        return ()
    lead = (
        f"Counts from 1 to {audit.min_cell - 1:,} are hidden, so that no person can be picked out, "
        "and so is whatever would let them be computed: shares, intervals, differences."
    )
    if not audit.hidden:
        none = "No group had to be hidden as a whole."
        return (Section("hidden", "What is hidden", (Paragraph(lead), Paragraph(none))),)
    lines = tuple(
        (name_of(group, 90), material.verdict(group) or "not judged")
        for group in audit.hidden[:_LINES]
    )
    table = Table(
        (Column("Group", width=0.7), Column("Verdict", width=0.3)),
        lines,
        "Groups whose numbers are hidden",
        cut(len(lines), len(audit.hidden), "groups").replace(", worst first", ""),
    )
    return (Section("hidden", "What is hidden", (Paragraph(lead), table)),)
