"""Record rules of a FHIR resource type as data: predicates over what :mod:`connectors.fhir.reader` reads.

A predicate is true where the rule is broken, false or null where it holds. A broken line (malformed JSON or
shape) breaks that rule alone. Rules never quote a value.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from connectors.declare import Severity
from connectors.fhir import requirements, systems
from connectors.fhir.out.marks import EXPORTED
from connectors.fhir.reader import PROBLEMS
from connectors.fhir.shapes import SHAPES
from connectors.types import quoted

_ID = r"[A-Za-z0-9.\-]{1,64}"
_YEAR = r"(18[5-9]\d|19\d\d|20\d\d|2100)"
_OFFSET = r"(Z|[+-]\d{2}:\d{2})"
_CLOCK = r"T([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?" + _OFFSET
_HOUR_MICROSECONDS = 3_600_000_000
_DATE_TIME = _YEAR + r"(-\d{2}(-\d{2}(" + _CLOCK + r")?)?)?"


@dataclass(frozen=True, slots=True)
class RecordRule:
    """One rule over the records of one resource type; ``path`` is the JSON path to look at first."""

    rule_id: str
    path: str
    severity: Severity
    predicate: str
    meaning: str


def record_rules(resource_type: str) -> tuple[RecordRule, ...]:
    """Every record rule of ``resource_type``, over the columns that ``read_ndjson`` gives.

    Predicates use the macros of ``connectors/fhir/macros.sql``. Rules over the content hold for sound lines
    only.
    """
    if resource_type not in SHAPES:
        raise ValueError(f"resource type {resource_type!r} is not landed; valid: {', '.join(SHAPES)}")
    return (*line_rules(), *(_of_sound_lines(rule) for rule in _content_rules(resource_type)))


def record_id(resource_type: str) -> str:
    """SQL of the patient's id within the sender: Patient.id, or the id of the patient who is referred to."""
    where = requirements.PERSON.get(resource_type)
    if where is None:
        return "null::varchar"
    if where == "id":
        return "id"
    if where == "participant":
        actors = f"list_transform(participant, lambda p: {_patient_id('p.actor')})"
        return f"list_filter({actors}, lambda x: x is not null)[1]"
    return _patient_id(quoted(where))


def _patient_id(reference: str) -> str:
    """Most references are plain. Of others the key is worked out once: to look for it is dear."""
    found = "lambda k: if(starts_with(k, 'Patient/'), nullif(split_part(k, '/', 2), ''), null)"
    return (
        f"case when regexp_full_match({reference}.reference, 'Patient/{_ID}') "
        f"then substr({reference}.reference, length('Patient/') + 1) "
        f"else list_transform([reference_key({reference})], {found})[1] end"
    )


def _is_unresolved(where: str) -> str:
    """SQL predicate: a patient is named whom the sender of a native file could not resolve either."""
    named = f"starts_with(r.identifier.system, '{systems.LOCAL_ID}') and r.identifier.value is not null"
    people = (
        "list_transform(participant, lambda p: p.actor)" if where == "participant" else f"[{quoted(where)}]"
    )
    return f"coalesce(len(list_filter({people}, lambda r: {named})) > 0, false)"


def line_rules() -> Iterator[RecordRule]:
    """Rules over a line as such, whatever its resource type."""
    for word, meaning in PROBLEMS.items():
        yield RecordRule(word, "$", Severity.ROW, f"(_problem = '{word}')", meaning)


def _of_sound_lines(rule: RecordRule) -> RecordRule:
    predicate = f"(_problem is null and ({rule.predicate}))"
    return RecordRule(rule.rule_id, f"$.{rule.path}", rule.severity, predicate, rule.meaning)


