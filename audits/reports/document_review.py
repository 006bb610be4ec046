"""What people decided, signed and accepted, and what changed since the audit before."""

from __future__ import annotations

from collections.abc import Sequence

from audits.errors import UsageError
from audits.questions.words import capital, listed
from audits.reports.blocks import Block, Column, Facts, Paragraph, Section, Table
from audits.reports.document_material import Material, many, name_of, short
from audits.results import Audit, Finding, Verdict
from audits.review.records import Decision, Shown, Status
from audits.review.reviewed import Bulk, Reviewed
from audits.review.signing import Signed
from audits.safeguards import Excused, enforce
from audits.since import Since, since

_LINES = 40
_BULKS = 20
_SAID = 8  # sentences on what moved beside the data
_NAME = 120  # letters of a group: two crossings of one long name must not read alike
_KNOWN_BY = {"typed": "a typed name", "login": "a login"}


# -- what people decided ---------------------------------------------------------------------------


def on_cover(review: Reviewed | None) -> str:
    """Say in few words whether people have looked: for the first page.

    >>> on_cover(None)
    'unreviewed: no decision of a person is part of this report'
    """
    if review is None:
        return "unreviewed: no decision of a person is part of this report"
    open_ = f"{review.unreviewed:,} of {many(review.items, 'item')} unreviewed"
    standing = [one for one in review.signatures if one.holds]
    if not standing:
        return f"not signed; {open_}"
    return f"signed by {listed([_who(one) for one in standing], most=3)}; {open_}"


def _who(signed: Signed) -> str:
    return f"{short(signed.signature.reviewer, 60)} on {signed.signature.at[:10]}"


def review_of(material: Material, review: Reviewed | None) -> tuple[Section, ...]:
    """Sections on decisions and signatures; none where no review was given."""
    if review is None:
        return ()
    blocks: list[Block] = [Paragraph(_lead(review), "lead"), *_findings(material, review)]
    blocks += [*_records(review, hiding=material.audit.min_cell > 0), *_bulks(review.bulks)]
    return (
        Section("review", "What people decided", tuple(blocks), new_page=True),
        Section("sign-off", "Sign-off", tuple(_sign_off(review)), level=2),
    )


def _lead(review: Reviewed) -> str:
    decided = review.items - review.unreviewed
    said = f"{many(decided, 'item')} of {review.items:,} {_have(decided)} been decided on"
    said += f"; {review.unreviewed:,} {_is(review.unreviewed)} unreviewed."
    if disputed := review.counts.get(Status.DISPUTED, 0):
        said += f" On {disputed:,} reviewers differ, and nobody has settled it."
    if escalated := review.counts.get(Status.ESCALATED, 0):
        said += f" {escalated:,} {_is(escalated)} escalated: somebody else has to decide."
    if review.reviewers:
        who = [
            f"{short(one.name, 60)} ({many(one.decisions, 'decision')}, "
            f"{_KNOWN_BY.get(one.identity, one.identity)})"
            for one in review.reviewers
        ]
        said += f" Reviewers: {listed(who, most=6)}."
    return said


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _findings(material: Material, review: Reviewed) -> list[Block]:
    """Every finding that needs a person, beside what was decided of it."""
    if not review.findings:
        return [Paragraph("No finding was in the queue.")]
    there: dict[object, Finding] = {one.key: one for one in material.audit.findings}
    hidden = set(material.audit.hidden)
    lines = tuple(
        (
            _verdict(shown, there, material),
            capital(_about(shown, hiding=shown.item.group in hidden)),
            shown.status.value,
            _reasons(shown.decisions, hiding=shown.item.group in hidden),
        )
        for shown in review.findings[:_LINES]
    )
    note = ""
    if len(lines) < len(review.findings):
        note = f"The first {len(lines):,} of {len(review.findings):,}; the store holds all of them."
    heads = (
        Column("Verdict", width=0.15),
        Column("About", width=0.28),
        Column("Decision", width=0.16),
        Column("Who, and why", width=0.41),
    )
    return [Table(heads, lines, "Findings and what was decided of them", note)]


def _verdict(shown: Shown, there: dict[object, Finding], material: Material) -> str | Verdict:
    item = shown.item
    found = there.get((item.rule, item.group, item.detail.get("attribute")))
    return found.verdict if found else material.verdict(item.group, item.rule) or "not judged"


