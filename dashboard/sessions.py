"""A session's folder on disk: its tables, its audits, what was chosen; nobody else's.

A session is known by a random token that stands in the address, so that a reload finds it again.
The folder is private to the account the dashboard runs under, and is gone when the session has
not been used for a while.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import secrets
import shutil
import tempfile
import time
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from limits import SESSION_HOURS

_TOKEN = re.compile(r"[0-9a-f]{32}")
_AUDIT = re.compile(r"[0-9a-f]{16}")
_PIECE = 1 << 20
_NAME = 80
_KNOWN = (".csv.gz", ".tsv.gz", ".jsonl.gz", ".ndjson.gz", ".csv", ".tsv", ".txt", ".jsonl",
          ".ndjson", ".parquet", ".pq", ".feather", ".arrow", ".json", ".toml")  # fmt: skip


class SessionOverError(Exception):
    """A token that leads nowhere; the message says why, and what happens now."""


@dataclass(frozen=True)
class Kept:
    """An audit of a session: its id, its name for a reader, and when it was made."""

    id: str
    label: str
    made: float


@dataclass(frozen=True)
class Session:
    """One person's folder."""

    token: str
    folder: Path

    # -- small documents -----------------------------------------------------------------------

    def read(self, name: str) -> dict[str, Any]:
        """Return a small document of the session; an empty one where there is none."""
        try:
            found = json.loads((self.folder / f"{name}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}

    def write(self, name: str, document: dict[str, Any]) -> None:
        """Replace a small document whole."""
        write_private(self.folder / f"{name}.json", json.dumps(document))

    def touch(self) -> None:
        """Begin the session's time anew."""
        os.utime(self.folder)

    # -- tables --------------------------------------------------------------------------------

    def add_table(self, stream: IO[bytes], label: str) -> Path:
        """Copy what was uploaded into a folder of its own, piece by piece; return the file."""
        parent = self.folder / "tables" / secrets.token_hex(8)
        parent.mkdir(mode=0o700, parents=True)
        target = parent / safe_name(label)
        part = target.with_name(".part")
        try:
            with part.open("xb") as file:
                shutil.copyfileobj(stream, file, _PIECE)
            part.replace(target)
        except BaseException:
            shutil.rmtree(parent, ignore_errors=True)
            raise
        return target

    def drop_table(self, path: str | Path) -> None:
        """Delete an uploaded table; a file from elsewhere is left alone."""
        parent = Path(path).parent
        if parent.parent == self.folder / "tables":
            shutil.rmtree(parent, ignore_errors=True)

    # -- audits --------------------------------------------------------------------------------

    def audits(self) -> list[Kept]:
        """Return the audits of the session, the newest first."""
        names = self.read("names")
        found = [
            Kept(path.stem, str(names.get(path.stem) or path.stem), path.stat().st_mtime)
            for path in (self.folder / "audits").glob("*.json")
        ]
        return sorted(found, key=lambda kept: (-kept.made, kept.id))

    def audit_path(self, audit_id: str) -> Path | None:
        """Return the file of an audit of this session, if there is one."""
        if not _AUDIT.fullmatch(audit_id):
            return None
        path = self.folder / "audits" / f"{audit_id}.json"
        return path if path.is_file() else None

    def keep_audit(self, made: Path, label: str) -> str:
        """Move a finished audit among the session's; the same audit made again is the same."""
        with made.open("rb") as file:
            audit_id = hashlib.file_digest(file, "sha256").hexdigest()[:16]
        folder = self.folder / "audits"
        folder.mkdir(mode=0o700, exist_ok=True)
        made.replace(folder / f"{audit_id}.json")
        os.utime(folder / f"{audit_id}.json")
        self.write("names", {**self.read("names"), audit_id: label})
        return audit_id

    def drop_audit(self, audit_id: str) -> None:
        """Delete an audit."""
        if (path := self.audit_path(audit_id)) is not None:
            path.unlink(missing_ok=True)


# -- opening ---------------------------------------------------------------------------------------


def root() -> Path:
    """Return the folder of all sessions, readable by nobody else; made if need be."""
    given = os.environ.get("AUDITS_WORKSPACE")
    place = Path(given) if given else _cache() / "audits" / "sessions"
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        place = Path(tempfile.gettempdir()) / f"audits-sessions-{os.getuid()}"
        place.mkdir(mode=0o700, exist_ok=True)
    if place.stat().st_uid == os.getuid():
        place.chmod(0o700)
    return place


def _cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")


def new_session(owner: str = "") -> Session:
    """Make a folder for a session that nobody can guess."""
    token = secrets.token_hex(16)
    folder = root() / token
    folder.mkdir(mode=0o700)
    session = Session(token, folder)
    session.write("owner", {"owner": owner})
    return session


def open_session(token: str, owner: str = "") -> Session:
    """Open a session by its token.

    Raises
    ------
    SessionOverError
        If the token is none, its time is over, or the session is another person's.
    """
    if not _TOKEN.fullmatch(token):
        raise SessionOverError("The address names no session. A new one has begun.")
    folder = root() / token
    if not folder.is_dir() or is_over(folder):
        raise SessionOverError(
            f"The session in the address is over: one is kept for {SESSION_HOURS:g} hours after "
            "it was last used, and its tables and audits are then deleted. A new one has begun."
        )
    session = Session(token, folder)
    if not secrets.compare_digest(str(session.read("owner").get("owner", "")), owner):
        raise SessionOverError(
            "The session in the address belongs to another person. A new one has begun."
        )
    return session


def is_over(folder: Path) -> bool:
    """Whether a session has not been used for so long that it ends."""
    return time.time() - folder.stat().st_mtime > SESSION_HOURS * 3600


def sweep() -> int:
    """Delete every session whose time is over; return how many."""
    swept = 0
    for folder in root().iterdir():
        if _TOKEN.fullmatch(folder.name) and folder.is_dir() and is_over(folder):
            shutil.rmtree(folder, ignore_errors=True)
            swept += 1
    return swept


# -- files -----------------------------------------------------------------------------------------


def safe_name(label: str) -> str:
    """Return a file's name with nothing in it that a path could mean; its ending is kept.

    >>> safe_name("../../etc/<b>passwd.CSV")
    'b_passwd.csv'
    """
    last = unicodedata.normalize("NFC", label).replace("\\", "/").rsplit("/", 1)[-1]
    ending = next((end for end in _KNOWN if last.lower().endswith(end)), "")
    stem = last[: len(last) - len(ending)]
    clean = re.sub(r"[^\w-]+", "_", stem, flags=re.UNICODE).strip("_")[:_NAME]
    while len(clean.encode(errors="replace")) > 2 * _NAME:
        clean = clean[:-1]
    return (clean or "table") + ending


def without_places(sentence: str) -> str:
    """Return a sentence with uploaded files named as they were called, not where they lie."""
    return re.sub(
        rf"{re.escape(str(root()))}/[0-9a-f]{{32}}/(tables/[0-9a-f]{{16}}/)?", "", sentence
    )


def write_private(path: Path, text: str) -> None:
    """Write a text whole or not at all, for the owner's eyes."""
    with replacing(path) as file:
        file.write(text.encode("utf-8", "surrogatepass"))


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file beside `path` that takes its place once it is written."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".part.")
    try:
        with os.fdopen(handle, "wb") as file:
            yield file
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
