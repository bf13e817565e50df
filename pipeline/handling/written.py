"""The effective register as files beside the pseudonymised rows, for whatever comes after them."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.register import law
from pipeline.handling.register import COLUMNS, effective_register

HANDLING, PURPOSES = "register__handling.parquet", "register__purposes.parquet"


def write(folder: Path) -> None:
    """Write ``register__handling.parquet`` (:class:`Entry` by column, lists as words with commas between) and
    ``register__purposes.parquet`` (``purpose, meaning, is_product``) into ``folder``."""
    entries = [
        {name: _text(value) for name, value in asdict(entry).items()} for entry in effective_register()
    ]
    text = pa.schema([(name, pa.string()) for name in COLUMNS])
    _put(pa.Table.from_pylist(entries, schema=text), folder / HANDLING)
    purposes = [
        {"purpose": purpose.word, "meaning": purpose.meaning, "is_product": purpose.is_product}
        for purpose in law.purposes().values()
    ]
    _put(pa.Table.from_pylist(purposes), folder / PURPOSES)


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _put(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")
    path.chmod(0o600)
