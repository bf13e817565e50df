"""Works gaps in care, alerts and what of the radar is no count of events out again, and compares them.

``python -m tests.recomputed.radar HOME`` does it for the ``direct_care`` product of a night.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from tests.recomputed import command, tables

_HERE = Path(__file__).parent
_SEEDS = _HERE.parents[1] / "dbt_project" / "seeds"
_ENTITIES = (
    "patients", "addresses", "conditions", "encounters", "observations", "immunizations", "care_plans",
    "medication_requests",
)  # fmt: skip
# Each published table beside its own.
PAIRS: Mapping[str, tuple[str, str]] = {
    "gap_in_care": (
        "select person_key, measure_id, part_of_measure_id, because, is_done, last_done_on, due_since, "
        "evidence_activity_key, n_parts, n_parts_done from made.wsic.gap_in_care",
        "select who, measure, whole, because, is_done, last, due, contact, parts, parts_done from wanted_gap",
    ),
    "patient_radar": (
        "select person_key, flag_id, since, evidence_activity_key, n_events, last_event_on "
        "from made.wsic.patient_radar where flag_id in ('no_gp_contact', 'polypharmacy')",
        "select who, flag, since, contact, events, last from wanted_flag",
    ),
    "alert": (
        'select person_key, "at", alert_id, recipient_type, recipient_org_code, evidence_activity_key, '
        "provider_code, is_emergency, care_services, care_since, is_receiving_reablement, "
        "is_receiving_telecare, earlier_services, last_reablement_on, primary_support_reason "
        "from made.wsic.alert",
        "select who, moment, alert, kind, recipient, id, provider, emergency, services, since, reabled, "
        "watched, earlier, reabled_until, reason from wanted_alert",
    ),
}


def compare(pseudonymised: Path, database: Path) -> dict[str, tuple[int, int]]:
    """Of each table the rows of our own, and how many rows differ on either side."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(f"attach '{database}' as made (read_only)")
        work_out(connection, pseudonymised)
        return {
            table: (tables.count(connection, ours), tables.n_differing(connection, made, ours))
            for table, (made, ours) in PAIRS.items()
        }


def work_out(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    """Make our own tables (``wanted_``) from the rows of the folder; ``made`` is attached."""
    tables.view(connection, folder, _ENTITIES)
    connection.execute("set variable seeds = ?", [str(_SEEDS)])
    tables.stand_on_the_night(connection)
    for name in ("people", "events", "contacts", "radar"):
        connection.execute((_HERE / f"{name}.sql").read_text(encoding="utf-8"))


if __name__ == "__main__":
    command.run(compare, command.tell_tables, ("direct_care",))
