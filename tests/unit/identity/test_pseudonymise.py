"""What the pseudonymised zone looks like."""

import hashlib
import hmac
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.declare import SOURCE_WORDS, Handling
from connectors.register import Entity, Projection, entities, written_columns
from pipeline.duck import connect
from pipeline.errors import UsageError
from pipeline.handling.histories import history_tables
from pipeline.identity import link, pseudonymise
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.pseudonymise import folder
from pipeline.identity.pseudonymise.newborns import define_newborn_day
from pipeline.identity.pseudonymise.projection import begin_counting, statements
from pipeline.identity.standardise import define_macros
from pipeline.keys import load_keys
from tests.identity_economy import AS_OF, Economy, nhs_number, observation

A, B = nhs_number(1), nhs_number(2)
PEOPLE = Path(folder.__file__).with_name("people.sql")
ACUTE: dict[str, Any] = {"source": "acute", "sender": "RYJ"}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Economy:
    """One night of two people, direct care."""
    economy = Economy(tmp_path_factory.mktemp("night") / "home")
    restricted, area = ("legally_restricted", "icd10", "Z31", ""), ("NW1 4AA", "E01000001", "E09000007")
    economy.reference("codelists", "codelist,code_system,code,term", restricted)
    economy.reference("postcodes", "postcode,lsoa_code,local_authority_code", area)
    address = {"use": "home", "postalCode": "nw14aa", "line": ["1 High Street"]}
    economy.person("g", A, address=[{**address, "use": "old"}, address])
    economy.person("h", B)
    economy.person("a", A, **ACUTE)
    economy.add("Observation", observation("1", "271649006", encounter={"reference": "Encounter/e"}), "g")
    economy.add("Observation", observation("2", "written by Mrs Quillfeather"), "g")
    spell = {"system": "https://fhir.wsic.example/Id/hospital-provider-spell", "value": "RYJ|42"}
    economy.add(
        "Encounter",
        {"id": "e", "status": "finished", "class": {"code": "IMP"}, "identifier": [spell]},
        "a",
        **ACUTE,
    )
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    pseudonymise(economy.settings, economy.ledger, "r1", "direct_care", AS_OF)
    return economy


def table(economy: Economy, name: str, product: str = "direct_care") -> list[dict[str, Any]]:
    return economy.table(economy.home / "pseudonymised" / product / f"{name}.parquet")


def test_every_file_is_there_with_the_columns_of_the_register(night: Economy) -> None:
    zone = night.home / "pseudonymised" / "direct_care"
    expected = {f"{source}__{name}" for source in SOURCE_WORDS for name in entities()}
    expected |= {Path(history.file_name).stem for history in history_tables()}
    expected |= {"person_sources", "link_groups", "register__handling", "register__purposes"}
    assert {path.stem for path in zone.iterdir()} == expected
    for source in SOURCE_WORDS:
        for entity in entities().values():
            described = duckdb.execute(f"describe from '{zone}/{source}__{entity.name}.parquet'").fetchall()
            assert {row[0]: row[1] for row in described} == written_columns(entity), entity.name


NEEDED = """
create temp table kept_record as select '' as source, '' as sender, '' as record_id, '' as person_key,
    null::date as born_on, null::date as newborn_until;
create temp table row_eligibility as select '' as source, '' as sender, '' as file_id, 0::bigint as row;
create temp table withheld_reference (message varchar);
create temp table postcode_area as select '' as postcode, '' as lsoa_code, '' as local_authority_code;
"""


def test_filled_tables_have_the_types_that_empty_ones_promise(tmp_path: Path) -> None:
    """Empty tables are written from the declaration alone, so it has to say what the SQL gives."""
    scratch = Economy(tmp_path / "scratch")
    for resource in {entity.resource for entity in entities().values()}:
        scratch.add(resource, {"id": "x"}, "g")
    scratch.land()
    connection = connect(scratch.settings)
    define_macros(connection)
    connection.execute(NEEDED)
    define_newborn_day(connection)
    with keyed(connection, bytes(32)):
        for entity in entities().values():
            files = list((scratch.home / "fhir" / entity.resource).glob("source=gp/*/*.parquet"))
            found = statements(entity, files)
            begin_counting(connection, found.checked)
            described = connection.execute(f"describe {found.rows}").fetchall()
            assert {row[0]: row[1] for row in described} == written_columns(entity), entity.name


