"""What was decided of the person's data at their word: consent withdrawn or given again, and deletion."""

from __future__ import annotations

from typing import Any

from duckdb import DuckDBPyConnection

from pipeline.identity.keyed_hash import keyed
from pipeline.identity.objections.suppressed import MACROS
from pipeline.identity.reidentify.subject.held import rows_of
from pipeline.keys import PERSON_ID, KeyRing

# A decision stands under keyed hashes of a number or of a record; of the deleted only the number is known.
_DECIDED = """
with own as (
    select subject_of_number(?) as subject_hash
    union
    select subject_of_number(nhs_number)
    from vault.person
    where nhs_number is not null and person_id in (from person_asked)
    union
    select subject_of_record(source, sender, record_id)
    from vault.record
    where person_id in (from person_asked)
)
select distinct decision_id, act, decided_at::varchar as decided_at, author, reason
from vault.subject_decision
where subject_hash in (select subject_hash from own)
"""


def decisions(connection: DuckDBPyConnection, keys: KeyRing, nhs_number: str) -> list[dict[str, Any]]:
    """Every decision about the person, the oldest first, also those from before the root key was replaced."""
    found: dict[str, dict[str, Any]] = {}
    for key in (*keys.former(PERSON_ID), keys.key(PERSON_ID)):
        with keyed(connection, key):
            connection.execute(MACROS)
            found |= {row["decision_id"]: row for row in rows_of(connection, _DECIDED, nhs_number)}
    return sorted(found.values(), key=lambda row: (row["decided_at"], row["decision_id"]))
