"""Why a record belongs to its person: step, scores, what spoke for and against; never a value of a record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from duckdb import DuckDBPyConnection

from connectors.declare import SOURCE_WORDS
from pipeline.duck import values_hidden
from pipeline.errors import UsageError, one_of
from pipeline.identity.compared import FIELDS, compared_sql
from pipeline.identity.decisions import Contradiction, contradictions_of
from pipeline.identity.residue import Comparison, Model, load_model, waterfall
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.settings import Settings
from pipeline.zones import Zones

_WHY: Mapping[str, str] = {
    "registered": "a GP record: itself the evidence for who holds its NHS number",
    "cross_check": "NHS number and birth date (in part: with name or outcode) are its holder's",
    "alphanumeric": "all demographics that it gives agree with one person of the index, and no other",
    "algorithmic": "scores best, and clearly so, of those who share its birth date, and names or postcode",
    "probabilistic": "the weight of all that agrees and differs joins it, or a record that gives its number",
    "decided": "a person decided it, with a reason",
    "number_founded": "NHS number and birth date equal those of records that share it; no GP has it",
    "bucket": "enough demographics, or the national MPS_ID, equal those of others that nobody was found for",
    "birth_date_conflict": "the NHS number is another person's by its birth date or name: kept apart",
    "unmatched": "no person was found for it: a person of its own, found again when it comes again",
    "one_time": "not even enough demographics to be found again: a person of its own",
}
_RECORD = "select * from vault.record where source = ? and sender = ? and record_id = ?"
# The other side: a GP's record of the person, else of who holds the number; else the person's best other.
_HOLDER = Path(__file__).with_name("explain_holder.sql")
_EVENTS = """
select event, run_id, link_step, reason, records
from vault.person_event
where person_id = ? or other_person_id = ?
order by seq, event, reason
"""
_SCORES = ("family", "given", "birth_date", "gender", "postcode")
_SCORE_COLUMNS = ", ".join(f"score_{name}" for name in _SCORES)


@dataclass(frozen=True, slots=True)
class PersonEvent:
    """What became of the person: created, absorbed, split, superseded, number_gained ...; and why."""

    event: str
    run_id: str
    link_step: str | None
    reason: str
    records: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """A link explained.

    ``compared`` is empty where there was nothing to compare with; ``scores`` (0 to 100) are the trace's;
    ``code`` is its result (NHS England, 00 success, 97 several close matches ...); neither of a match that a
    person overruled. ``waterfall`` holds the match weights in bits of each comparison with the nearest other
    side, which sum up to ``weight``; how rare a name is, is told in classes, so that no weight tells a name.
    ``contradictions`` are what people decided about the record and its link cannot obey.
    """

    link_step: str
    link_confidence: int
    why: str
    nhs_number_outcome: str
    has_whole_birth_date: bool
    compared: Mapping[str, str]
    records_of_person: Mapping[str, int]
    scores: Mapping[str, float]
    code: str | None
    candidates: int | None
    weight: float | None
    waterfall: tuple[Comparison, ...]
    events: tuple[PersonEvent, ...]
    contradictions: tuple[Contradiction, ...]


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
            "select link_step, link_confidence, nhs_number_outcome, birth_date is not null, person_id, "
            f"code, candidates, record_key, {_SCORE_COLUMNS} from ({_RECORD})",
            asked,
        ).fetchone()
        if found is None:
            raise UsageError(
                f"{source}/{sender} has no record of that id; valid: the sender's own patient id"
            )
        step, confidence, outcome, has_birth_date, person_id, code, candidates, key, *scores = found
        steps = _waterfall(connection, load_model(Zones(settings.home).identity), key)
        return Explanation(
            link_step=step, link_confidence=confidence, why=_WHY[step], nhs_number_outcome=outcome,
            has_whole_birth_date=has_birth_date, compared=_compare(connection, asked),
            records_of_person=_records_of(connection, person_id),
            scores={name: score for name, score in zip(_SCORES, scores, strict=True) if score is not None},
            code=code, candidates=candidates,
            weight=round(sum(step.weight for step in steps), 6) if steps else None, waterfall=steps,
            events=tuple(
                PersonEvent(*row) for row in connection.execute(_EVENTS, [person_id, person_id]).fetchall()
            ),
            contradictions=contradictions_of(connection, key),
        )  # fmt: skip


def _compare(connection: DuckDBPyConnection, asked: list[str]) -> dict[str, str]:
    columns = ", ".join(compared_sql(field, "a", "h") for field in FIELDS)
    statement = _HOLDER.read_text(encoding="utf-8").format(record=_RECORD, compared=columns)
    row = connection.execute(statement, asked).fetchone()
    return dict(zip(FIELDS, row, strict=True)) if row else {}


def _waterfall(connection: DuckDBPyConnection, model: Model, key: str) -> tuple[Comparison, ...]:
    """Of the strongest pair that the record was scored in, those within its own person first."""
    row = connection.execute(
        "select e.left_key, e.right_key from vault.edge as e "
        "left join vault.joined as j on j.left_key = e.left_key and j.right_key = e.right_key "
        "where e.left_key = $key or e.right_key = $key "
        "order by j.left_key is null, e.weight desc, e.left_key, e.right_key limit 1",
        {"key": key},
    ).fetchone()
    return waterfall(connection, model, row[0], row[1]) if row else ()


def _records_of(connection: DuckDBPyConnection, person_id: str) -> dict[str, int]:
    """Records of the person by source."""
    query = "select source, count(*) from vault.record where person_id = ? group by source order by source"
    return dict(connection.execute(query, [person_id]).fetchall())
