"""The registry: formats are recognised by their files, and a self-contradicting declaration is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from connectors import registry
from connectors.consistency import check_format, check_source
from connectors.declare import (
    SOURCE_WORDS,
    Column,
    Format,
    Handling,
    Kind,
    Mode,
    NativeFile,
    RowCheck,
    Severity,
    Source,
)
from connectors.fhir.shapes import SHAPES
from connectors.lookups import with_lookups

KEY = Column("Id", Kind.CODE, Handling.PSEUDONYMISE, "Key", key=True)
FILE = NativeFile(name="A.csv", record_id='"Id"', columns=(KEY,))
FORMAT = Format(name="f", recognised_by=("A.csv",), mode=Mode.DELTA, files=(FILE,))
MAPPINGS = {"Patient": (("", 'select * from "A"'),)}


def test_every_source_word_is_registered() -> None:
    assert set(registry.SOURCES) == set(SOURCE_WORDS)


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["Admin_Patient.csv", "SRPatient.csv"], "emis"),
        (["admin_patient.CSV"], "emis"),
        (["SRPatient.csv", "SRManifest.csv"], "tpp"),
        (["CareRecord_Observation.csv"], "emis"),
        (["SRCode.csv"], "tpp"),
        (["CareRecord_Observation.csv", "SRCode.csv"], None),
        (["Patient.ndjson"], None),
        ([], None),
    ],
)
def test_a_format_is_recognised_by_its_files(names: list[str], expected: str | None) -> None:
    found = registry.recognise("gp", names)
    assert (found.name if found else None) == expected


def test_an_unknown_source_or_format_lists_the_known_ones() -> None:
    with pytest.raises(ValueError, match="gp, acute"):
        registry.recognise("dentist", [])
    with pytest.raises(ValueError, match="emis, tpp"):
        registry.format_named("gp", "vision")


def test_every_mapping_file_is_of_a_landed_resource_type_and_is_registered() -> None:
    for word, source in registry.SOURCES.items():
        for format_ in source.formats:
            folder = Path(registry.__file__).parent / word / format_.name
            files = sorted(path.name.removesuffix(".sql") for path in folder.glob("*.sql"))
            mappings = registry.mapping_sql(word, format_.name)
            named = sorted(
                f"{kind}.{part}" if part else kind for kind, parts in mappings.items() for part, _ in parts
            )
            assert files == named
            assert set(mappings) <= set(SHAPES)


def test_lists_are_put_before_the_mapping_that_reads_them() -> None:
    sql = with_lookups("gp", "select * from lookup_ethnicity")
    assert sql.startswith("with lookup_ethnicity(")
    assert with_lookups("gp", "select 1") == "select 1"
    with pytest.raises(ValueError, match=r"no nowhere\.csv"):
        with_lookups("gp", "select * from lookup_nowhere")


def _file(**changes: object) -> Format:
    return replace(FORMAT, files=(replace(FILE, **changes),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("format_", "mappings", "message"),
    [
        (FORMAT, {"Patiens": (("", 'from "A"'),)}, "Patiens.sql"),
        (FORMAT, {}, "no mapping reads A.csv"),
        (replace(FORMAT, dates="us"), MAPPINGS, "dates"),
        (replace(FORMAT, recognised_by=("B.csv",)), MAPPINGS, "B.csv is named"),
        (replace(FORMAT, period=("A.csv", ("Nope",))), MAPPINGS, "Nope"),
        (replace(FORMAT, files=(FILE, FILE)), MAPPINGS, "twice"),
        (_file(columns=(KEY, KEY)), MAPPINGS, "twice"),
        (_file(columns=(replace(KEY, key=False),)), MAPPINGS, "no key"),
        (_file(columns=(replace(KEY, meaning=" "),)), MAPPINGS, "no meaning"),
        (_file(columns=(replace(KEY, optional=True),)), MAPPINGS, "optional"),
        (_file(record_id=None), MAPPINGS, "record_id"),
        (_file(checks=(RowCheck("r", "Nope", Severity.ROW, "true", "m"),)), MAPPINGS, "check r"),
        (_file(checks=(RowCheck("r", "Id", Severity.FILE, "true", "m"),)), MAPPINGS, "severity file"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(
    format_: Format, mappings: dict[str, tuple[tuple[str, str], ...]], message: str
) -> None:
    check_format("gp", FORMAT, MAPPINGS)
    with pytest.raises(ValueError, match=message):
        check_format("gp", format_, mappings)


def test_a_source_has_one_of_the_five_words() -> None:
    with pytest.raises(ValueError, match="mental_health"):
        check_source(Source(word="dentist", title="Dentists"))
