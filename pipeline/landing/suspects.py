"""The text of the lines of a large file that are to be looked at, kept as a pass over it comes by them.

They lie in Parquet and not in memory, for they may be half of a file, and in pieces so small that several
threads read them.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Self

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.fhir.lines import Flags, Rows

_PIECE = 4 * 1024 * 1024  # bytes of text
_SCHEMA = pa.schema([("_row", pa.int64()), ("in_doubt", pa.bool_()), ("line", pa.string())])


class Suspects:
    """Writes ``target``: ``_row``, ``line`` without its end, and ``in_doubt``: whether the line may be of
    another shape; null of one that is no suspect. Several threads may call it."""

    def __init__(self, target: Path) -> None:
        self._writer = pq.ParquetWriter(target, _SCHEMA, compression="lz4")  # read a few times, thrown away
        self._held: list[pa.RecordBatch] = []
        self._size = 0
        self._lock = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._write()
        self._writer.close()

    def keep(self, rows: Rows, lines: pa.Array | pa.ChunkedArray, in_doubt: Flags | None) -> None:
        """Keep the lines of the rows."""
        if not len(rows):
            return
        doubt = pa.nulls(len(rows), pa.bool_()) if in_doubt is None else pa.array(in_doubt)
        texts = pc.utf8_rtrim(lines.cast(pa.string()), "\r\n")
        if isinstance(texts, pa.ChunkedArray):  # as the engine gives what it calls a function with
            texts = texts.combine_chunks()
        with self._lock:
            self._held.append(pa.RecordBatch.from_arrays([pa.array(rows), doubt, texts], schema=_SCHEMA))
            self._size += texts.nbytes
            if self._size > _PIECE:
                self._write()

    def _write(self) -> None:
        if self._held:
            self._writer.write_table(pa.Table.from_batches(self._held))
        self._held, self._size = [], 0
