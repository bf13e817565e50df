"""What the legal bases allow, and that nothing stands on none."""

from __future__ import annotations

import pytest

from connectors.declare import SOURCE_WORDS, Handling
from connectors.register import law


def test_section_251_covers_general_practice_and_hospitals_and_no_other_source() -> None:
    covered = {feed.source for feed in law.feeds() if "risk_stratification" in law.allowed(feed.bases)}
    assert covered == {"gp", "acute"}


def test_social_care_allows_care_and_planning_but_no_scores_of_a_person() -> None:
    found = law.standing(Handling.KEEP, law.bases_of("social_care", "cld", "CLD.csv", "Dementia"))
    assert found.purposes == ("direct_care", "secondary_use", "open")


def test_every_feed_of_every_source_has_its_bases() -> None:
    from connectors import registry

    for source in registry.SOURCES.values():
        for name in (*(format_.name for format_ in source.formats), law.FHIR):
            assert law.bases_of(source.word, name, "any", "any")
    assert set(SOURCE_WORDS) == {feed.source for feed in law.feeds()}


def test_a_feed_without_a_basis_is_refused() -> None:
    with pytest.raises(ValueError, match="no legal basis"):
        law.bases_of("gp", "carrier_pigeon", "Any.csv", "Any")


def test_consent_of_single_people_allows_no_column() -> None:
    assert law.allowed(["explicit_consent"]) == frozenset()
    with pytest.raises(ValueError, match="allow no purpose"):
        law.standing(Handling.KEEP, ("explicit_consent",))


def test_free_text_and_dropped_columns_serve_no_product() -> None:
    bases = law.bases_of("gp", "emis", "CareRecord_Observation.csv", "AssociatedText")
    for word in (Handling.FREE_TEXT, Handling.DROP):
        assert law.standing(word, bases).purposes == ("receipt",)
    assert law.standing(Handling.IDENTIFIER, bases).purposes == ("linking",)


def test_what_one_file_stands_on_wins_over_its_feed() -> None:
    assert law.bases_of("gp", "emis", "Admin_UserInRole.csv", "Surname") == ("staff_administration",)
    assert "staff_administration" not in law.bases_of("gp", "emis", "Admin_Patient.csv", "Surname")
