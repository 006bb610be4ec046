"""What the command line writes where, and what it makes of errors."""

from __future__ import annotations

import dataclasses
import datetime
import functools
import json
import os
import re
import shutil
import signal
import sys
import threading
import traceback
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypedDict

import typer

from audits.errors import AuditError
from audits.visible import visible

if TYPE_CHECKING:
    from audits.results import Audit, Finding
    from audits.safeguards import Accepted

BUG, INTERRUPTED = 70, 130
_CONTROLS = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069]")
_NARROW = 100


class Look(TypedDict):
    """How text is laid out."""

    width: int
    colour: bool


def page_look() -> Look:
    """Return width and colour for standard output: colour only on a terminal that wants it."""
    terminal = sys.stdout.isatty()
    wanted = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return Look(width=shutil.get_terminal_size((_NARROW, 24)).columns, colour=terminal and wanted)


def out(text: str) -> None:
    """Write a result; a reader that has gone away (`| head`) is no error."""
    encoding = sys.stdout.encoding or "utf-8"
    try:
        sys.stdout.write(text.encode(encoding, "backslashreplace").decode(encoding))
        sys.stdout.flush()
    except BrokenPipeError:
        # what is left in the buffer would be tried again, and complained of, at the end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def remark(text: str) -> None:
    """Write a line to standard error."""
    typer.echo(f"audits: {visible(text)}", err=True)


def holding(path: str) -> str:
    """Say of the file that holds every count that it does."""
    if path.endswith(".json") and not path.endswith(".croissant.json"):
        return ", with every count: keep it where the data are"
    return ""


def as_json(document: Any) -> str:
    """Write strict JSON that no terminal obeys; beyond ASCII only where it can be written."""
    ascii_only = (sys.stdout.encoding or "").lower().replace("-", "") != "utf8"
    text = json.dumps(document, allow_nan=False, ensure_ascii=ascii_only)
    return _CONTROLS.sub(lambda found: f"\\u{ord(found.group()):04x}", text) + "\n"


def write_audit(audit: Audit, form: str, *, everything: bool = False) -> None:
    """Write an audit to standard output, as text, JSON or CSV."""
    if form == "json":
        out(as_json(audit.to_dict()))
    elif form == "csv":
        from audits.reports.csv_report import audit_csv

        out(audit_csv(audit))
    else:
        from audits.reports.text_report import audit_text

        out(audit_text(audit, **page_look(), everything=everything))


def gate(findings: tuple[Finding, ...], fail_on: str | None, how: str) -> None:
    """Leave with 1 if a finding is as bad as was said, or worse."""
    if fail_on is None:
        return
    bad = {"problem": ("problem",), "watch": ("problem", "watch")}[fail_on]
    reached = sum(finding.verdict.value in bad for finding in findings)
    if reached:
        remark(f"--fail-on {fail_on}: {reached} {how}")
        raise typer.Exit(1)


def under(
    audit: Audit, exceptions: tuple[Accepted, ...], config: str | os.PathLike[str] | None
) -> Audit:
    """Return an audit with the exceptions that its file of options makes, in force from today."""
    if not exceptions or config is None:
        return audit
    from audits.safeguards import Safeguards
    from audits.safeguards.reading import digest_of

    name = os.path.basename(config)
    kept = Safeguards(exceptions, name, digest_of(config), datetime.date.today())
    return dataclasses.replace(audit, safeguards=kept)


def standing(audit: Audit, *, today: bool = False) -> tuple[Finding, ...]:
    """Return the findings that nobody has accepted, and say what is wrong with exceptions."""
    if audit.safeguards is None:
        return audit.findings
    from audits.safeguards import enforce

    found = enforce(audit, today=datetime.date.today() if today else None)
    for text in found.remarks():
        remark(text)
    return found.standing


def guarded(command: Callable[..., None]) -> Callable[..., None]:
    """Turn errors into one sentence and an exit code; a traceback only with AUDITS_DEBUG=1."""

    @functools.wraps(command)
    def run(*args: Any, **options: Any) -> None:
        _listen()
        try:
            command(*args, **options)
        except AuditError as error:
            remark(str(error))
            raise typer.Exit(error.exit_code) from None
        except (typer.Exit, typer.Abort):
            raise
        except MemoryError:
            remark("there is not enough memory. Give the audit less to do, or a machine with more.")
            raise typer.Exit(AuditError.exit_code) from None
        except KeyboardInterrupt:
            remark("interrupted; nothing was saved.")
            raise typer.Exit(INTERRUPTED) from None
        except Exception as error:  # noqa: BLE001, the one place where a bug is made readable
            raise typer.Exit(_unexpected(error)) from None

    return run


_STOPPED = threading.Event()


def _listen() -> None:
    """Asked to end in any way, a command tidies up."""
    _STOPPED.clear()
    if threading.current_thread() is threading.main_thread():
        for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(sign, _interrupt)


def _interrupt(_signal: int, _frame: object) -> None:
    _STOPPED.set()
    raise KeyboardInterrupt


def stop_if_told() -> None:
    """Stop now, if it was said where Python could not hear it: in a callback of its own."""
    if _STOPPED.is_set():
        raise KeyboardInterrupt


def _unexpected(error: Exception) -> int:
    """Say that this is a bug, where, and how to report it; no data, which a message may hold."""
    if type(error).__name__ == "InterruptException" or str(error) == "Query interrupted":
        # how DuckDB passes on Ctrl-C
        remark("interrupted; nothing was saved.")
        return INTERRUPTED
    if os.environ.get("AUDITS_DEBUG"):
        traceback.print_exception(error)
    places = traceback.extract_tb(error.__traceback__)
    place = f"{os.path.basename(places[-1].filename)}, line {places[-1].lineno}" if places else ""
    remark(
        f"this is a bug in audits: {type(error).__name__} in {place}. Please report it with the "
        "command you gave and what AUDITS_DEBUG=1 shows; look through that for data first."
    )
    return BUG