def test_keys_are_hmacs_under_the_products_own_key(night: Economy) -> None:
    key = load_keys(night.settings).key("product:direct_care")

    def hashed(message: str) -> str:
        return hmac.new(key, message.encode(), hashlib.sha256).hexdigest()

    person_id = night.links()["gp", "YGM01", "g"]["person_id"]
    patient = next(row for row in table(night, "gp__patients") if row["source_row"] == 1)
    assert patient["person_key"] == hashed(f"person|v1|{person_id}")
    assert patient["patients_key"] == hashed("record|v1|gp|YGM01|Patient/p-g")
    (spell,) = table(night, "acute__encounters")
    assert spell["encounters_key"] == hashed("record|v1|acute|RYJ|Encounter/e")
    assert spell["spell_number_key"] == hashed("spell|v1|acute|RYJ|RYJ|42")
    assert spell["person_key"] == patient["person_key"]
    first = next(row for row in table(night, "gp__observations") if row["code"])
    assert first["encounter_key"] == hashed("record|v1|gp|YGM01|Encounter/e")


def test_demographics_leave_only_coarse(night: Economy) -> None:
    patient = next(row for row in table(night, "gp__patients") if row["source_row"] == 1)
    assert str(patient["birth_month"]) == "1950-06-01"
    assert (patient["lsoa_code"], patient["local_authority_code"]) == ("E01000001", "E09000007")
    addresses = table(night, "gp__addresses")
    assert [row["lsoa_code"] for row in addresses] == ["E01000001"] * 2
    assert len({row["addresses_key"] for row in addresses}) == 2


def test_text_outside_its_domain_is_dropped_and_counted(night: Economy) -> None:
    assert {row["code"] for row in table(night, "gp__observations")} == {"271649006", None}
    (rule,) = night.ledger.query("select * from rule_result where run_id = 'r1' and suite = 'pseudonymise'")
    assert rule["rule_id"] == "domain:gp__observations.code"
    assert (rule["severity"], rule["rows_checked"], rule["rows_failed"]) == ("warning", 2, 1)


def test_person_sources_has_one_row_a_kept_record(night: Economy) -> None:
    rows = table(night, "person_sources")
    assert sorted((row["source"], row["link_step"], row["link_confidence"]) for row in rows) == [
        ("acute", "cross_check", 100),
        ("gp", "registered", 100),
        ("gp", "registered", 100),
    ]
    assert len({row["person_key"] for row in rows}) == 2


def test_a_persons_keys_at_the_other_thresholds_are_of_people_in_the_product(night: Economy) -> None:
    for row in table(night, "person_sources"):
        assert row["strict_person_key"] == row["loose_person_key"] == row["person_key"]


def test_no_record_takes_its_probabilities_out_of_the_identity_zone(night: Economy) -> None:
    """They tell how rare a name is; groups of records have their sums."""
    assert not [name for name in table(night, "person_sources")[0] if name.startswith("probability")]
    assert "probability_missed" in table(night, "link_groups")[0]


KEPT = """
create temp table record_eligibility (
    source varchar, sender varchar, record_id varchar, person_id varchar, reason varchar);
attach ':memory:' as vault;
create table vault.record (
    source varchar, sender varchar, record_id varchar,
    strict_person_id varchar, loose_person_id varchar,
    link_step varchar, link_confidence integer, probability_false double, probability_missed double);
insert into record_eligibility values
    ('gp', 'E', '1', 'objector', 'national_opt_out'), ('gp', 'E', '2', 'b', null),
    ('acute', 'R', '3', 'c', null),
    ('acute', 'R', '4', 'b', null), ('gp', 'E', '5', 'd', null), ('acute', 'R', '6', 'e', null);
insert into vault.record values
    ('gp', 'E', '1', null, null, 'registered', 100, null, null),
    ('gp', 'E', '2', 'b', 'objector', 'registered', 100, 0, 0),
    ('acute', 'R', '3', 'c', 'objector', 'unmatched', 0, 0, 0.5),
    ('acute', 'R', '4', 'q', 'objector', 'probabilistic', 97, 0.03, 0),
    ('gp', 'E', '5', null, null, 'registered', 100, null, null),
    ('acute', 'R', '6', 'e', 'd', 'unmatched', 0, 0, 0.5);
"""


