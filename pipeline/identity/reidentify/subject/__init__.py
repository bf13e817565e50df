"""A subject's own report: every feed, link, use and re-identification that touched one person.

It is about the person and for the person: written to a file of mode 0600 as a page, or as JSON. It says
which records are held, from where and how they were joined, and which products they went into. What the
records say clinically is the senders' to give out, and is not repeated here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from duckdb import DuckDBPyConnection

from pipeline.clock import now
from pipeline.duck import values_hidden
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.reidentify.found import write_private
from pipeline.identity.reidentify.resolve import SUBJECT
from pipeline.identity.reidentify.subject import decided, held, page, touched, use
from pipeline.identity.standardise import define_macros
from pipeline.identity.vault import open_vault
from pipeline.keys import AUDIT_SUBJECT, load_keys
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones

_PERSON = """
-- The person whose number it is, and those ids that were absorbed into theirs.
create or replace temp table person_asked as
with recursive own as (
    select person_id from vault.person where nhs_number = ? and state is distinct from 'absorbed'
    union
    select e.person_id
    from own as o
    inner join vault.person_event as e
        on e.other_person_id = o.person_id and e.event in ('absorbed', 'superseded')
)
select person_id from own
"""


@dataclass(frozen=True, slots=True)
class SubjectReport:
    """What is held about one person; ``subjects`` is how the audit log names them. Shows only counts."""

    subjects: tuple[str, ...]
    records: int
    _told: dict[str, Any] = field(repr=False)

    def write(self, path: Path) -> None:
        """Write it with mode 0600: JSON where the name ends in ``.json``, else a page to be read."""
        render: Callable[[dict[str, Any]], str] = page.as_json if path.suffix == ".json" else page.as_html
        write_private(path, render(self._told).encode("utf-8"))


def subject_report(settings: Settings, ledger: Ledger, nhs_number: str) -> SubjectReport:
    """Gather all that is held about the person of that number; one of nobody gives a report without records.

    Raises :class:`SetupError` where nothing was linked yet.
    """
    keys, zones = load_keys(settings), Zones(settings.home)
    with (
        open_vault(settings, keys, read_only=True) as connection,
        values_hidden("a subject's report"),
    ):
        define_macros(connection)
        connection.execute(_PERSON, [nhs_number])
        subjects = _subjects(connection, keys.key(AUDIT_SUBJECT))
        # Entries from before the root was replaced name the person under the key of then.
        before = [one for key in keys.former(AUDIT_SUBJECT) for one in _subjects(connection, key)]
        told: dict[str, Any] = {
            "nhs_number": nhs_number,
            "written_at": now(),
            "records": held.records(connection, ledger),
            "feeds": held.feeds(connection, zones, ledger),
            "links": held.events(connection),
            "uses": use.products(connection, settings, keys, ledger),
            "decisions": decided.decisions(connection, keys, nhs_number),
            "withheld": use.withheld(connection, zones),
            "reidentifications": touched.reidentifications(settings, {*subjects, *before}),
        }
    return SubjectReport(tuple(subjects), len(told["records"]), told)


def _subjects(connection: DuckDBPyConnection, key: bytes) -> list[str]:
    with keyed(connection, key):
        return _column(connection, f"select {SUBJECT} from person_asked order by 1")


def _column(connection: DuckDBPyConnection, query: str) -> list[str]:
    return [str(row[0]) for row in connection.execute(query).fetchall()]
