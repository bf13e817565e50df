"""Planted values and keys are found nowhere after the identity room: zones, ledger, errors, logs, SQL."""

import importlib
import logging
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.fhir import shapes, systems
from pipeline.identity import apply_opt_outs, export_links, link, pseudonymise
from pipeline.keys import PURPOSES, load_keys
from tests.identity_economy import AS_OF, Economy, nhs_number

NUMBER, BIRTH, DEATH = nhs_number(77), "1948-07-19", "2026-02-11"
MARKERS = {
    "family": "Zquillfeather",
    "given": "Zottoline",
    "prefix": "Zdame",
    "line": "77 Zmarker Mews",
    "city": "Zmarkerham",
    "district": "Zdistrict",
    "postcode": "ZZ97 7ZZ",
    "telephone": "07700900977",
    "email": "zottoline@marker.example",
    "local_id": "Zlocal-4711",
    "display": "Zdisplayed by name",
    "text": "Zfree text about her",
}
PATIENT: dict[str, Any] = {
    "identifier": [
        {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": NUMBER},
        {"system": "https://fhir.wsic.example/Id/local-patient-identifier", "value": MARKERS["local_id"]},
    ],
    "name": [{"family": MARKERS["family"], "given": [MARKERS["given"]], "prefix": [MARKERS["prefix"]]}],
    "telecom": [
        {"system": "phone", "value": MARKERS["telephone"]},
        {"system": "email", "value": MARKERS["email"]},
    ],
    "address": [
        {"use": "home", "line": [MARKERS["line"]], "city": MARKERS["city"], "district": MARKERS["district"],
         "postalCode": MARKERS["postcode"]},
    ],
    "deceasedDateTime": DEATH,
    "maritalStatus": {"text": MARKERS["text"]},
    "managingOrganization": {"display": MARKERS["display"]},
    "extension": [{"url": "https://unknown.example", "valueString": MARKERS["text"]}],
}  # fmt: skip
# What would betray the person, with the record's id within the sender and the whole birth date.
SECRETS = [
    *MARKERS.values(),
    NUMBER,
    f"{NUMBER[:3]} {NUMBER[3:6]} {NUMBER[6:]}",
    BIRTH,
    "ZZ977ZZ",
    "Zrecord-1",
]


class Spied:
    """A connection that remembers every statement given to it."""

    statements: list[str] = []

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self._connection = connection

    def execute(self, query: str, *parameters: Any) -> duckdb.DuckDBPyConnection:
        self.statements.append(query)
        return self._connection.execute(query, *parameters)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)


