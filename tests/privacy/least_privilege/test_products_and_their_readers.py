"""A dashboard's account opens the products that are for it, and no other file of the pipeline."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipeline.publish.release import make_lasting
from pipeline.publish.versions import shelf, swap
from pipeline.settings import OPEN_PRODUCT, PRODUCTS, Settings
from tests.privacy.least_privilege.confined_scenario import KNOWN

ANALYSTS, CARERS, VISITORS = 60301, 60302, 60303
READER = "60200"


@pytest.fixture(scope="module")
def published(home: Path) -> Path:
    """Every product with one version, put on the shelf as a night does it: the umask lets nobody in."""
    settings = Settings(home=home, direct_care_group=str(CARERS), secondary_use_group=str(ANALYSTS))
    for product in (*PRODUCTS, OPEN_PRODUCT):
        place = shelf(settings, product)
        place.prepare()
        with duckdb.connect(str(place.database("r1"))) as connection:
            connection.execute("create table people as select 1 as person_key")
        place.parquet("r1").mkdir()
        (place.parquet("r1") / "people.parquet").write_text("1")
        make_lasting([place.database("r1"), *place.parquet("r1").iterdir(), place.parquet("r1")])
        swap(place.current, Path("versions") / "r1.duckdb")
        place.settle()
    return home


@pytest.mark.parametrize(
    ("group", "products"),
    [(ANALYSTS, {"secondary_use", "open"}), (CARERS, {"direct_care", "open"}), (VISITORS, {"open"})],
)
def test_a_reader_opens_the_products_of_its_group_and_nothing_else(
    scenario, published: Path, group: int, products: set[str]
) -> None:
    found = scenario(user=READER, group=group)
    assert set(found["opened"]) == products
    assert found["probe"]["uid"] == int(READER)
    files = found["probe"]["files"]
    assert {tuple(path.split("/")[:2]) for path in files} == {("published", name) for name in products}
    for product in products:
        assert f"published/{product}/versions/r1.duckdb" in files
        assert f"published/{product}/parquet/r1/people.parquet" in files
    assert f"published/{KNOWN}" not in files  # what no release made is nobody's to read


def test_nobody_but_the_pipeline_may_write_a_product(published: Path) -> None:
    paths = [path for path in (published / "published").rglob("*") if not path.is_symlink()]
    assert len(paths) > 10
    assert [path for path in paths if path.stat().st_mode & 0o022] == []
