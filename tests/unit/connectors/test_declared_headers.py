"""Every declaration against the header contract of its format: names, order, keys and optional columns."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from connectors import registry

HEADERS = Path(__file__).parents[2] / "golden" / "formats"
FORMATS = [(word, format_.name) for word, source in registry.SOURCES.items() for format_ in source.formats]


def test_every_format_has_its_headers_written_down() -> None:
    assert {path.stem for path in HEADERS.glob("*.toml")} == {f"{word}.{name}" for word, name in FORMATS}


@pytest.mark.parametrize(("word", "name"), FORMATS)
def test_a_declaration_is_what_the_sender_writes(word: str, name: str) -> None:
    contract = tomllib.loads((HEADERS / f"{word}.{name}.toml").read_text(encoding="utf-8"))
    format_ = registry.format_named(word, name)
    assert {file.name for file in format_.files} == set(contract)
    for file in format_.files:
        said = contract[file.name]
        assert [column.name for column in file.columns] == said["columns"], file.name
        assert list(file.key_columns) == said["key"], file.name
        assert [column.name for column in file.columns if column.optional] == said["optional"], file.name
