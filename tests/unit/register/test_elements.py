"""FHIR elements have words, and an element without one cannot leave."""

from __future__ import annotations

import pytest

from connectors.declare import Handling
from connectors.fhir import shapes
from connectors.register import fhir
from connectors.register.reads import check_reading, elements_read


@pytest.mark.parametrize("resource_type", shapes.RESOURCE_TYPES)
def test_every_landed_element_has_a_word(resource_type: str) -> None:
    assert [path for path, word in fhir.elements(resource_type).items() if word is None] == []


def test_an_element_without_a_word_stops_whoever_reads_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """As when somebody adds an element to the shape and says nothing of it."""
    paths = elements_read("Patient", "gender")
    words = dict(fhir._words())
    del words["Patient.gender"]
    fhir.elements.cache_clear()
    monkeypatch.setattr(fhir, "_words", lambda: words)
    try:
        assert fhir.elements("Patient")["Patient.gender"] is None
        with pytest.raises(ValueError, match="no word, so dropped"):
            check_reading("patients: sex", Handling.KEEP, paths)
    finally:
        monkeypatch.undo()
        fhir.elements.cache_clear()


@pytest.mark.parametrize(
    ("expression", "said"),
    [
        ("maritalStatus.text", "free_text"),
        ("name[1].family", "identifier"),
        ("birthDate", "generalise"),
        ("address[-1].line[1]", "identifier"),
    ],
)
def test_no_column_is_kept_of_an_element_that_stays(expression: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        check_reading("patients: x", Handling.KEEP, elements_read("Patient", expression))


def test_an_element_that_is_not_landed_cannot_be_read() -> None:
    with pytest.raises(ValueError, match="no landed element"):
        elements_read("Patient", "photo[1].title")
    with pytest.raises(ValueError, match="no landed element"):
        elements_read("Patient", "wsic(extension, 'Nickname').valueString")


def test_a_macro_whose_reading_is_not_known_is_refused() -> None:
    with pytest.raises(ValueError, match="is not known"):
        elements_read("Patient", "new_macro(name)")
