"""Kill -9 in the middle of bulk decisions: all or nothing, and nothing lost that was confirmed."""

import os
import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from contextlib import suppress

import psycopg
import pytest
from postgresql import HERE, free_port, server
from store_made import ANN, QUEUE, keep, made_items, url  # noqa: F401, fixture

from audits.errors import StoreError
from audits.review.records import Action
from audits.review.store import Store

# ruff: noqa: F811, fixtures are imported

ROUNDS, ITEMS = int(os.environ.get("AUDITS_KILLS", "3")), 100
ITEM = f"{0:016x}"

CHILD = f"""
import sys
from audits.review.records import Action, Reviewer
from audits.review.store import Store
store = Store(sys.argv[1])
ids = [f"{{at:016x}}" for at in range({ITEMS})]
version = store.item("q1", ids[0]).version
print("ready", flush=True)
while True:
    action = Action.KEEP if version % 2 else Action.REMOVE
    made = store.decide_many("q1", dict.fromkeys(ids, version), action, reason="bulk",
                             reviewer=Reviewer("Ann"))
    print(made[0].bulk, flush=True)
    version += 1
"""


def child(url: str) -> "subprocess.Popen[str]":
    """A process that decides in bulk for ever, and says when each bulk was confirmed."""
    made = subprocess.Popen(
        [sys.executable, "-c", CHILD, url],
        stdout=subprocess.PIPE,
        text=True,
        stderr=subprocess.DEVNULL,
    )
    assert made.stdout is not None
    assert made.stdout.readline() == "ready\n"
    return made


def whole_or_absent(store: Store, confirmed: list[str]) -> int:
    """Check every promise; return how many bulks were kept though nobody was told."""
    held = list(store.decisions("q1"))
    bulks = Counter(decision.bulk for decision in held)
    assert set(bulks.values()) <= {ITEMS}
    assert set(confirmed) <= set(bulks)
    assert [decision.number for decision in held] == list(range(1, len(held) + 1))
    assert store.amiss("q1") == ()
    assert {shown.version for shown in store.items("q1")} == {len(bulks)}
    return len(bulks) - len(confirmed)


@pytest.mark.slow
def test_a_killed_reviewer_leaves_whole_decisions(url, record_property):
    with Store(url) as store:
        store.add_queue(QUEUE, made_items(ITEMS))
    chance, confirmed = random.Random(8), []
    for _ in range(ROUNDS):
        one = child(url)
        time.sleep(chance.uniform(0.05, 0.4))
        one.send_signal(signal.SIGKILL)
        said, _ = one.communicate()
        confirmed += said.split("\n")[:-1]  # the last line may be cut
    with Store(url) as store:
        untold = whole_or_absent(store, confirmed)
    assert confirmed
    record_property("confirmed", len(confirmed))
    record_property("kept but not told", untold)


@pytest.mark.slow
@pytest.mark.postgresql
def test_a_killed_server_has_all_that_was_confirmed(record_property):
    """The whole server ends at once, and comes back: the reviewer's program goes on by itself."""
    chance = random.Random(8)
    with server() as running:
        url = running.database()
        with Store(url) as store:
            store.add_queue(QUEUE, made_items(ITEMS))
            one = child(url)
            for _ in range(3):
                time.sleep(chance.uniform(0.3, 0.8))
                running.kill()
                running.start()
            time.sleep(0.5)
            assert one.poll() is None
            one.send_signal(signal.SIGKILL)
            said, _ = one.communicate()
            confirmed = said.split()
            untold = whole_or_absent(store, confirmed)
    assert confirmed
    record_property("confirmed", len(confirmed))
    record_property("kept but not told", untold)


class Line:
    """A line to a server that can be made to swallow an answer, and break."""

    def __init__(self, port: int) -> None:
        self.server, self.port = port, free_port()
        self.broken_at: bytes | None = None
        self.broke = 0
        self.before = False
        self._door = socket.create_server((HERE, self.port))
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.create_connection((HERE, self.server))
                state = {"cut": False}
                for one, other, asks in ((near, far, True), (far, near, False)):
                    threading.Thread(
                        target=self._carry, args=(one, other, asks, state), daemon=True
                    ).start()

    def _carry(
        self, one: socket.socket, other: socket.socket, asks: bool, state: dict[str, bool]
    ) -> None:
        with suppress(OSError):
            while data := one.recv(65536):
                if asks and self.broken_at and self.broken_at in data and not self.broke:
                    self.broke += 1
                    if self.before:
                        break
                    state["cut"] = True
                elif not asks and state["cut"]:
                    break
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
            end.close()

    def close(self) -> None:
        self._door.close()


@pytest.mark.postgresql
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("many", [False, True], ids=["one", "many"])
def test_a_line_lost_around_the_commit_doubles_nothing(
    postgresql_server, postgresql_url, before, many
):
    """The line breaks before COMMIT arrives, or after it was done and before its answer."""
    with Store(postgresql_url) as store:
        store.add_queue(QUEUE, made_items(20))
    line = Line(postgresql_server.port)
    through = postgresql_url.replace(f":{postgresql_server.port}/", f":{line.port}/")
    with Store(through + "?sslmode=disable&gssencmode=disable") as store:
        line.before, line.broken_at = before, b"COMMIT"
        if many:
            seen = {item.id: 0 for item in made_items(20)}
            made = store.decide_many("q1", seen, Action.KEEP, reason="r", reviewer=ANN)
            assert len(made) == 20
        else:
            made = (keep(store, ITEM, ANN, 0),)
        assert line.broke == 1
        assert tuple(store.decisions("q1")) == made
        assert store.item("q1", ITEM).version == 1
    line.close()


@pytest.mark.postgresql
def test_a_connection_ended_by_the_server_is_made_again(postgresql_server, postgresql_url):
    with Store(postgresql_url) as store:
        store.add_queue(QUEUE, made_items(20))
        for version in range(3):
            postgresql_server.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'audits'"
            )
            keep(store, ITEM, ANN, version)
        assert len(list(store.decisions("q1"))) == 3


@pytest.mark.postgresql
def test_one_ended_while_it_waits_is_tried_again(postgresql_server, postgresql_url):
    """pg_terminate_backend in the middle: the decision waits for a lock when its line is cut."""
    plain = postgresql_url.replace("+psycopg", "")
    with Store(postgresql_url) as store, psycopg.connect(plain) as other:
        store.add_queue(QUEUE, made_items(20))
        other.execute("SELECT * FROM review_store FOR UPDATE")
        made = []
        waiting = threading.Thread(target=lambda: made.append(keep(store, ITEM, ANN, 0)))
        waiting.start()
        ended: list[object] = []
        while not ended:
            ended = postgresql_server.run(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name = 'audits' AND wait_event_type = 'Lock'"
            )
            time.sleep(0.01)
        other.rollback()
        waiting.join()
        assert tuple(store.decisions("q1")) == tuple(made)
        assert len(made) == 1


@pytest.mark.postgresql
def test_a_server_that_stays_away_is_said(monkeypatch):
    from audits.review import transactions

    monkeypatch.setattr(transactions, "RETRY_SECONDS", 0.3)
    with server() as running, Store(running.database()) as store:
        store.add_queue(QUEUE, made_items(1))
        running.kill()
        with pytest.raises(StoreError, match=r"lost.*look at the item again") as caught:
            keep(store, ITEM, ANN, 0)
        assert "open-sesame" not in repr(caught.value)
