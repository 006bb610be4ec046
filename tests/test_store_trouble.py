"""Stores that cannot be opened, read or written say why, and never give a password away."""

import os
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from postgresql import HERE, PASSWORD, free_port
from store_made import ANN, QUEUE, keep, made_items

from audits.errors import StoreError, UsageError
from audits.review import opening
from audits.review.store import Store

ITEM = f"{0:016x}"


@pytest.fixture
def file(tmp_path):
    """A store with thirty items, closed."""
    path = tmp_path / "decisions.db"
    with Store(str(path)) as store:
        store.add_queue(QUEUE, made_items(30))
    return path


@contextmanager
def nobody() -> Iterator[None]:
    """As somebody whom the rights of files bind: root passes over them."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("", "needs a file"),
        (":memory:", "needs a file"),
        ("sqlite://", "needs a file"),
        ("a\0b", "NUL"),
        ("mysql://ann:open-sesame@host/db", "no store on 'mysql'"),
        ("postgresql://ann:open-sesame@host:port/db", "does not parse"),
        ("://open-sesame", "does not parse"),
    ],
)
def test_an_address_that_makes_no_sense(url, said):
    with pytest.raises(UsageError, match=said) as caught:
        Store(url)
    assert "sesame" not in str(caught.value)


@pytest.mark.parametrize("name", ["plain.db", "a b?c#d%20é.db"])
def test_any_name_of_a_file(tmp_path, name):
    with Store(str(tmp_path / name)) as store:
        store.add_queue(QUEUE, made_items(1))
    assert (tmp_path / name).exists()
    with Store(f"sqlite:///{tmp_path / 'x.db'}") as store:
        assert store.queues() == ()
    with Store(str(tmp_path / name), read_only=True) as store:
        assert store.queues() == (QUEUE,)


def test_the_settings_that_make_it_last(file):
    with Store(str(file)) as store, store._transactions._engine.connect() as line:
        ask = {
            name: line.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    assert ask == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 1000 * opening.LOCK_SECONDS,
    }


def test_a_file_that_is_no_database(tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("not a database at all\n" * 100)
    with pytest.raises(StoreError, match="no SQLite database at all"):
        Store(str(path))
    assert path.read_text().startswith("not a database")


def test_a_database_of_another_program(tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as line:
        line.execute("CREATE TABLE bookmarks (url)")
    line.close()
    with pytest.raises(StoreError, match="another program"):
        Store(str(path))


def test_a_damaged_store(file):
    text = bytearray(file.read_bytes())
    text[4096:60000] = b"\xff" * (60000 - 4096)
    file.write_bytes(text)
    with pytest.raises(StoreError, match="damaged"), Store(str(file)) as store:
        keep(store, ITEM, ANN, 0)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(StoreError, match="cannot be opened"):
        Store(str(tmp_path / "none" / "x.db"))
    with pytest.raises(StoreError, match="no such file"):
        Store(str(tmp_path / "x.db"), read_only=True)


def test_a_locked_store(file, monkeypatch):
    monkeypatch.setattr(opening, "LOCK_SECONDS", 0.2)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with Store(str(file)) as store:
        assert store.item("q1", ITEM).version == 0  # reading goes on
        with pytest.raises(StoreError, match=r"locked.*Wait"):
            keep(store, ITEM, ANN, 0)
        other.execute("ROLLBACK")
        keep(store, ITEM, ANN, 0)
    other.close()


@pytest.mark.parametrize("what", ["file", "folder"])
def test_a_store_that_can_only_be_read(what):
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        path = folder / "decisions.db"
        with Store(str(path)) as store:
            store.add_queue(QUEUE, made_items(3))
        path.chmod(0o444)
        folder.chmod(0o555 if what == "folder" else 0o777)
        with nobody(), Store(str(path)) as store:
            assert store.page("q1").total == 3
            with pytest.raises(StoreError, match="can only be read"):
                keep(store, ITEM, ANN, 0)
        folder.chmod(0o755)


@pytest.mark.parametrize("gone", ["psycopg"])
def test_without_the_driver(monkeypatch, gone):
    monkeypatch.setitem(sys.modules, gone, None)
    with pytest.raises(StoreError, match=r'pip install "audits\[postgresql\]"'):
        Store("postgresql+psycopg://ann:open-sesame@host/db")


@pytest.mark.postgresql
class TestServer:
    def test_a_wrong_password(self, postgresql_url):
        wrong = postgresql_url.replace(PASSWORD, "se%40cret%2Fword")
        with pytest.raises(StoreError, match="password authentication failed") as caught:
            Store(wrong)
        told = f"{caught.value} {caught.value!r} {caught.value.__cause__}"
        assert "secret" not in told
        assert "se@cret" not in told

    def test_no_server(self):
        with pytest.raises(StoreError, match="Check the address") as caught:
            Store(f"postgresql+psycopg://ann:{PASSWORD}@{HERE}:{free_port()}/db")
        assert PASSWORD not in str(caught.value)

    def test_no_database(self, postgresql_url):
        with pytest.raises(StoreError, match="does not exist"):
            Store(postgresql_url + "_none")

    def test_its_name_holds_no_password(self, postgresql_url):
        with Store(postgresql_url) as store:
            for shown in (repr(store), store.name, repr(store._transactions.place)):
                assert PASSWORD not in shown

    def test_any_spelling_of_the_url(self, postgresql_url):
        for scheme in ("postgresql", "postgres", "postgresql+psycopg"):
            Store(postgresql_url.replace("postgresql+psycopg", scheme)).close()

    def test_somebody_who_holds_the_lock(self, postgresql_url, monkeypatch):
        import psycopg

        monkeypatch.setattr(opening, "LOCK_SECONDS", 1)
        plain = postgresql_url.replace("+psycopg", "")
        with Store(postgresql_url) as store, psycopg.connect(plain) as other:
            store.add_queue(QUEUE, made_items(3))
            other.execute("SELECT * FROM review_store FOR UPDATE")
            assert store.page("q1").total == 3
            with pytest.raises(StoreError, match="locked"):
                keep(store, ITEM, ANN, 0)

    def test_an_account_that_may_only_read(self, postgresql_server, postgresql_url):
        with Store(postgresql_url) as store:
            store.add_queue(QUEUE, made_items(3))
        name = postgresql_url.rpartition("/")[2]
        for statement in (
            "DO $$BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'reader') THEN "
            "CREATE ROLE reader LOGIN PASSWORD 'r'; END IF; END$$",
            "GRANT USAGE ON SCHEMA public TO reader",
            "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
        ):
            postgresql_server.run(statement, name)
        with Store(postgresql_url.replace(f"reviewer:{PASSWORD}", "reader:r")) as store:
            assert store.page("q1").total == 3
            with pytest.raises(StoreError, match="may not do that"):
                keep(store, ITEM, ANN, 0)


def test_threads_share_a_store(file):
    with Store(str(file)) as store:
        people = [
            threading.Thread(target=keep, args=(store, f"{at:016x}", ANN, 0)) for at in range(10)
        ]
        for person in people:
            person.start()
        for person in people:
            person.join()
        assert len(list(store.decisions("q1"))) == 10