def _about(shown: Shown, *, hiding: bool) -> str:
    """Name a finding; of a group whose numbers are hidden, no more than the group."""
    item = shown.item
    if hiding:
        return f"{name_of(item.group, _NAME)}, whose numbers are hidden"
    attribute = item.detail.get("attribute")
    column = f", {short(str(attribute), 40)}" if attribute else ""
    return f"{name_of(item.group, _NAME)} · {item.rule.replace('_', ' ')}{column}"


def _reasons(decisions: Sequence[Decision], *, hiding: bool) -> str:
    """The last decision of each reviewer, in order, with the reason given.

    What people write of a group whose numbers are hidden may tell them, and stays in the store.
    """
    latest = {(one.reviewer, one.subject): one for one in decisions}
    said = [
        f"{short(one.reviewer, 60)}, {one.at[:10]}: {one.action.value}"
        f"{' (settles the dispute)' if one.adjudicates else ''}"
        f"{'' if hiding else f', “{short(one.reason, 240)}”'}"
        for one in sorted(latest.values(), key=lambda one: one.number)
    ]
    return "; ".join(said) or "nobody yet"


def _records(review: Reviewed, *, hiding: bool) -> list[Block]:
    """How many synthetic rows each rule put into the queue, and what became of them."""
    rules = sorted({rule for rule, _ in review.records})
    if not rules:
        return []
    used = [s for s in Status if any(review.records.get((rule, s)) for rule in rules)]
    lines = tuple(
        (rule.replace("_", " "), *(f"{review.records.get((rule, s), 0):,}" for s in used))
        for rule in rules
    )
    heads = (
        Column("Rule", width=0.22),
        *(Column(capital(status.value), "right") for status in used),
    )
    caption = "Synthetic records in the queue, by the rule that put them there"
    note = "These are questions put to people, of all groups together; none of them is hidden."
    return [Table(heads, lines, caption, note if hiding else "")]


def _bulks(bulks: Sequence[Bulk]) -> list[Block]:
    if not bulks:
        return []
    lines = tuple(
        (
            short(one.reviewer, 60),
            one.at[:10],
            one.action,
            f"{one.items:,}",
            short(one.reason, 240),
        )
        for one in bulks[:_BULKS]
    )
    note = f"The first {_BULKS} of {len(bulks):,}." if len(bulks) > _BULKS else ""
    heads = (
        Column("Reviewer", width=0.2),
        Column("Day", width=0.12),
        Column("Decision", width=0.11),
        Column("Items", "right", 0.09),
        Column("Reason", width=0.48),
    )
    return [Table(heads, lines, "Decisions about many items at once", note)]


def _sign_off(review: Reviewed) -> list[Block]:
    """Who signed what, and whether it is still what the store holds."""
    queue = review.queue
    blocks: list[Block] = []
    if not review.signatures:
        blocks.append(Paragraph("Nobody has signed these decisions."))
    blocks += [
        Facts(_signature(one), caption=f"Signature {one.signature.number}")
        for one in review.signatures
    ]
    blocks.append(
        Facts(
            (("Audit", queue.audit), ("Synthetic data", queue.data), ("Queue", queue.id)),
            caption="SHA-256 of what was reviewed",
            code=True,
        )
    )
    blocks.append(
        Paragraph(
            "A signature here is a record that somebody declared this, not a cryptographic one. A "
            "typed name is known by nothing but its typing. The hash is that of the queue and of "
            "all decisions up to the one named; audits review verify makes it again from the "
            "store, and says whether anything differs.",
            "quiet",
        )
    )
    return blocks


def _signature(one: Signed) -> tuple[tuple[str, str], ...]:
    signature = one.signature
    known = _KNOWN_BY.get(signature.identity, signature.identity)
    stands = "yes" if one.holds else "NO: the store no longer gives the text that was signed"
    later = f"; {many(one.later, 'decision')} made since, which it does not cover"
    return (
        ("Signed by", f"{short(signature.reviewer, 160)}, known by {known}"),
        ("When", f"{signature.at[:16].replace('T', ', ')} UTC"),
        ("Statement", short(signature.statement, 600)),
        ("Covers", f"decisions up to number {signature.decisions:,}"),
        ("Unreviewed then", many(signature.unreviewed, "item")),
        ("Still stands", stands + (later if one.later else "")),
        ("SHA-256", signature.digest),
    )


# -- accepted exceptions ---------------------------------------------------------------------------


