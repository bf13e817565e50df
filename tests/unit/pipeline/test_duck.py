"""A connection loads the one signed extension that is installed, and no other."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from pipeline import duck
from pipeline.settings import Settings

HTTPFS = duck._httpfs()


@pytest.fixture
def tampered(tmp_path: Path) -> Path:
    """The extension with one bit of its code changed, under the name that it must have."""
    path = tmp_path / "installed" / HTTPFS.name
    path.parent.mkdir()
    shutil.copyfile(HTTPFS, path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        (byte,) = file.read(1)
        file.seek(-1, 1)
        file.write(bytes([byte ^ 1]))
    return path


def test_the_extension_is_loaded_and_after_it_none_without_a_signature(
    tmp_path: Path, tampered: Path
) -> None:
    other = tampered.with_name("other.duckdb_extension")
    tampered.rename(other)
    with duck.connect(Settings(home=tmp_path)) as connection:
        loaded = "select extension_name from duckdb_extensions() where loaded and extension_name = 'httpfs'"
        assert connection.execute(loaded).fetchall() == [("httpfs",)]
        with pytest.raises(duckdb.IOException, match="signature"):
            connection.execute(f"load {duck.literal(other)}")
        with pytest.raises(duckdb.InvalidInputException):
            connection.execute("set allow_unsigned_extensions = true")


def test_a_changed_extension_is_refused_before_anything_is_opened(
    tmp_path: Path, tampered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duck, "_httpfs", duck._httpfs.__wrapped__)
    monkeypatch.setattr(Path, "rglob", lambda *_: iter([tampered]))
    with pytest.raises(duckdb.IOException, match="signature"):
        duck.connect(Settings(home=tmp_path), tmp_path / "opened.duckdb")
    assert not (tmp_path / "opened.duckdb").exists()