def test_thresholds_join_and_part_people_without_the_key_of_one_who_is_kept_out(tmp_path: Path) -> None:
    connection = connect(Economy(tmp_path / "home").settings)
    connection.execute(KEPT)
    with keyed(connection, bytes(32)):
        connection.execute(PEOPLE.read_text(encoding="utf-8"))
        rows = connection.execute(
            "select record_id, person_key, strict_person_key, loose_person_key, probability_missed "
            "from kept_record"
        ).fetchall()
        keys = dict(
            connection.execute(
                "select keyed_hash('person|v1|' || id), id "
                "from (select unnest(['objector', 'b', 'c', 'd', 'e', 'q']) as id)"
            ).fetchall()
        )
    assert {row[0]: (*(keys[key] for key in row[1:4]), row[4]) for row in rows} == {
        "2": ("b", "b", "b", 0.0),
        "3": ("c", "c", "b", 0.5),
        "4": ("b", "q", "b", 0.0),
        "5": ("d", "d", "d", 0.0),
        "6": ("e", "e", "d", 0.5),
    }


def test_another_night_gives_the_same_keys(night: Economy) -> None:
    before = sorted(row["person_key"] for row in table(night, "person_sources"))
    link(night.settings, night.ledger, "r2", AS_OF)
    pseudonymise(night.settings, night.ledger, "r2", "direct_care", AS_OF)
    assert sorted(row["person_key"] for row in table(night, "person_sources")) == before


def test_stages_balance_by_file(night: Economy) -> None:
    stages = night.ledger.query(
        "select * from stage where run_id = 'r1' and stage = 'pseudonymised' order by 3"
    )
    assert [(row["file_id"], row["rows_in"], row["rows_out"], row["rows_withheld"]) for row in stages] == [
        ("file-acute-RYJ", 2, 2, 0),
        ("file-gp-YGM01", 4, 4, 0),
    ]


def test_an_unknown_product_is_refused(night: Economy) -> None:
    with pytest.raises(UsageError, match="direct_care, secondary_use"):
        pseudonymise(night.settings, night.ledger, "r1", "marketing", AS_OF)


def with_column(**change: Any) -> Entity:
    column = Projection(
        name="c",
        type="VARCHAR",
        expression="status",
        handling=Handling.KEEP,
        domain="status",
        meaning="m",
        reads=("Procedure.status",),
    )
    return replace(entities()["procedures"], columns=(replace(column, **change),))


@pytest.mark.parametrize(
    "change",
    [
        {"handling": Handling.PSEUDONYMISE},  # a pseudonym that is no key
        {"handling": Handling.PSEUDONYMISE, "domain": "key"},  # of what kind of thing?
        {"domain": "date"},  # text that may look like anything
        {"generalise": "county", "handling": Handling.GENERALISE},
        {"generalise": "newborn_day", "handling": Handling.GENERALISE},  # of what is no day
    ],
)
def test_a_word_of_the_register_that_is_not_understood_stops_the_load(change: dict[str, Any]) -> None:
    with pytest.raises((ValueError, KeyError)):
        statements(with_column(**change), [])


def grouped(economy: Economy, *nights: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The link groups after nights of hospital records that know no more of their person than one another."""
    economy.reference(
        "codelists", "codelist,code_system,code,term", ("legally_restricted", "icd10", "Z31", "")
    )
    for run, records in enumerate(nights):
        economy.rows.clear()
        for record in records:
            economy.person(record["id"], A, gender=record["gender"], practice=record.get("practice"), **ACUTE)
        economy.land()
        link(economy.settings, economy.ledger, f"r{run}", AS_OF)
    pseudonymise(economy.settings, economy.ledger, "r0", "direct_care", AS_OF)
    return sorted(table(economy, "link_groups"), key=repr)


def test_a_person_is_described_alike_in_whatever_order_the_records_lie(tmp_path: Path) -> None:
    a, b = {"id": "a", "gender": "female"}, {"id": "b", "gender": "male"}
    a_before, b_before = {**a, "practice": "Y99001"}, {**b, "practice": "Y99001"}
    at_once = grouped(Economy(tmp_path / "1"), [a, b])
    assert grouped(Economy(tmp_path / "2"), [a_before, b], [a, b]) == at_once
    assert grouped(Economy(tmp_path / "3"), [a, b_before], [a, b]) == at_once