def accepted(audit: Audit) -> tuple[Section, ...]:
    """What somebody answers for, until when, and which exceptions do not hold any more."""
    kept = audit.safeguards
    if kept is None or not kept.exceptions:
        return ()
    found = enforce(audit)
    lead = (
        f"{many(len(found.accepted), 'finding')} {_is(len(found.accepted))} accepted until a day "
        f"by whoever is named here, as of {found.today.isoformat()}. Verdicts stay as they are: "
        "accepting excuses the exit code only."
    )
    lost = (
        *((one, "EXPIRED") for one in found.expired),
        *((one, "worse than was accepted") for one in found.worse),
    )
    lines = (
        *(_excused(one, "accepted") for one in found.accepted),
        *(_excused(one, why) for one, why in lost),
        *(("–", one.exception.named, "matches nothing", one.why) for one in found.stale),
        *(("–", one.exception.named, "cannot be said", one.why) for one in found.unasked),
    )
    heads = (
        Column("Verdict", width=0.15),
        Column("About", width=0.28),
        Column("State", width=0.15),
        Column("Who answers, until when, and why", width=0.42),
    )
    note = f"The first {_LINES} of {len(lines):,}." if len(lines) > _LINES else ""
    table = Table(heads, lines[:_LINES], "Accepted exceptions", note)
    return (Section("accepted", "What was accepted", (Paragraph(lead, "lead"), table)),)


def _excused(one: Excused, state: str) -> tuple[str | Verdict, ...]:
    about = one.finding
    column = f", {short(about.attribute, 40)}" if about.attribute else ""
    return (
        about.verdict,
        capital(f"{name_of(about.group, 60)} · {about.question.replace('_', ' ')}{column}"),
        state,
        short(one.says, 300),
    )


# -- what changed since last time ------------------------------------------------------------------


def changes(audit: Audit, before: Audit | None) -> tuple[Section, ...]:
    """What the audit says that the one before did not, and the other way round.

    The one before is the baseline. Groups whose numbers are hidden in one of them are left out, and
    counted: they would seem to come and go.
    """
    if before is None:
        return ()
    title = "What changed since last time"
    try:
        found = since(before, audit)
    except UsageError as error:
        said = Paragraph(_sentence(str(error)), "lead")
        return (Section("changes", title, (said,), new_page=True),)
    blocks: list[Block] = [Paragraph(capital(found.summary()), "lead")]
    if found.missing:
        names = [name_of(group, 60) for group in found.missing]
        blocks.append(Paragraph(f"Newly without a synthetic row: {listed(names, most=8)}."))
    blocks += [Paragraph(_sentence(one)) for one in (*found.doubts, *found.remarks)[:_SAID]]
    if lines := _lines(found):
        blocks.append(_changed(lines))
    if found.hidden:
        left = many(found.hidden, "change")
        blocks.append(Paragraph(f"{left} of hidden groups left out.", "quiet"))
    return (Section("changes", title, tuple(blocks), new_page=True),)


def _sentence(text: str) -> str:
    return capital(text if text.endswith((".", "!", "?")) else f"{text}.")


_Line = tuple[object, str, str | Verdict, str | Verdict, str]


def _lines(found: Since) -> list[_Line]:
    """Worse first, then better, then what is no longer said."""
    changes = [change for turn in found.turns for change in turn.changes]
    return [
        *(_line(None, finding) for turn in found.turns for finding in turn.appeared),
        *(_line(change.before, change.after) for change in changes if change.worse),
        *(_line(change.before, change.after) for change in changes if not change.worse),
        *(_line(finding, None) for turn in found.turns for finding in turn.went),
    ]


def _line(before: Finding | None, after: Finding | None) -> _Line:
    about = after or before
    assert about is not None
    column = f", {short(about.attribute, 40)}" if about.attribute else ""
    return (
        about.group,
        capital(f"{name_of(about.group, 60)} · {about.question.replace('_', ' ')}{column}"),
        before.verdict if before else "not said",
        after.verdict if after else "no longer said",
        short(about.because, 240),
    )


def _changed(lines: Sequence[_Line]) -> Table:
    heads = (
        Column("About", width=0.24),
        Column("Before", width=0.16),
        Column("Now", width=0.16),
        Column("What is said", width=0.44),
    )
    rows = tuple(line[1:] for line in lines[:_LINES])
    note = ""
    if len(rows) < len(lines):
        note = f"The first {len(rows):,} of {len(lines):,}; audits diff lists all of them."
    return Table(heads, rows, "Findings that changed", note, brief=True)
