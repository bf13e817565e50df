"""Why a record belongs to its person: the step, and which fields agreed or differed, never their values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from connectors.declare import SOURCE_WORDS
from pipeline.duck import values_hidden
from pipeline.errors import UsageError, one_of
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.settings import Settings

FIELDS = ("nhs_number", "birth_date", "family_name", "given_name", "gender", "postcode", "practice_code")

_WHY: Mapping[str, str] = {
    "registered": "a GP record: itself the evidence for who holds its NHS number",
    "cross_check": "NHS number and birth date (in part: with name or outcode) are its holder's",
    "alphanumeric": "all demographics that it gives agree with one person of the index, and no other",
    "algorithmic": "scores best, and clearly so, of those who share its birth date, and names or postcode",
    "number_founded": "NHS number and birth date equal those of the person founded on it; no GP has it",
    "birth_date_conflict": "the NHS number is another person's by its birth date: kept apart",
    "unmatched": "no usable NHS number, or no whole birth date: kept apart",
}
_RECORD = "select * from vault.record where source = ? and sender = ? and record_id = ?"
# Who holds the record's number: the person whose id the number gives, seen through its best other record.
_HOLDER = f"""
with asked as ({_RECORD}),
holder as (
    select r.*
    from vault.record as r
    inner join vault.person as p on p.person_id = r.person_id
    inner join asked as a on a.nhs_number = p.nhs_number
    where (r.source, r.sender, r.record_id) <> (a.source, a.sender, a.record_id)
    order by
        r.source = 'gp' desc, r.is_registered desc, r.registered_on desc nulls last, r.sender, r.record_id
    limit 1
)
select {{compared}} from asked as a cross join holder as h
"""
_COMPARED = """case
    when a.{0} is null and h.{0} is null then 'missing in both'
    when a.{0} is null then 'missing here'
    when h.{0} is null then 'missing there'
    when a.{0} = h.{0} then 'agreed'
    else 'differed'
end"""


@dataclass(frozen=True, slots=True)
class Explanation:
    """A link explained; ``compared`` is empty where there was nothing to compare with."""

    link_step: str
    link_confidence: int
    why: str
    nhs_number_outcome: str
    has_whole_birth_date: bool
    compared: Mapping[str, str]
    records_of_person: Mapping[str, int]


def explain(settings: Settings, source: str, sender: str, record_id: str) -> Explanation:
    """Explain one record's link; raises :class:`UsageError` for a record that is not known."""
    if source not in SOURCE_WORDS:
        raise UsageError(one_of("source", source, SOURCE_WORDS))
    asked = [source, sender, record_id]
    with (
        open_vault(settings, load_keys(settings), read_only=True) as connection,
        values_hidden("explaining a link"),
    ):
        found = connection.execute(
            "select link_step, link_confidence, nhs_number_outcome, birth_date is not null, person_id "
            f"from ({_RECORD})",
            asked,
        ).fetchone()
        if found is None:
            raise UsageError(
                f"{source}/{sender} has no record of that id; valid: the sender's own patient id"
            )
        step, confidence, outcome, has_birth_date, person_id = found
        return Explanation(
            step, confidence, _WHY[step], outcome, has_birth_date,
            _compare(connection, asked), _records_of(connection, person_id),
        )  # fmt: skip


def _compare(connection: DuckDBPyConnection, asked: list[str]) -> dict[str, str]:
    columns = ", ".join(_COMPARED.format(field) for field in FIELDS)
    row = connection.execute(_HOLDER.format(compared=columns), asked).fetchone()
    return dict(zip(FIELDS, row, strict=True)) if row else {}


def _records_of(connection: DuckDBPyConnection, person_id: str) -> dict[str, int]:
    """Records of the person by source."""
    query = "select source, count(*) from vault.record where person_id = ? group by source order by source"
    return dict(connection.execute(query, [person_id]).fetchall())
