"""The effective register as files beside the pseudonymised rows, for whatever comes after them."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.register import law
from pipeline.handling.register import COLUMNS, effective_register

HANDLING, PURPOSES = "register__handling.parquet", "register__purposes.parquet"


def write(folder: Path) -> None:
    """Write ``register__handling.parquet`` (:class:`Entry` by column, lists as words with commas between) and
    ``register__purposes.parquet`` (``purpose, meaning, is_product``) into ``folder``."""
    _put(_handling(), folder / HANDLING)
    purposes = [
        {"purpose": purpose.word, "meaning": purpose.meaning, "is_product": purpose.is_product}
        for purpose in law.purposes().values()
    ]
    _put(pa.Table.from_pylist(purposes), folder / PURPOSES)


@cache
def _handling() -> pa.Table:
    """The register is the same for every product and night of a process."""
    register = effective_register()
    return pa.table({name: [_text(getattr(entry, name)) for entry in register] for name in COLUMNS})


def _text(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def _put(table: pa.Table, path: Path) -> None:
    pq.write_table(table, path, compression="zstd")
    path.chmod(0o600)
