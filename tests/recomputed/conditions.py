"""Works disease registers and clinical scores out again, and compares them with the warehouse's, row for row.

``python -m tests.recomputed.conditions HOME`` does it for the products that a night left in ``HOME``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import duckdb

from tests.recomputed import command, tables

_HERE = Path(__file__).parent
_SEEDS = _HERE.parents[1] / "dbt_project" / "seeds"
_ENTITIES = ("patients", "addresses", "conditions", "encounters", "observations", "medication_requests")
_TABLES: Mapping[str, str] = {
    "register": "disease_registers",
    "register_list": "disease_register_lists",
    "score": "clinical_scores",
    "part": "clinical_score_components",
    "part_list": "clinical_score_lists",
    "comorbidity": "comorbidity_codes",
}
# Each published table beside its own. Days of a register that a drug alone puts somebody on are the drug's.
_PAIRS: Mapping[str, tuple[str, str]] = {
    "disease_register": (
        "select person_key, register_id, is_on_register, reason, is_in_remission, "
        "if(reason = 'drug', null, first_recorded_on), if(reason = 'drug', null, latest_recorded_on) "
        "from made.wsic.disease_register",
        "select person_key, register_id, is_on, reason, is_better, first_on, latest_on from wanted_register",
    ),
    "clinical_score": (
        "select person_key, score_id, value, category, evidence, evidence_on from made.wsic.clinical_score",
        "select person_key, score_id, worth, category, evidence, evidence_on from wanted_score",
    ),
}
TABLES = tuple(_PAIRS)


def compare(pseudonymised: Path, database: Path) -> dict[str, tuple[int, int]]:
    """Of each table the rows of our own, and how many rows differ on either side."""
    with duckdb.connect() as connection:
        connection.execute("set threads = 1")
        connection.execute(f"attach '{database}' as made (read_only)")
        _read(connection, pseudonymised)
        for name in ("people", "conditions"):
            connection.execute((_HERE / f"{name}.sql").read_text(encoding="utf-8"))
        return {
            table: (tables.count(connection, wanted), tables.n_differing(connection, made, wanted))
            for table, (made, wanted) in _PAIRS.items()
        }


def _read(connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
    tables.view(connection, folder, _ENTITIES)
    for table, seed in _TABLES.items():
        path = _SEEDS / f"{seed}.csv"
        connection.execute(f"create table {table} as from read_csv('{path}', header = true)")
    tables.stand_on_the_night(connection)


if __name__ == "__main__":
    command.run(compare, command.tell_tables)
