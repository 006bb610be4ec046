"""Every error raised on purpose.

``AuditError``
    ``UsageError``: the question was put wrongly (exit code 2).
    ``InputError``: the data cannot be judged (exit code 3).
    ``StoreError``: decisions cannot be kept or read (exit code 3).
    ``ConflictError``: somebody else decided in the meantime (exit code 4).

A sentence says what is wrong, where, and what to do next.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches


class AuditError(Exception):
    """Something a person can mend: the command line and the dashboard catch this and no wider."""

    exit_code = 3


class UsageError(AuditError):
    """An argument, an option or a setting that does not make sense."""

    exit_code = 2


class InputError(AuditError):
    """A table, a file or a value that cannot be judged."""

    exit_code = 3


class SourceError(InputError):
    """A file that cannot be read; says which line, and why, where that is known."""

    def __init__(self, source: str, reason: str, advice: str, *, line: int | None = None) -> None:
        self.source, self.reason, self.advice, self.line = source, reason, advice, line
        where = source if line is None else f"{source}, line {line}"
        super().__init__(f"{where}: {reason} {advice}".rstrip())


class WorkspaceError(AuditError):
    """The folder for what does not fit into memory is full."""

    def __init__(self, folder: object) -> None:
        self.folder = str(folder)
        super().__init__(
            f"no space is left in {folder}, where the audit keeps what does not fit into memory. "
            "Make room, or name another folder with --work-folder. Nothing was saved."
        )


class StoreError(AuditError):
    """A store of decisions that cannot be opened, read or written; says which, why, what to do."""

    def __init__(self, store: str, reason: str, advice: str) -> None:
        self.store, self.reason, self.advice = store, reason, advice
        super().__init__(f"{store}: {reason} {advice}")


class ConflictError(AuditError):
    """Somebody else decided in the meantime; `moved` holds what was decided, as it stands now."""

    exit_code = 4

    def __init__(self, reason: str, moved: Sequence[object] = ()) -> None:
        self.moved = tuple(moved)
        super().__init__(f"{reason} Nothing was changed. Look again, and decide.")


class ClusterError(AuditError):
    """Spark could not do, or finish, what it was asked."""

    def __init__(self, where: str, reason: str) -> None:
        self.where, self.reason = where, reason
        super().__init__(
            f"{where}: Spark gave up ({reason}). Check that the cluster is up and its workers are "
            "alive, and run the audit again. Nothing was saved."
        )


class ColumnNotFoundError(UsageError):
    """A column was named that a table does not have."""

    def __init__(self, column: str, table: str, available: Sequence[str]) -> None:
        self.column, self.table, self.available = column, table, tuple(available)
        near = get_close_matches(column, self.available, n=1)
        advice = f"Did you mean {near[0]!r}?" if near else "Check the spelling."
        shown = ", ".join(map(str, self.available[:40]))
        more = f" and {len(self.available) - 40} more" if len(self.available) > 40 else ""
        super().__init__(f"{table} has no column {column!r}. {advice} It has: {shown}{more}.")


class RuleError(UsageError):
    """A rule that does not parse or makes no sense: file, line, column, why."""

    def __init__(self, file: str, line: int, column: int, reason: str, advice: str) -> None:
        self.file, self.line, self.column = file, line, column
        self.reason, self.advice = reason, advice
        where = f"{file}, line {line}, column {column}"
        super().__init__(f"{where}: {reason} {advice}".rstrip())


class ColumnError(InputError):
    """A column whose values cannot be judged."""

    def __init__(self, column: str, table: str, reason: str, advice: str) -> None:
        self.column, self.table, self.reason, self.advice = column, table, reason, advice
        super().__init__(f"{table}, column {column!r}: {reason} {advice}")


class UnknownNameError(UsageError):
    """A setting, question or kind that does not exist."""

    def __init__(self, what: str, name: str, available: Sequence[str]) -> None:
        self.what, self.name, self.available = what, name, tuple(available)
        near = get_close_matches(name, self.available, n=1)
        there = f"There are: {', '.join(available)}." if available else "There is none yet."
        advice = f"Did you mean {near[0]!r}?" if near else there
        super().__init__(f"there is no {what} {name!r}. {advice}")
