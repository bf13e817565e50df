"""The ledger as tables for the warehouse: counts and outcomes, never another product's.

Times leave the ledger's UTC for London wall clock, as every ``_at`` column of a product has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from pipeline import clock
from pipeline.ledger import Ledger

_TEXT = pa.string()
_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(("as_of", "extract_date", "last_extract_on", "expected_on"), pa.date32()),
    **dict.fromkeys(("asked_on", "reply_on", "reply_lapses_on"), pa.date32()),
    **dict.fromkeys(("started_at", "ended_at"), pa.timestamp("us")),
    **dict.fromkeys(("is_late", "is_passed", "is_made_good"), pa.bool_()),
    **dict.fromkeys(("rows_in", "rows_out", "rows_landed", "rows_quarantined"), pa.int64()),
    **dict.fromkeys(("rows_withheld", "rows_superseded", "rows_checked", "rows_failed"), pa.int64()),
    **dict.fromkeys(("rows", "records", "people", "files", "extensions"), pa.int64()),
    **dict.fromkeys(("numbers_asked", "numbers_allowed", "restricted_codes"), pa.int64()),
    **dict.fromkeys(("people_in", "people_out", "registered_people"), pa.int64()),
    **dict.fromkeys(("references_checked", "references_unresolved"), pa.int64()),
    "drop_limit": pa.float64(),
}
"""Types of the columns that are not text, by name: a name means the same in every table."""

# Queries may use :run_id, :product and :practice_drop_limit; the names that they yield are the columns.
QUERIES = {
    "runs": "select run_id, as_of, started_at, ended_at, outcome, code_version, key_ids from run",
    # Made good: a later complete export asked again, from the same time on, for all that a lacking one held.
    "files": """
        select f.run_id, f.source, f.sender, f.extract_date, f.file_id, f.file_name, f.file_sha256, f.format,
               f.rows_in, f.rows_landed, f.rows_quarantined, f.outcome,
               exists (
                   select 1 from bulk_file as b join bulk_job as lacking using (job_id) join bulk_job as later
                       on later.server = lacking.server and later.scope = lacking.scope
                       and later.job_id > lacking.job_id
                   where b.file_name = f.file_name and b.file_name <> '' and lacking.source = f.source
                       and lacking.sender = f.sender and lacking.state = 'incomplete'
                       and later.state = 'complete'
               ) as is_made_good
        from file as f""",
    # What became of each file at its landing and in this run. What earlier runs did with the same
    # rows is their history, and would make the table grow by all files every night.
    "stages": """
        select s.run_id, f.source, f.sender, f.file_id, f.file_name, s.stage,
               s.rows_in, s.rows_out, s.rows_quarantined, s.rows_withheld, s.rows_superseded
        from stage as s join file as f using (file_id)
        where s.product in ('', :product) and (s.run_id = :run_id or s.stage = 'landing')""",
    "withheld": "select run_id, product, reason, people, rows from withheld where product = :product",
    "objection_checks": """
        select run_id, product, request_id, asked_on, numbers_asked, reply_on, reply_lapses_on,
               numbers_allowed, reply_sha256, restricted_codes, people_in, people_out
        from objection_check where product = :product""",
    "rule_results": """
        select run_id, suite, rule_id, severity, rows_checked, rows_failed, is_passed
        from rule_result where product in ('', :product)""",
    "feeds": """
        select feed.run_id, run.as_of, feed.source, sender, feed, feed.outcome, last_extract_on,
               expected_on, is_late, files, rows_in
        from feed join run using (run_id)""",
    "extensions": """
        select f.run_id, f.source, f.sender, f.extract_date, f.file_name, e.resource_type, e.place, e.url,
               e.records, e.extensions
        from extension as e join file as f using (file_id) where f.outcome <> 'refused'""",
    "references": """
        select r.run_id, run.as_of, r.source, r.sender, r.resource_type, r.path, r.target_type,
               r.references_checked, r.references_unresolved
        from unresolved_reference as r join run using (run_id)""",
    # The night's links and those of the nights before it that were published, to see what drifts.
    "link_profiles": """
        select p.run_id, run.as_of, p.profile, p.source, p.value, p.records, p.people
        from link_profile as p join run using (run_id)
        where p.product = :product and (p.run_id = :run_id or (
            run.outcome = 'published' and run.as_of < (select as_of from run where run_id = :run_id)))""",
    # The practices' lists of the night that was published last before this one's, and how far one may fall.
    "practice_lists": """
        select p.run_id, run.as_of, p.practice_code, p.registered_people, :practice_drop_limit as drop_limit
        from practice_list as p join run using (run_id)
        where p.product = :product and p.run_id = (
            select told.run_id from publication as told join run as night using (run_id)
            where told.product = :product and told.outcome = 'published'
                and night.as_of < (select as_of from run where run_id = :run_id)
            order by night.as_of desc, told.run_id desc limit 1)""",
    "current_run": "select run_id, as_of, :product as product, code_version from run where run_id = :run_id",
}


def read(
    ledger: Ledger, name: str, *, run_id: str, product: str, practice_drop_limit: float | None = None
) -> pa.Table:
    """The ledger table called ``name`` (a key of :data:`QUERIES`) as typed Arrow, in a stable order.

    ``practice_drop_limit`` is the setting of that name, which goes out with the lists that it judges.
    """
    told = {"run_id": run_id, "product": product, "practice_drop_limit": practice_drop_limit}
    names = _names(ledger, QUERIES[name], told)
    ordered = f"{QUERIES[name]} order by {', '.join(str(place + 1) for place in range(len(names)))}"
    rows = ledger.query(ordered, told)
    schema = pa.schema([(column, _TYPES.get(column, _TEXT)) for column in names])
    columns = [
        pa.array([_convert(row[field.name], field.type) for row in rows], field.type) for field in schema
    ]
    return pa.table(columns, schema=schema)


def _names(ledger: Ledger, query: str, told: Mapping[str, str | float | None]) -> list[str]:
    with ledger.transaction() as connection:
        found = connection.execute(f"select * from ({query}) limit 0", told)
        return [column[0] for column in found.description]


def _convert(value: Any, kind: pa.DataType) -> Any:
    """SQLite's text and numbers as the column's own type."""
    if value is None:
        return None
    if pa.types.is_date(kind):
        return date.fromisoformat(value)
    if pa.types.is_timestamp(kind):
        return datetime.fromisoformat(value).astimezone(clock.LONDON).replace(tzinfo=None)
    return bool(value) if pa.types.is_boolean(kind) else value
