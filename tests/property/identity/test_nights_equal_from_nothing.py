"""Whatever came, changed or went: nights that look at changes only give what linking all gives."""

from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.identity import link
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from tests.identity_economy import AS_OF, Economy, nhs_number

SENDERS = (("gp", "YGM01"), ("gp", "YGTPP"), ("acute", "RYJ"), ("social_care", "E09000005"))
NUMBERS = (None, None, "12345", *(nhs_number(n) for n in range(4)))
BIRTHS = (None, "1950", "1950-06-01", "1950-06-01", "1950-01-06", "1961-02-03")
NAMES = (None, ("Okonkwo", "Adaeze"), ("Okonkwo", "Chidi"), ("Smith-Jones", "William"), ("Jones", "Bill"))
POSTCODES = (None, "SW1A 1AA", "SW1A 1AA", "W2 1NY")
NUMBER_SYSTEM = "https://fhir.nhs.uk/Id/nhs-number"

content = st.fixed_dictionaries(
    {
        "number": st.sampled_from(NUMBERS),
        "old": st.sampled_from((None, None, None, *NUMBERS[3:])),
        "status": st.sampled_from((None, None, "01", "02", "04")),
        "birth": st.sampled_from(BIRTHS),
        "name": st.sampled_from(NAMES),
        "postcode": st.sampled_from(POSTCODES),
        "gender": st.sampled_from(("female", "female", "male", None)),
        "is_test": st.sampled_from((False, False, False, True)),
    }
)
place = st.tuples(st.sampled_from(SENDERS), st.integers(0, 3))
night = st.dictionaries(place, st.one_of(content, content, st.none()), max_size=6)  # None: the record goes
first_night = st.dictionaries(place, content, min_size=4, max_size=12)

Place = tuple[tuple[str, str], int]
Records = dict[Place, dict[str, Any]]


def patient(drawn: dict[str, Any]) -> dict[str, Any]:
    """Keywords of :meth:`Economy.person` for drawn content."""
    more: dict[str, Any] = {"status": drawn["status"], "gender": drawn["gender"]}
    if drawn["old"] and drawn["number"]:
        identifiers = [{"system": NUMBER_SYSTEM, "value": drawn["number"]}]
        identifiers.append({"system": NUMBER_SYSTEM, "value": drawn["old"], "use": "old"})
        more = {"gender": drawn["gender"], "identifier": identifiers}
    if drawn["name"]:
        more["name"] = [{"family": drawn["name"][0], "given": [drawn["name"][1]]}]
    if drawn["postcode"]:
        more["address"] = [{"use": "home", "postalCode": drawn["postcode"]}]
    if drawn["is_test"]:
        more["marks"] = ("HTEST",)
    return more


def landed(home: Path, records: Records) -> Economy:
    """A deployment in which exactly ``records`` lie, whatever lay there before."""
    for stale in (home / "fhir").rglob("*.parquet"):
        stale.unlink()
    economy = Economy(home)
    for ((source, sender), number), drawn in records.items():
        given_number = None if drawn["old"] and drawn["number"] else drawn["number"]
        economy.person(
            str(number), given_number, drawn["birth"], source=source, sender=sender, **patient(drawn)
        )
    economy.land()
    return economy


def linked(home: Path, records: Records, run_id: str) -> dict[str, Any]:
    """The link table, with every person named by its records instead of its id."""
    economy = landed(home, records)
    assert link(economy.settings, economy.ledger, run_id, AS_OF).records == len(records)
    rows = economy.links()
    assert {(*where, str(number)) for where, number in records} == set(rows)
    return {
        "links": {
            key: {name: row[name] for name in row if not name.endswith("person_id")}
            for key, row in rows.items()
        },
        **{name: parts(rows, name) for name in ("person_id", "strict_person_id", "loose_person_id")},
    }


def parts(
    rows: dict[tuple[str, str, str], dict[str, Any]], name: str
) -> set[frozenset[tuple[str, str, str]]]:
    """The groups that records of one id make."""
    members = defaultdict(set)
    for key, row in rows.items():
        assert row[name]
        members[row[name]].add(key)
    return {frozenset(group) for group in members.values()}


def joined(economy: Economy) -> list[tuple[str, str]]:
    """The pairs that hold together: the one thing that a night remembers."""
    with open_vault(economy.settings, load_keys(economy.settings)) as connection:
        return connection.execute("select left_key, right_key from vault.joined").fetchall()


def remember(economy: Economy, pairs: list[tuple[str, str]]) -> None:
    with open_vault(economy.settings, load_keys(economy.settings)) as connection:
        for pair in pairs:
            connection.execute("insert into vault.joined values (?, ?, 0)", pair)


@settings(max_examples=4, deadline=None, derandomize=True)
@given(first_night, st.lists(night, min_size=1, max_size=2))
def test_nights_equal_linking_from_nothing(first: Records, changes: list[dict[Place, Any]]) -> None:
    with TemporaryDirectory() as folder:
        home, fresh = Path(folder) / "home", Path(folder) / "fresh"
        records = dict(first)
        linked(home, records, "r0")
        for number, change in enumerate(changes, start=1):
            records = {key: value for key, value in {**records, **change}.items() if value is not None}
            before = joined(Economy(home))
            found = linked(home, records, f"r{number}")
        remember(landed(fresh, records), before)
        assert linked(fresh, records, "r1") == found


@settings(max_examples=3, deadline=None, derandomize=True)
@given(first_night, night)
def test_what_stays_keeps_its_id_and_what_comes_back_has_it_again(
    first: Records, change: dict[Place, Any]
) -> None:
    with TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        linked(home, first, "r0")
        before = {key: row["person_id"] for key, row in Economy(home).links().items()}
        groups = parts(Economy(home).links(), "person_id")
        changed = {key: value for key, value in {**first, **change}.items() if value is not None}
        linked(home, changed, "r1")
        after = {key: row["person_id"] for key, row in Economy(home).links().items()}
        for group in parts(Economy(home).links(), "person_id") & groups:
            touched = {((key[0], key[1]), int(key[2])) for key in group} & set(change)
            assert touched or {before[key] for key in group} == {after[key] for key in group}
        linked(home, first, "r2")
        again = {key: row["person_id"] for key, row in Economy(home).links().items()}
        assert len(set(again.values())) == len(set(before.values()))
