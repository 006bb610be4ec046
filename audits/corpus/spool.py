"""Texts kept on disk, so that a corpus need not fit in memory as strings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pyarrow as pa

from audits.corpus.collection import Int64


class TextFile:
    """Texts written one batch after another into a file of Arrow's, and then read by number."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._schema = pa.schema([("text", pa.large_string())])
        self._writer = pa.ipc.new_file(str(path), self._schema)

    def add(self, texts: Sequence[str]) -> None:
        """Write some texts after those that are there."""
        column = pa.array(texts, type=pa.large_string())
        self._writer.write_batch(pa.record_batch([column], schema=self._schema))

    def close(self) -> None:
        """Write the end; the texts can be read from then on."""
        self._writer.close()

    def read(self, order: Int64) -> TextsOnDisk:
        """Return the texts in an order: their numbers as they were written."""
        return TextsOnDisk(self._path, order)


class TextsOnDisk:
    """Texts by number, read from a file that is mapped into memory."""

    def __init__(self, path: Path, order: Int64) -> None:
        with pa.memory_map(str(path)) as source:
            self._column = pa.ipc.open_file(source).read_all().column("text")
        self._order = order

    def __len__(self) -> int:
        return len(self._order)

    def __getitem__(self, document: int) -> str:
        text: str = self._column[int(self._order[document])].as_py()
        return text

    def __iter__(self) -> Iterator[str]:
        return (self[i] for i in range(len(self)))
