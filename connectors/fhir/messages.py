"""What a sender says beside its records: which it deleted, and which it could not send.

HL7 FHIR Bulk Data Access: deletions are Bundles of DELETE requests (an export's ``deleted`` files), what
could not be exported are OperationOutcomes (its ``error`` files). Their texts are for people and may name a
patient: of an OperationOutcome severity and code are read, and nothing else.
"""

from __future__ import annotations

from connectors.declare import Severity
from connectors.fhir.rules import RecordRule, line_rules
from connectors.types import quoted

DELETIONS, OUTCOMES = "Bundle", "OperationOutcome"
# Value set issue-type (FHIR R4). Any other word may be anything, and is not repeated.
ISSUE_CODES = frozenset(
    "invalid structure required value invariant security login unknown expired forbidden suppressed "
    "processing not-supported duplicate multiple-matches not-found deleted too-long code-invalid extension "
    "too-costly business-rule conflict transient lock-error no-store exception timeout incomplete throttled "
    "informational".split()
)
_OTHER = "(other)"
# Type and id at the end of a relative or absolute address.
_TARGET = r"(?:^|/)([A-Z][A-Za-z]{1,63})/([A-Za-z0-9.\-]{1,64})$"


def deletion_rules() -> tuple[RecordRule, ...]:
    """Record rules of a Bundle that says what was deleted, over what ``read_ndjson`` gives."""
    listed = "coalesce(entry, [])"
    unsound = (
        "coalesce(e.request.method, '') <> 'DELETE' or "
        f"not coalesce(regexp_matches(e.request.url, '{_TARGET}'), false)"
    )
    return (
        *line_rules(),
        _wrong_type(DELETIONS),
        RecordRule(
            "not_a_deletion", "$.entry.request", Severity.ROW,
            f"(_problem is null and len(list_filter({listed}, lambda e: {unsound})) > 0)",
            "an entry is no DELETE of <type>/<id>",
        ),
    )  # fmt: skip


def deletions_sql(table: str) -> str:
    """SELECT of ``_row, resource_type, id`` of everything that the Bundles of ``table`` delete."""
    return f"""
        select _row, regexp_extract(url, '{_TARGET}', 1) as resource_type,
            regexp_extract(url, '{_TARGET}', 2) as id
        from (select _row, unnest(entry).request.url as url from {quoted(table)})"""


def issues_sql(table: str) -> str:
    """SELECT of ``_row, code, is_lack`` of every issue of the OperationOutcomes of ``table``.

    ``is_lack``: something was not exported. A line that is no OperationOutcome says so too: what it meant to
    say is not known.
    """
    codes = ", ".join(f"'{code}'" for code in sorted(ISSUE_CODES))
    return f"""
        with said as (
            select _row, issue,
                _problem is null and "resourceType" = '{OUTCOMES}' and len(issue) > 0 as is_sound
            from {quoted(table)}
        ),
        issues as (select _row, unnest(issue) as one from said where is_sound)
        select _row, if(one.code in ({codes}), one.code, '{_OTHER}') as code,
            coalesce(one.severity, '') not in ('warning', 'information') as is_lack
        from issues
        union all
        select _row, 'unreadable', true from said where is_sound is not true"""


def _wrong_type(word: str) -> RecordRule:
    return RecordRule(
        "wrong_resource_type", "$.resourceType", Severity.ROW,
        f"(_problem is null and coalesce(\"resourceType\", '') <> '{word}')", f"the file is named for {word}",
    )  # fmt: skip
