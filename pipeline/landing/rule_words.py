"""What each rule says, in words that a sender can act on; never a value.

Rules over rows are worded where they are declared (:mod:`connectors.rules`, :mod:`connectors.fhir.rules`);
those over a file and its lines here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from connectors import registry
from connectors.fhir.rules import record_rules
from connectors.rules import row_rules
from pipeline.landing.ndjson import resource_type_of
from pipeline.landing.outcomes import FHIR

FILE_RULES = {
    "empty_file": "the file has not a byte; send at least its header",
    "unreadable_file": "the file cannot be divided into records: compression, quoting or encoding is broken",
    "unknown_file": "no format of this source has a file of this name",
    "period_not_one": "the header file must name exactly one reporting period",
    "too_many_refused_rows": "so many rows were refused that the file as a whole is not to be trusted",
    "manifest_unreadable": "manifest.json is not the list of files that it should be",
    "control_total_sha256": "the file's SHA-256 is not the one that the manifest gives",
    "control_total_rows": "the number of rows is not the one that the manifest gives",
    "header_unreadable": "the first line is not a CSV header",
    "missing_column": "a declared column did not come, or came under another name",
    "unknown_column": "a column came that is not declared",
    "duplicate_column": "a column came twice",
    "duplicate_key": "a key came more than once in the file; the last row of it counts",
    "last_line_not_ended": "the last line has no line end: was the file cut short?",
    "wrong_field_count": "the row has more or fewer fields than the header",
    "invalid_encoding": "the text is not UTF-8; the usual mistake is Windows-1252: save it as UTF-8",
    "malformed_quote": "a quote is opened and not closed, or closed and followed by text",
    "unreadable_archive": "the zip cannot be unpacked: broken, encrypted, or not an archive of plain files",
    "trailing_delimiter": "a comma stands behind the last field of each row; nothing was lost by it",
    "trailing_total": "the last line is a total and no row; it was not taken for one",
    "trailing_total_differs": "the number of rows is not the one that the file's last line gives",
    "retyped_column": "nearly every value of the column is of another kind than declared",
    "value_without_column": "a value stands behind the last column: have the fields moved?",
    "other_rows": "a file that mends another must have as many rows as it",
    "line_too_long": "the line is longer than any record can be",
    "unreadable_line": "the line cannot be read",
    "unknown_element": "FHIR R4 has no member of this name there",
    "empty_element": "an element is null, or an empty text, list or object; what says nothing is left out",
    "several_choices": "of an element that takes one of several forms there is more than one",
    "malformed_value": "a value is not of the form that its data type has in FHIR R4",
    "malformed_date": "no FHIR date: YYYY, YYYY-MM, YYYY-MM-DD or a time of day with its offset",
    "malformed_shape": "an element is of a wrong JSON type",
    "missing_required": "an element that FHIR R4 requires there is missing",
    "unknown_modifier": "a modifier extension changes what the record means, and none is known here",
}
"""Rules that no declaration words, by their id."""


def words_of(source: str, format_name: str, file_name: str) -> Mapping[tuple[str, str], str]:
    """The meaning of every declared row rule of a file, by rule id and column."""
    if format_name == FHIR:
        resource_type = resource_type_of(file_name)
        rules = record_rules(resource_type) if resource_type else ()
        return _first((rule.rule_id, rule.path, rule.meaning) for rule in rules)
    for format_ in registry.source(source).formats:
        for file in format_.files:
            if format_.name == format_name and format_.find(file_name) is file:
                declared = row_rules(file, format_)
                return _first((rule.rule_id, rule.column, rule.meaning) for rule in declared)
    return {}


def meaning(words: Mapping[tuple[str, str], str], rule_id: str, column: str) -> str:
    """What a rule asks for: as declared, else as worded here, else its id as words."""
    return words.get((rule_id, column)) or FILE_RULES.get(rule_id) or rule_id.replace("_", " ")


def _first(worded: Iterable[tuple[str, str, str]]) -> dict[tuple[str, str], str]:
    words: dict[tuple[str, str], str] = {}
    for rule_id, column, said in worded:
        words.setdefault((rule_id, column), said)
    return words
