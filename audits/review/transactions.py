"""One piece of work as one transaction: whole or not at all, tried again when the line drops."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from audits.errors import StoreError
from audits.review import migrating, opening, troubles
from audits.review.opening import READS, WRITES

RETRY_SECONDS = 20.0
"""How long to try again after the line to a server dropped: the time in which one restarts."""

_PAUSE = 0.05  # seconds before the first repetition; doubled each time, up to _LONGEST
_LONGEST = 2.0

T = TypeVar("T")


class Transactions:
    """The engine of one store, and how work is done on it."""

    def __init__(self, url: str, *, read_only: bool) -> None:
        self.place = opening.place(url)
        self.read_only = read_only
        self._engine = opening.engine(self.place, read_only=read_only)
        try:
            self._open()
        except DBAPIError as error:
            self.close()
            if error.connection_invalidated or troubles.is_lost(error):
                found = troubles.unreachable(error, self.place.name, self.place.secret)
            else:
                found = self._explained(error)
            raise found from error
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    def read(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` reads, all of it as of one moment."""
        return self._again(work, READS)

    def write(self, work: Callable[[Connection], T]) -> T:
        """Return what `work` returns once what it wrote is kept.

        It may run more than once, and must then find what it has done already.
        """
        if self.read_only:
            raise StoreError(
                self.place.name,
                "this store was opened for reading.",
                "Open it without read_only. Nothing was kept.",
            )
        return self._again(work, WRITES)

    def _open(self) -> None:
        with self._engine.connect() as connection, opening.transaction(connection, READS).begin():
            current = migrating.is_current(connection, self.place.name)
        if current:
            return
        if self.read_only:
            raise StoreError(
                self.place.name,
                "there is no store of this version of audits yet.",
                "Open it once for writing: that makes it, or brings it up to date.",
            )
        opening.prepare(self._engine)
        with self._engine.connect() as connection, opening.transaction(connection, WRITES).begin():
            migrating.migrate(connection, self.place.name)

    def _again(self, work: Callable[[Connection], T], purpose: str) -> T:
        until, pause = time.monotonic() + RETRY_SECONDS, _PAUSE
        while True:
            try:
                return self._once(work, purpose)
            except DBAPIError as error:
                late = time.monotonic() + pause > until
                if troubles.is_lost(error):
                    if late:
                        raise self._lost(error) from error
                elif late or troubles.sqlstate(error) not in troubles.AGAIN:
                    raise self._explained(error) from error
            time.sleep(pause)
            pause = min(2 * pause, _LONGEST)

    def _once(self, work: Callable[[Connection], T], purpose: str) -> T:
        with self._engine.connect() as connection, opening.transaction(connection, purpose).begin():
            return work(connection)

    def _explained(self, error: DBAPIError) -> StoreError:
        return troubles.explained(error, self.place.name, self.place.secret)

    def _lost(self, error: DBAPIError) -> StoreError:
        return troubles.lost(error, self.place.name, self.place.secret, RETRY_SECONDS)