def _content_rules(resource_type: str) -> Iterator[RecordRule]:
    yield from _envelope(resource_type)
    for path in requirements.REQUIRED.get(resource_type, ()):
        yield RecordRule(
            "missing_required", path, Severity.ROW, f"{_sql(path)} is null", f"{path} is missing"
        )
    for path in requirements.EXPECTED.get(resource_type, ()):
        yield RecordRule(
            "missing_expected", path, Severity.WARNING, f"{_sql(path)} is null", f"{path} is missing"
        )
    for path, codes in requirements.VALUE_SETS.get(resource_type, {}).items():
        yield _unknown_code(path, codes)
    for path in requirements.DATES.get(resource_type, ()):
        yield _malformed_date(path)
    for start, end in requirements.PERIODS.get(resource_type, ()):
        yield _ends_before_it_starts(start, end)
    if resource_type == "Patient":
        yield _unverified_number()


def _envelope(resource_type: str) -> Iterator[RecordRule]:
    row = Severity.ROW
    yield RecordRule(
        "wrong_resource_type",
        "resourceType",
        row,
        f"coalesce(\"resourceType\", '') <> '{resource_type}'",
        f"the file is named for {resource_type}",
    )
    yield RecordRule(
        "missing_id", "id", row, "id is null", "a record without an id cannot be told from others"
    )
    yield RecordRule(
        "malformed_id",
        "id",
        row,
        f"not regexp_full_match(id, '{_ID}')",
        "id is not a FHIR id (1 to 64 of A-Z a-z 0-9 - .)",
    )
    yield RecordRule(
        "unknown_modifier",
        "modifierExtension",
        row,
        'len("modifierExtension") > 0',
        "a modifier extension changes what the record means, and none is known here",
    )
    yield RecordRule(
        "unknown_modifier",
        "implicitRules",
        row,
        '"implicitRules" is not null',
        "implicit rules change what the record means, and none are known here",
    )
    where = requirements.PERSON.get(resource_type)
    if where not in (None, "id"):
        yield RecordRule(
            "missing_patient",
            str(where),
            row,
            f"{record_id(resource_type)} is null and not {_is_unresolved(str(where))}",
            f"{where} does not refer to a Patient by a literal reference (Patient/<id>)",
        )
    yield RecordRule(
        "exported_record",
        "extension",
        Severity.WARNING,
        EXPORTED,
        "the record was landed before, and written by `wsic export-fhir`",
    )


def _unknown_code(path: str, codes: frozenset[str]) -> RecordRule:
    listed = ", ".join(f"'{code}'" for code in sorted(codes))
    return RecordRule(
        "unknown_code",
        path,
        Severity.ROW,
        f"{_sql(path)} not in ({listed})",
        f"{path} is outside its required value set: {', '.join(sorted(codes))}",
    )


def _malformed_date(path: str) -> RecordRule:
    return RecordRule(
        "malformed_date",
        path,
        Severity.ROW,
        f"{_sql(path)} is not null and not (regexp_full_match({_sql(path)}, '{_DATE_TIME}') "
        f"and fhir_is_a_time({_sql(path)}))",
        f"{path} is no FHIR date: YYYY, YYYY-MM, YYYY-MM-DD or a time of day with its offset",
    )


def _ends_before_it_starts(start: str, end: str) -> RecordRule:
    begun, ended = _sql(start), _sql(end)
    # To put a moment into London time is dear. An hour later is later there too: its clock never goes back by
    # more than an hour at once.
    later = (
        f"epoch_us(try_cast({ended} as timestamptz)) "
        f">= epoch_us(try_cast({begun} as timestamptz)) + {_HOUR_MICROSECONDS}"
    )
    return RecordRule(
        "ends_before_it_starts",
        end,
        Severity.WARNING,
        f"case when {later} then false else fhir_timestamp({ended}) < fhir_timestamp({begun}) "
        f"and least(length({begun}), length({ended})) >= 10 end",
        f"{end} is before {start}",
    )


def _unverified_number() -> RecordRule:
    number = "list_filter(identifier, lambda i: i.system = 'https://fhir.nhs.uk/Id/nhs-number')[1]"
    return RecordRule(
        "missing_verification_status",
        "identifier",
        Severity.WARNING,
        f"{number} is not null and ukcore({number}.extension, 'NHSNumberVerificationStatus') is null",
        "UK Core: an NHS number comes with its verification status",
    )


def _sql(path: str) -> str:
    return ".".join(quoted(part) for part in path.split("."))
