"""The history tables of a product, read from their own yml: what is carried over, column by column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

_PUBLISHED = Path(__file__).parents[2] / "dbt_project" / "models" / "published"
BEGINNINGS = "meta.history_table"
"""The table that says since when each of them tells anything; itself carried, and about nobody."""


@dataclass(frozen=True, slots=True)
class History:
    """``table`` (schema.table) with its columns and their types; ``of``: the table whose past it tells."""

    table: str
    of: str
    columns: Mapping[str, str]

    @property
    def file_name(self) -> str:
        """Under which name it lies beside the pseudonymised rows."""
        return f"history__{self.table.partition('.')[2]}.parquet"


@cache
def history_tables() -> tuple[History, ...]:
    """Every published model that says ``history_of`` in its yml, and :data:`BEGINNINGS`, in order."""
    found = []
    for path in sorted(_PUBLISHED.rglob("*.yml")):
        for model in yaml.safe_load(path.read_text(encoding="utf-8"))["models"]:
            table, of = f"{path.parent.name}.{model['name']}", model["config"]["meta"].get("history_of", "")
            if of or table == BEGINNINGS:
                columns = {column["name"]: column["data_type"] for column in model["columns"]}
                found.append(History(table, of, columns))
    return tuple(found)
