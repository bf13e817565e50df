"""What the register drops and coarsens; unknown extensions, by sender, element, URL and count."""

from __future__ import annotations

from collections import Counter

from pipeline.handling import effective_register
from tests.release_desk import Desk

URL = "https://sender.example/StructureDefinition/mood"


def test_columns_are_counted_by_word_source_and_format(desk: Desk) -> None:
    section = desk.night().page().section("handling")
    found = Counter(
        entry.handling.value
        for entry in effective_register()
        if (entry.layer, entry.source, entry.format) == ("native", "gp", "emis")
    )
    words = ("identifier", "pseudonymise", "generalise", "keep", "drop", "free_text")
    assert section.row("gp", "emis", *(str(found[word]) for word in words))
    assert sum(found.values()) > 100


def test_every_column_that_is_coarsened_or_free_text_is_named(desk: Desk) -> None:
    section = desk.night().page().section("handling")
    for word in ("generalise", "free_text"):
        for entry in effective_register():
            if entry.layer == "native" and entry.handling == word:
                named = [text for text in section.texts if entry.column_name in text.split(", ")]
                assert named and entry.file_name in section.texts, (word, entry.file_name, entry.column_name)
    assert section.row(
        "Admin_Patient.csv", "DateOfBirth, Postcode", "birth month, lsoa code, local authority code"
    )


def test_without_unknown_extensions_the_page_says_so(desk: Desk) -> None:
    section = desk.night().page().section("handling")
    assert "No file of this release had an unknown FHIR extension." in section.texts
    assert "No record was refused for an extension that changes its meaning." in section.texts


def test_unknown_extensions_are_told_by_resource_url_and_count(desk: Desk) -> None:
    desk.night()
    row = {"resource_type": "Patient", "place": "extension", "url": URL, "records": 40, "extensions": 55}
    desk.put("extension", {"file_id": "a", **row})
    desk.put("extension", {"file_id": "of another run", **row})
    assert desk.page().section("handling").row("gp", "YGM01", "Patient", "extension", URL, "40", "55")
    assert desk.matters("look", "handling") == [
        "Unknown FHIR extensions that were taken off: 55 (kinds: 1). Ask the senders what they say."
    ]


def test_records_refused_for_a_modifier_are_told(desk: Desk) -> None:
    desk.night()
    rule = {"file_id": "b", "severity": "row", "column_name": "$.modifierExtension", "rows": 12}
    desk.put("file_rule", rule | {"rule_id": "unknown_modifier"}, rule | {"rule_id": "unknown_code"})
    section = desk.page().section("handling")
    assert section.row("acute", "YGM01", "acute.csv", "$.modifierExtension", "12")
    assert (
        "FHIR records refused for an extension that changes their meaning: 12."
        in desk.matters("look", "handling")[0]
    )
