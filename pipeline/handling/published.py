"""The published tables as their yml describes them: what pages and dictionaries of columns are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

_MODELS = Path(__file__).parents[2] / "dbt_project" / "models"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedColumn:
    """One column: its type by contract, its meaning, how it was handled and where its values come from."""

    name: str
    type: str
    meaning: str
    handling: str
    source_columns: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedTable:
    """One table: its grain and content, the purposes that it serves, and who looks at it."""

    name: str
    meaning: str
    purposes: tuple[str, ...]
    exposures: tuple[str, ...]
    columns: tuple[PublishedColumn, ...]


def published_tables() -> Iterator[PublishedTable]:
    """Every published table, by schema and name."""
    shown = _exposures()
    for path in sorted((_MODELS / "published").rglob("*.yml")):
        for model in _read(path)["models"]:
            yield PublishedTable(
                name=f"{path.parent.name}.{model['name']}",
                meaning=model["description"],
                purposes=tuple(model["config"]["meta"]["purpose"]),
                exposures=tuple(shown.get(f"ref('{model['name']}')", ())),
                columns=tuple(_column(column) for column in model["columns"]),
            )


def _column(column: Mapping[str, Any]) -> PublishedColumn:
    marks = column["config"]["meta"]
    return PublishedColumn(
        name=column["name"],
        type=column["data_type"],
        meaning=column["description"],
        handling=marks["handling"],
        source_columns=marks["source_columns"],
    )


def _exposures() -> Mapping[str, list[str]]:
    """Labels of the exposures that depend on each reference."""
    found: dict[str, list[str]] = {}
    for exposure in _read(_MODELS / "exposures.yml")["exposures"]:
        for reference in exposure["depends_on"]:
            found.setdefault(reference, []).append(exposure["label"])
    return found


def _read(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))
