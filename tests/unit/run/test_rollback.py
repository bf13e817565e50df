"""Undoing a night: links and products are as they were before it, and the ledger says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipeline.errors import UsageError
from pipeline.identity import link
from pipeline.publish.versions import Shelf, shelf, swap
from pipeline.run import rollback_links
from pipeline.settings import OPEN_PRODUCT, PRODUCTS
from tests.identity_economy import AS_OF, Economy, nhs_number

ALL_PRODUCTS = (*PRODUCTS, OPEN_PRODUCT)


@pytest.fixture
def nights(three_nights: Economy, tmp_path: Path) -> Economy:
    return three_nights.copied(tmp_path / "home")


@pytest.fixture(scope="module")
def three_nights(tmp_path_factory: pytest.TempPathFactory) -> Economy:
    """Three nights, one more patient each, each with a version of every product."""
    economy = Economy(tmp_path_factory.mktemp("three-nights") / "home")
    for n in (1, 2, 3):
        economy.person(f"g{n}", nhs_number(n))
        night(economy, f"r{n}")
    return economy


def night(economy: Economy, run_id: str) -> None:
    economy.land()
    link(economy.settings, economy.ledger, run_id, AS_OF)
    for product in ALL_PRODUCTS:
        place: Shelf = shelf(economy.settings, product)
        place.prepare()
        place.parquet(run_id).mkdir()
        place.database(run_id).write_text(f"{product} of {run_id}", encoding="utf-8")
        swap(place.current, Path("versions") / f"{run_id}.duckdb")
        place.settle()


def served(economy: Economy) -> dict[str, str]:
    return {product: shelf(economy.settings, product).current.read_text("utf-8") for product in ALL_PRODUCTS}


def records(economy: Economy) -> set[str]:
    return {key[2] for key in economy.links()}


def test_a_rollback_undoes_the_run_and_every_later_one(nights: Economy) -> None:
    done = rollback_links(nights.settings, "r2")
    assert (done.undone, done.back_to) == (("r2", "r3"), "r1")
    assert records(nights) == {"g1"}
    assert served(nights) == {product: f"{product} of r1" for product in ALL_PRODUCTS}
    assert {row["run_id"] for row in nights.ledger.query("select run_id from link")} == {"r1"}
    steps = nights.ledger.query(
        "select run_id, message from step where step = 'rollback_links' order by run_id"
    )
    assert [row["run_id"] for row in steps] == ["r2", "r3"]
    assert steps[0]["message"] == "links undone; those of r1 stand again"


def test_the_next_night_runs_right_and_its_own_rollback_does_not_serve_what_was_undone(
    nights: Economy,
) -> None:
    rollback_links(nights.settings, "r3")
    night(nights, "r4")
    assert records(nights) == {"g1", "g2", "g3"}
    rollback_links(nights.settings, "r4")
    assert served(nights)["open"] == "open of r2"
    assert records(nights) == {"g1", "g2"}


def test_where_a_product_has_no_earlier_version_nothing_is_undone(nights: Economy) -> None:
    before = served(nights)
    with pytest.raises(UsageError, match="none could be served"):
        rollback_links(nights.settings, "r1")
    assert (served(nights), records(nights)) == (before, {"g1", "g2", "g3"})


def test_a_run_that_did_not_link_is_named_with_those_that_did(nights: Economy) -> None:
    with pytest.raises(UsageError, match="valid: r1, r2, r3"):
        rollback_links(nights.settings, "r7")
