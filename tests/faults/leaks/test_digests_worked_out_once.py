"""Digests of the index's numbers are worked out once for all products, and anew once the index changed."""

from __future__ import annotations

import hashlib
import stat
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipeline.identity.leak_scan import number_digests
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from tests.identity_economy import Economy
from tests.leak_house import NUMBER, found, plant

COLUMN = {"core.person.planted"}
OTHER = "9434765919"


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A line for each time that they are worked out."""
    real, times = number_digests._hash_all, []

    def counted(connection: duckdb.DuckDBPyConnection) -> None:
        times.append("once")
        real(connection)

    monkeypatch.setattr(number_digests, "_hash_all", counted)
    return times


@pytest.fixture
def kept(economy: Economy) -> Iterator[Path]:
    path = economy.home / "identity" / "leak_scan" / "digests.duckdb"
    path.unlink(missing_ok=True)
    yield path
    path.unlink(missing_ok=True)


@pytest.mark.parametrize("digest", [hashlib.sha256, hashlib.sha512], ids=["by DuckDB", "by hand"])
def test_they_are_found_whether_just_worked_out_or_kept(
    digest: object, product: Path, economy: Economy, kept: Path, worked_out: list[str]
) -> None:
    plant(product, "varchar", "?", digest(NUMBER.encode()).hexdigest())  # type: ignore[operator]
    assert [found(economy, product).get("hashed_number") for _ in range(3)] == [COLUMN] * 3
    assert len(worked_out) == 1


def test_a_number_that_came_since_is_among_them(
    product: Path, economy: Economy, kept: Path, worked_out: list[str]
) -> None:
    plant(product, "varchar", "?", hashlib.sha256(OTHER.encode()).hexdigest())
    assert "hashed_number" not in found(economy, product)
    keys = load_keys(economy.settings)
    with open_vault(economy.settings, keys) as connection:
        connection.execute("create table vault.before as from vault.record")
        connection.execute("update vault.record set nhs_number = ? where record_id = 'r2'", [OTHER])
    try:
        assert found(economy, product)["hashed_number"] == COLUMN
    finally:
        with open_vault(economy.settings, keys) as connection:
            connection.execute(
                "update vault.record as r set nhs_number = b.nhs_number from vault.before as b "
                "where b.record_key = r.record_key; drop table vault.before"
            )
    assert len(worked_out) == 2


def test_what_was_put_in_their_place_is_not_believed(
    product: Path, economy: Economy, kept: Path, worked_out: list[str]
) -> None:
    plant(product, "varchar", "?", hashlib.sha256(NUMBER.encode()).hexdigest())
    found(economy, product)
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    kept.unlink()
    with duckdb.connect(str(kept)) as connection:  # without the vault's key
        connection.execute("create table made_from (state varchar)")
        connection.execute("create table digest_of_number (kind varchar, head ubigint, next ubigint)")
    assert found(economy, product)["hashed_number"] == COLUMN
    assert len(worked_out) == 2
