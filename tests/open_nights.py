"""A home that publishes the open product night after night."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pipeline import open_product
from pipeline.checks import Scan
from pipeline.disclosure import withheld
from pipeline.disclosure.cells import Cells
from pipeline.disclosure.tables import Tables
from pipeline.ledger import Ledger
from pipeline.settings import OPEN_PRODUCT, Settings
from pipeline.zones import Zones
from tests.gate_rows import put_gates_before
from tests.product_fixture import make_warehouse, no_leaks, run_sql

# Figures of which one of two small ones is hidden behind the other.
TWO_OF_NINE = (
    "update wsic.metric set numerator = 9, n_numerator_people = 9 where area_code in "
    "('E09000009', 'E09000013'); update wsic.metric set numerator = 21, n_numerator_people = 21 "
    "where metric_id = 'emergency_admissions' and area_type = 'system'"
)


class Nights:
    """A home in which ``secondary_use`` is published, night after night, and the open product from it."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, memory_limit="1GB")
        self.zones = Zones(home).create()
        self.ledger = Ledger(self.zones.audit / "ledger.sqlite")

    def prepare(self, run_id: str, *statements: str) -> None:
        source = self.zones.published("secondary_use") / "versions" / f"{run_id}.duckdb"
        source.unlink(missing_ok=True)
        make_warehouse(source)
        run_sql(source, f"update audit.run set run_id = '{run_id}'", *statements)
        published = {"product": "secondary_use", "outcome": "published", "at": "x", "message": ""}
        self.ledger.put("publication", [{"run_id": run_id, **published}])
        put_gates_before(self.ledger, run_id, OPEN_PRODUCT)

    def publish(self, run_id: str, scan: Scan = no_leaks) -> Path:
        return open_product.publish_open(
            self.settings, self.ledger, run_id, scan=scan, inspect=lambda path: None
        )

    def served(self) -> str:
        return (self.zones.published("open") / "current.duckdb").resolve().stem


def hide_behind_the_other(patch: pytest.MonkeyPatch) -> None:
    """From now on the other cell of two is hidden, so that each release shows what the other hides."""
    real = withheld.suppress

    def behind_the_other(cells: Cells, kept: np.ndarray, tables: Tables) -> np.ndarray:
        nothing_known = replace(
            cells, low_before=np.zeros(cells.size), high_before=np.full(cells.size, np.inf)
        )
        return real(nothing_known, kept) ^ (cells.amount == 9)

    patch.setattr(withheld, "suppress", behind_the_other)
