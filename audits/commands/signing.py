"""Sign what was decided, and see whether what was signed still stands."""

from __future__ import annotations

from typing import Annotated

import typer

from audits.cli_streams import as_json, out, remark

InStore = Annotated[
    str,
    typer.Option(
        "--store",
        metavar="FILE|URL",
        envvar="AUDITS_STORE",
        help="The store: a file, or a URL such as postgresql+psycopg://…",
    ),
]
OneQueue = Annotated[str, typer.Argument(metavar="QUEUE", help="The queue's id.")]
Signer = Annotated[
    str, typer.Option("--reviewer", metavar="NAME", help="Who signs; kept as a typed name.")
]
Statement = Annotated[
    str,
    typer.Option(metavar="TEXT", help="What is declared: what was reviewed, and how."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON.")]


def sign(queue: OneQueue, *, store: InStore, reviewer: Signer, statement: Statement) -> None:
    """Sign all decisions of a queue as they stand; what nobody decided is counted with them."""
    from audits.review.records import Reviewer
    from audits.review.signing import sign as signed_by
    from audits.review.store import Store

    with Store(store) as opened:
        made = signed_by(opened, queue, Reviewer(reviewer), statement)
    remark(f"signed decisions up to number {made.decisions:,}; {made.unreviewed:,} unreviewed")
    out(f"{made.digest}\n")


def verify(queue: OneQueue, *, store: InStore, json_: AsJson = False) -> None:
    """Say of every signature whether the store still holds what was signed.

    Exits with 1 if one does not stand any more.
    """
    from audits.review.signing import signed
    from audits.review.store import Store

    with Store(store, read_only=True) as opened:
        found = signed(opened, queue)
    if json_:
        out(
            as_json(
                [
                    {
                        "number": one.signature.number, "reviewer": one.signature.reviewer,
                        "identity": one.signature.identity, "at": one.signature.at,
                        "digest": one.signature.digest, "decisions": one.signature.decisions,
                        "unreviewed": one.signature.unreviewed, "stands": one.holds,
                        "later": one.later,
                    }
                    for one in found
                ]
            )
        )  # fmt: skip
    else:
        out("".join(f"{_line(one)}\n" for one in found) or "nobody has signed this queue\n")
    if not all(one.holds for one in found):
        raise typer.Exit(1)


def _line(one: object) -> str:
    from audits.review.signing import Signed
    from audits.visible import visible

    assert isinstance(one, Signed)
    kept = one.signature
    stands = "stands" if one.holds else "DOES NOT STAND: decisions or items differ"
    later = f"; {one.later:,} decisions since" if one.later else ""
    return visible(
        f"{kept.reviewer} ({kept.identity}), {kept.at[:16]}: {stands}{later}; {kept.digest}"
    )
