"""Works the money tables out again from the pseudonymised zone, and compares them with what was published.

Prices, deflators, cost frequencies, scenarios and the risk model are data and read as such; segments are
taken as published. ``python -m tests.recomputed.money HOME`` does it for the ``secondary_use`` product of a
night.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from tests.recomputed import command, metrics

_HERE = Path(__file__).parent
SEEDS = _HERE.parents[1] / "dbt_project" / "seeds"

# Each published table beside its own: the columns of both, money to the penny, quotients to twelve digits.
_PAIRS: Mapping[str, tuple[str, str]] = {
    "wsic.cost_per_person": (
        "select person_key, financial_year, setting, cost_gbp, proxy_cost_gbp from {theirs}",
        "select who, year, setting, round(sum(pounds), 2)::double, "
        "round(sum(if(proxy, pounds, 0)), 2)::double from year_cost group by all",
    ),
    "wsic.resource_concentration": (
        "select scope, top_share_of_people, people, cost_gbp, {share_of_cost}, least_cost_gbp from {theirs}",
        "select scope, top, people, round(pounds, 2)::double, {pounds / nullif(whole, 0)}, "
        "round(least, 2)::double from concentration",
    ),
    "wsic.service_overlap": (
        "select area_type, area_code, settings, people, cost_gbp, {share_of_people}, {share_of_cost} "
        "from {theirs}",
        "select kind, place, settings, people, round(pounds, 2)::double, {of_people}, {of_cost} from overlap",
    ),
    "wsic.pathway_flow": (
        "select from_setting, to_setting, within_days, people, transitions from {theirs}",
        "select came_from, went_to, within, people, times from pathway",
    ),
    "wsic.capitation_budget": (
        "select segment_id, area_type, area_code, people, {person_years}, {average_cost_gbp}, budget_gbp, "
        "adjusted_budget_gbp, actual_cost_gbp, {cost_ratio}, proxy_cost_gbp, n_uncosted, shadow_year, "
        "{shadow_person_years}, {shadow_average_cost_gbp}, shadow_budget_gbp, shadow_actual_cost_gbp "
        "from {theirs}",
        "select segment, kind, place, people, {person_years}, {mean}, round(budget, 2), "
        "round(adjusted, 2)::double, round(actual, 2)::double, {actual / nullif(adjusted, 0)}, "
        "round(proxy, 2)::double, unknown, "
        "shadow_year, {shadow_years}, {shadow_mean}, round(shadow_mean * shadow_years, 2), "
        "round(shadow_actual, 2)::double from capitation",
    ),
    "wsic.service_shift": (
        "select scenario_id, area_type, area_code, service_id, {activity_before}, {activity_after}, "
        "{unit_cost_gbp}, cost_before_gbp, cost_after_gbp, net_cost_gbp from {theirs}",
        "select scenario, kind, place, service, {before}, {after}, {each}, round(pounds, 2)::double, "
        "round(pounds + net, 2)::double, round(net, 2)::double from shift",
    ),
    "wsic.risk_band_cost": (
        "select area_type, area_code, risk_band, setting, people, people_using, n_contacts, "
        "n_emergency_attendances, n_emergency_admissions, n_bed_days, cost_gbp, {average_cost_gbp}, "
        "proxy_cost_gbp, n_uncosted from {theirs}",
        "select kind, place, band, setting, people, users, contacts, visits, admissions, nights, "
        "round(pounds, 2)::double, {pounds / people}, round(proxy, 2)::double, unknown from band_cost",
    ),
}
TABLES = tuple(_PAIRS)


def compare(pseudonymised: Path, database: Path) -> dict[str, tuple[int, int]]:
    """Of each table the rows of our own, and how many rows differ on either side.

    ``wsic.risk_band_cost`` needs the features, and is left out where ``database`` is a product without them.
    """
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(f"attach '{database}' as made (read_only)")
        metrics.read(connection, pseudonymised)
        connection.execute("set variable seeds = ?", [str(SEEDS)])
        connection.execute("set variable threshold = 'middle'")
        has_features = connection.execute(
            "select count(*) from duckdb_tables() where table_name = 'fct_risk_features'"
        ).fetchone() != (0,)
        scripts = ["people", "events", "contacts", "costs", "money", "services"]
        scripts += ["bands"] if has_features else []
        for name in scripts:
            connection.execute((_HERE / f"{name}.sql").read_text(encoding="utf-8"))
        tables = [table for table in _PAIRS if has_features or table != "wsic.risk_band_cost"]
        return {table: _differ(connection, table) for table in tables}


def _differ(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    theirs, ours = (_rounded(query, table) for query in _PAIRS[table])
    for name, query in (("theirs", theirs), ("ours", ours)):
        connection.execute(f"create or replace temp table {name} as {query}")
    found = connection.execute(
        "select (select count(*) from ours), (select count(*) from (from ours except all from theirs))"
        " + (select count(*) from (from theirs except all from ours))"
    ).fetchone()
    return found or (0, 0)


def _rounded(query: str, table: str) -> str:
    """``{quotient}`` becomes its twelve first digits; ``{theirs}`` the published table."""
    parts = query.replace("{theirs}", f"made.{table}").split("{")
    said = (f"printf('%.12g', ({part.replace('}', ')::double)', 1)}" for part in parts[1:])
    return parts[0] + "".join(said)


if __name__ == "__main__":
    command.run(compare, command.tell_tables, ("secondary_use",))