class Kept(logging.Handler):
    """A log handler that remembers every line."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


LOG = Kept()
LISTS = (
    ("type_1_dissent", "snomed", "1", ""),
    ("type_1_withdrawn", "snomed", "2", ""),
    ("legally_restricted", "icd10", "Z31", ""),
)


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Economy]:
    """One night of a person full of markers, with every statement and every log line kept."""
    vault = importlib.import_module("pipeline.identity.vault")
    opened = vault.connect
    logging.getLogger().addHandler(LOG)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vault, "connect", lambda *args: Spied(opened(*args)))
        yield run_a_night(tmp_path_factory.mktemp("night"))
    logging.getLogger().removeHandler(LOG)


def run_a_night(folder: Path) -> Economy:
    economy = Economy(folder / "home")
    economy.reference("codelists", "codelist,code_system,code,term", *LISTS)
    for source, sender in (("gp", "YGM01"), ("acute", "RYJ")):
        economy.person("Zrecord-1", None, BIRTH, source=source, sender=sender, **PATIENT)
        for resource_type in shapes.RESOURCE_TYPES:
            if resource_type != "Patient":
                economy.add(
                    resource_type, full_of_markers(resource_type), "Zrecord-1", source=source, sender=sender
                )
    economy.land()
    extracts = folder / "extracts"
    economy.reply(extracts, date(2026, 3, 30), NUMBER)
    link(economy.settings, economy.ledger, "r1", AS_OF)
    apply_opt_outs(economy.settings, economy.ledger, "r1", extracts, AS_OF)
    for product in ("direct_care", "secondary_use"):
        assert pseudonymise(economy.settings, economy.ledger, "r1", product, AS_OF).people == 1
    return economy


def full_of_markers(resource_type: str) -> dict[str, Any]:
    """A resource with markers in every text, code, reference and extension that its shape has."""
    texts = list(MARKERS.values())
    concept = {
        "coding": [{"system": "http://snomed.info/sct", "code": MARKERS["text"]}],
        "text": MARKERS["display"],
    }
    values: dict[str, Any] = {
        shapes.CONCEPT: concept,
        shapes.CONCEPT + "[]": [concept],
        shapes.REFERENCE: {"reference": f"Organization/{NUMBER}", "display": MARKERS["display"]},
        shapes.REFERENCE + "[]": [{"display": MARKERS["display"], "identifier": {"value": NUMBER}}],
        shapes.EXTENSIONS: [
            {"url": systems.LOCAL_EXTENSION + name, "valueCode": texts[3], "valueString": texts[0]}
            for name in ("Hrg", "TeamType", "RouteOfAccess", "ServiceComponent")
        ],
        shapes.IDENTIFIERS: [{"system": systems.LOCAL_ID + "hospital-provider-spell", "value": NUMBER}],
    }  # fmt: skip
    elements = shapes.SHAPES[resource_type]
    resource = {name: values[kind] for name, kind in elements.items() if kind in values}
    resource |= {name: MARKERS["text"] for name, kind in elements.items() if kind == shapes.TEXT}
    if "note" in elements:
        resource["note"] = [{"text": MARKERS["text"]}]
    return {**resource, "id": f"{MARKERS['local_id']}-{resource_type}"}


def secrets_in(text: str) -> list[str]:
    return [secret for secret in SECRETS if secret.casefold() in text.casefold()]


def test_no_pseudonymised_file_holds_a_marker(night: Economy) -> None:
    files = sorted((night.home / "pseudonymised").rglob("*.parquet"))
    rows = 0
    for path in files:
        for row in night.table(path):
            rows += 1
            assert not secrets_in(repr(row)), path.name
        assert not secrets_in(path.read_bytes().decode("latin-1")), path.name
    assert rows > 2 * len(shapes.RESOURCE_TYPES)


def test_the_ledger_holds_no_marker(night: Economy) -> None:
    connection = sqlite3.connect(night.ledger.path)
    assert not secrets_in("\n".join(connection.iterdump()))
    connection.close()


def test_no_statement_and_no_log_line_holds_a_marker_or_a_key(night: Economy) -> None:
    ring = load_keys(night.settings)
    root = (night.home / "keys" / "root.key").read_text().split('"')[-2]
    assert len(root) == 64
    said = "\n".join([*Spied.statements, *LOG.lines])
    assert len(Spied.statements) > 100
    assert not secrets_in(said)
    assert not [purpose for purpose in PURPOSES if ring.key(purpose).hex() in said]
    assert root not in said


def test_no_file_but_the_key_file_holds_a_key(night: Economy) -> None:
    ring = load_keys(night.settings)
    root = (night.home / "keys" / "root.key").read_text().split('"')[-2]
    keys = [
        bytes.fromhex(root),
        root.encode(),
        *(k for p in PURPOSES for k in (ring.key(p), ring.key(p).hex().encode())),
    ]
    others = [path for path in night.home.rglob("*") if path.is_file() and path.name != "root.key"]
    assert len(others) > 100
    assert not [path for path in others if any(key in path.read_bytes() for key in keys)]


def test_the_vault_is_unreadable_as_a_file(night: Economy) -> None:
    assert not list((night.home / "identity").glob("*.wal"))
    content = (night.home / "identity" / "vault.duckdb").read_bytes().decode("latin-1")
    assert len(content) > 10_000
    assert not secrets_in(content)
    assert not [
        marker for marker in (MARKERS["family"].upper(), MARKERS["given"].upper()) if marker in content
    ]
    with pytest.raises(duckdb.Error):
        duckdb.connect(str(night.home / "identity" / "vault.duckdb"))


def test_what_the_vault_would_show_if_it_were_not_encrypted(night: Economy, tmp_path: Path) -> None:
    """The search above can fail: the same table in a plain file is found out by it."""
    connection = duckdb.connect(str(tmp_path / "plain.duckdb"))
    connection.execute(
        "create table record as select ? as family_name, ? as nhs_number", [MARKERS["family"], NUMBER]
    )
    connection.close()
    assert secrets_in((tmp_path / "plain.duckdb").read_bytes().decode("latin-1"))


def test_products_cannot_be_joined(night: Economy) -> None:
    def keys(product: str) -> set[str]:
        folder = night.home / "pseudonymised" / product
        rows = [row for path in folder.glob("*.parquet") for row in night.table(path)]
        return {str(value) for row in rows for name, value in row.items() if name.endswith("_key") and value}

    direct_care, secondary_use = keys("direct_care"), keys("secondary_use")
    assert direct_care and secondary_use
    assert not direct_care & secondary_use
    assert all(len(key) == 64 for key in direct_care | secondary_use)


def test_identity_files_are_for_their_owner_only(night: Economy, tmp_path: Path) -> None:
    export_links(night.settings, tmp_path / "links.parquet")
    private = [path for path in (night.home / "identity").rglob("*") if path.is_file()]
    assert len(private) >= 4
    for path in [*private, *(night.home / "pseudonymised").rglob("*.parquet")]:
        assert path.stat().st_mode & 0o077 == 0, path.name


def test_an_error_inside_never_shows_a_value(night: Economy) -> None:
    vault = importlib.import_module("pipeline.identity.vault")
    duck = importlib.import_module("pipeline.duck")
    with (
        pytest.raises(Exception) as caught,
        vault.open_vault(night.settings, load_keys(night.settings)) as connection,
    ):
        with duck.values_hidden("a step"):
            connection.execute("select family_name::date from vault.record")
    assert "a step" in str(caught.value)
    assert not secrets_in(str(caught.value))
    assert caught.value.__cause__ is None
