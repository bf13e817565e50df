"""A warehouse with tables under disclosure control, and the version that would be published of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import yaml

from pipeline import controlled
from tests.product_fixture import make_warehouse

ROOT = Path(__file__).parent.parent
COSTS = "wsic.cost_by_area"
COST_WORDS: dict[str, Any] = {
    "products": ["direct_care"],
    "of_the_night": False,
    "figures": ["financial_year"],
    "kinds": [{"kind": "area_type", "value": "area_code", "whole": "system"}],
    "groups": {"setting": "all"},
    "counts": ["people"],
    "amounts": {"cost_gbp": {"people": "people", "largest": "largest_cost_gbp"}},
    "rates": {"cost_per_person_gbp": {"above": "cost_gbp", "below": "people", "times": 1}},
    "withheld": ["largest_cost_gbp"],
    "labels": ["currency"],
}
# 40 people of a borough cost 9,000, one of them 8,000: the amount is dominated. 5 people of another: few.
COSTS_SQL = """
create or replace table wsic.cost_by_area as
with row as (
    select * from (values
        ('borough', 'E1', 'acute', 40, 9000.4, 8000.0), ('borough', 'E1', 'community', 60, 3000.0, 90.0),
        ('borough', 'E2', 'acute', 5, 700.0, 200.0), ('borough', 'E2', 'community', 80, 4100.0, 95.0),
        ('borough', 'E3', 'acute', 90, 20100.0, 900.0), ('borough', 'E3', 'community', 0, 0.0, 0.0),
        ('borough', 'E4', 'acute', 120, 30000.0, 900.0), ('borough', 'E4', 'community', 75, 5000.0, 90.0)
    ) as t(area_type, area_code, setting, people, cost_gbp, largest_cost_gbp)
), whole as (
    from row union all by name
    select 'system' as area_type, 'system' as area_code, setting, sum(people)::integer as people,
        sum(cost_gbp) as cost_gbp, max(largest_cost_gbp) as largest_cost_gbp
    from row group by setting
)
select '2025-26' as financial_year, *, 'GBP' as currency, cost_gbp / nullif(people, 0) as cost_per_person_gbp
from whole order by hash(area_code || setting)
"""
_PEOPLE = """
create schema if not exists marts;
create or replace table marts.dim_person as select * from core.person
"""


@dataclass
class Warehouse:
    """A warehouse in ``folder``, what its models say, and versions made of it one after the other."""

    folder: Path
    by_site: str = "direct_care:wsic.population_count"
    models: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.source.exists():
            make_warehouse(self.source)
            self.change(COSTS_SQL, _PEOPLE)
        self.models = {COSTS: {controlled.words.META: COST_WORDS}, "wsic.population_count": words_of_model()}

    @property
    def source(self) -> Path:
        """The database with the true counts."""
        return self.folder / "direct_care.duckdb"

    @property
    def marked(self) -> list[controlled.Marked]:
        """The tables under control."""
        return controlled.marked_tables(self.models, "direct_care", self.by_site)

    def change(self, *statements: str, database: Path | None = None) -> None:
        """Change the warehouse, or a version."""
        with duckdb.connect(str(database or self.source)) as connection:
            for statement in statements:
                connection.execute(statement)

    def version(self, name: str, *before: Path) -> Path:
        """Make a version of every table, controlled where it is marked."""
        path = self.folder / f"{name}.duckdb"
        with duckdb.connect() as connection:
            connection.execute(f"attach '{self.source}' as s (read_only); attach '{path}' as version")
            tables = connection.execute(
                "select schema_name, table_name from duckdb_tables() where database_name = 's'"
            ).fetchall()
            for schema, table in tables:
                connection.execute(f"create schema if not exists version.{schema}")
                connection.execute(f"create table version.{schema}.{table} as from s.{schema}.{table}")
            connection.execute("detach s")
            controlled.control(connection, self.source, self.marked, name="version", before=before)
        return path

    def findings(self, version: Path, *before: Path) -> pa.Table:
        """What the proof finds in a version."""
        with duckdb.connect() as connection:
            return controlled.findings(connection, self.source, version, self.marked, before)

    def found(self, what: str, version: Path, *before: Path) -> list[str]:
        """The places of which ``what`` is true."""
        rows = self.findings(version, *before).to_pylist()
        return [row["place"] for row in rows if row[what]]


def words_of_model() -> dict[str, Any]:
    """What the project's own model of people by area says of itself."""
    path = ROOT / "dbt_project" / "models" / "published" / "wsic" / "population_count.yml"
    meta: dict[str, Any] = yaml.safe_load(path.read_text("utf-8"))["models"][0]["config"]["meta"]
    return meta


def rows(database: Path, query: str) -> list[tuple[Any, ...]]:
    """Rows of a version."""
    with duckdb.connect(str(database), read_only=True) as connection:
        return connection.execute(query).fetchall()
