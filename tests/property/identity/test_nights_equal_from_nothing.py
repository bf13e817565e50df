"""Whatever came, changed, went or was decided: nights that look at changes only give what linking all gives.

Exactly (docs/decisions/0012): a night's links are a function of the records, the decisions, and the pairs
that held together the night before; and of records and decisions alone, unless one of these pairs weighs
tonight between the weight of breaking and that of joining.
"""

import math
from collections import defaultdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from pipeline.errors import UsageError
from pipeline.identity import RecordName, link, override
from pipeline.identity.residue import DEFAULT_RULES
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from tests.identity_economy import AS_OF, Economy, extension_ukcore, nhs_number

pytestmark = pytest.mark.long

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
        "practice": st.sampled_from((None, None, "Y99001")),
        "is_test": st.sampled_from((False, False, False, True)),
    }
)
place = st.tuples(st.sampled_from(SENDERS), st.integers(0, 3))
changes = st.dictionaries(place, st.one_of(content, content, st.none()), max_size=6)  # None: the record goes
first_night = st.dictionaries(place, content, min_size=4, max_size=12)

# A couple in every economy: a practice's patient, and a hospital's record that is joined to it by weight
# (10.9), held (5.0, which joins nobody) or let go (below nought).
GP_PATIENT: Any = (("gp", "YGM01"), 9)
HOSPITAL: Any = (("acute", "RYJ"), 9)
_ADAEZE = {
    "number": None, "old": None, "status": None, "birth": "1972-08-19", "name": ("Okonkwo", "Adaeze"),
    "postcode": None, "gender": "female", "practice": None, "is_test": False,
}  # fmt: skip
PATIENT = {**_ADAEZE, "number": nhs_number(7), "postcode": "SW1A 1AA"}
JOINED, HELD = _ADAEZE, {**_ADAEZE, "postcode": "W2 1NY"}
# A practice says that her number has replaced another, a desk still gives the old one, and then somebody
# else has it.
REPLACES = {**PATIENT, "old": nhs_number(8)}
OLD_NUMBER = {**_ADAEZE, "number": nhs_number(8), "name": None}
HOLDS_OLD = {**OLD_NUMBER, "birth": "1961-02-03", "status": "01", "name": ("Jones", "Bill")}
# A twin has her number, unverified, until the twin has one of her own.
TWIN = {**PATIENT, "name": ("Okonkwo", "Chidi")}
TWIN_KNOWN = {**TWIN, "number": nhs_number(9)}
LET_GO = {**_ADAEZE, "birth": "1972-12-19", "postcode": "W2 1NY", "name": ("Okonkwo", "Adaeze")}

# Two records by their place in the list of those there are, and what is decided about them.
decision = st.tuples(
    st.integers(0, 13),
    st.integers(0, 13),
    st.sampled_from(("same", "same", "same", "different", "withdrawn")),
)
night = st.tuples(
    changes, st.sampled_from((JOINED, HELD, HELD, LET_GO)), st.lists(decision, min_size=0, max_size=3)
)

Place = tuple[tuple[str, str], int]
Records = dict[Place, dict[str, Any]]


def patient(drawn: dict[str, Any]) -> dict[str, Any]:
    """Keywords of :meth:`Economy.person` for drawn content."""
    more: dict[str, Any] = {name: drawn[name] for name in ("status", "gender", "practice")}
    if drawn["old"] and drawn["number"]:
        current: dict[str, Any] = {"system": NUMBER_SYSTEM, "value": drawn["number"]}
        if drawn["status"]:
            current["extension"] = [extension_ukcore("NHSNumberVerificationStatus", drawn["status"])]
        old = {"system": NUMBER_SYSTEM, "value": drawn["old"], "use": "old"}
        more = {"gender": drawn["gender"], "practice": drawn["practice"], "identifier": [current, old]}
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


def vault(economy: Economy, query: str) -> list[tuple[Any, ...]]:
    with open_vault(economy.settings, load_keys(economy.settings)) as connection:
        return connection.execute(query).fetchall()


def joined(economy: Economy) -> list[tuple[str, str]]:
    """The pairs that hold together: the one thing that a night remembers."""
    return vault(economy, "select left_key, right_key from vault.joined")


def doubts(economy: Economy) -> list[list[tuple[Any, ...]]]:
    """What people should look at: decisions that cannot be obeyed, candidates that are too close."""
    return [
        vault(economy, f"select {columns} from vault.{table} order by all")
        for table, columns in (
            ("contradiction", "left_key, right_key, reason"), ("candidate", "record_key, nhs_number, score")
        )
    ]  # fmt: skip


def kept(economy: Economy) -> list[list[tuple[Any, ...]]]:
    """What else the vault keeps: who each person is said to be, the index, the scored pairs."""
    people = (
        "select list(r.record_key order by r.record_key), p.nhs_number, p.birth_date, p.origin "
        "from vault.person as p inner join vault.record as r using (person_id) "
        "where p.state = 'current' group by all order by all"
    )
    tables = (
        f"select * exclude (written_seq) from vault.{name} order by all" for name in ("person_index", "edge")
    )
    return [vault(economy, query) for query in (people, *tables)]


def decide(economy: Economy, records: Records, decided: list[tuple[int, int, str]]) -> None:
    """Decide as a person would: what is refused is not decided."""
    names = [RecordName(source, sender, str(number)) for (source, sender), number in sorted(records)]
    for one, other, verdict in decided:
        left, right = names[one % len(names)], names[other % len(names)]
        try:
            override(economy.settings, left, right, verdict=verdict, reason="drawn", author="hypothesis")
        except UsageError:
            event("a decision was refused")


def held(economy: Economy, before: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Of the pairs joined the night before, those that tonight's weight would not join but does not break."""
    scored = vault(economy, "select left_key, right_key, weight from vault.edge")
    weights = {(left, right): weight for left, right, weight in scored}
    return [pair for pair in before if pair in weights and _is_between(weights, pair)]


def _is_between(weights: dict[tuple[str, str], float], pair: tuple[str, str]) -> bool:
    """Whether a pair, against "none" and its rivals, weighs between breaking and joining.

    Of two records it may, where either has another candidate: which of those are rivals the guards say.
    """
    left, right = pair
    others = {other: w for other, w in weights.items() if other != pair and set(other) & set(pair)}
    if not right.startswith("nhs|"):
        return DEFAULT_RULES.break_apart <= weights[pair] and (
            bool(others) or weights[pair] < DEFAULT_RULES.join
        )
    rivals = [w for (one, other), w in others.items() if one == left and other[:4] == "nhs|"]
    weighed = weights[pair] - math.log2(1 + sum(2**w for w in rivals))
    return DEFAULT_RULES.break_apart <= round(weighed, 6) < DEFAULT_RULES.join


def from_nothing(home: Path, records: Records, *, like: Economy, remembered: list[tuple[str, str]]) -> Any:
    """Links of a deployment that never linked before, with the decisions of another and some memory."""
    economy = landed(home, records)
    decisions = vault(like, "select * from vault.decision")
    with open_vault(economy.settings, load_keys(economy.settings)) as connection:
        for pair in remembered:
            connection.execute("insert into vault.joined values (?, ?, 0)", pair)
        for row in decisions:
            connection.execute("insert into vault.decision values (?, ?, ?, ?, ?, ?)", row)
    return linked(home, records, "r1"), doubts(economy), kept(economy)


Night = tuple[dict[Place, Any], dict[str, Any], list[tuple[int, int, str]]]


@settings(max_examples=3, deadline=None, derandomize=True)
@given(first_night, st.lists(night, min_size=1, max_size=2))
# Held by memory alone; and decided to be one before the trace verifies two numbers.
@example({}, [({}, HELD, [])])
@example({(SENDERS[2], 1): TWIN}, [({(SENDERS[1], 1): TWIN_KNOWN}, HELD, [])])
@example(
    {(SENDERS[2], 1): OLD_NUMBER, GP_PATIENT: REPLACES},
    [({(SENDERS[2], 2): HOLDS_OLD}, HELD, []), ({(SENDERS[2], 2): None}, HELD, [])],
)
@example({(SENDERS[2], 1): OLD_NUMBER, GP_PATIENT: REPLACES}, [({(SENDERS[2], 2): HOLDS_OLD}, HELD, [])])
@example(
    {(SENDERS[2], 1): {**JOINED, "birth": "1950-06-01", "name": None}},
    [
        ({}, LET_GO, [(0, 2, "same")]),
        ({(SENDERS[2], 1): {**PATIENT, "number": NUMBERS[4], "status": "01"}}, HELD, []),
    ],
)
def test_nights_equal_linking_from_nothing(first: Records, nights: list[Night]) -> None:
    with TemporaryDirectory() as folder:
        home, fresh = Path(folder) / "home", Path(folder) / "fresh"
        records = {GP_PATIENT: PATIENT, HOSPITAL: JOINED, **first}
        linked(home, records, "r0")
        for number, (change, hospital, decided) in enumerate(nights, start=1):
            decide(Economy(home), records, decided)
            records = {key: value for key, value in {**records, **change}.items() if value is not None}
            records[HOSPITAL] = hospital
            before = joined(Economy(home))
            found = linked(home, records, f"r{number}")
        memory = before if held(Economy(home), before) else []
        event(f"a pair is held by memory: {bool(memory)}")
        event(f"a decision cannot be obeyed: {bool(doubts(Economy(home))[0])}")
        again = from_nothing(fresh, records, like=Economy(home), remembered=memory)
        assert again == (found, doubts(Economy(home)), kept(Economy(home)))


def test_what_joined_at_one_weight_holds_at_a_lower_one_by_the_memory_of_one_night(tmp_path: Path) -> None:
    """So that the test above is about nights with a memory: the couple's links are what their weights say."""
    home, couple = tmp_path / "home", {GP_PATIENT: PATIENT, HOSPITAL: JOINED}

    def night_of(hospital: dict[str, Any], run_id: str) -> tuple[int, float]:
        people = linked(home, {**couple, HOSPITAL: hospital}, run_id)["person_id"]
        ((weight,),) = vault(Economy(home), "select max(weight) from vault.edge")
        return len(people), weight if weight is not None else -math.inf

    people, weight = night_of(JOINED, "r1")
    assert (people, weight > DEFAULT_RULES.join) == (1, True)
    before = joined(Economy(home))
    people, weight = night_of(HELD, "r2")
    assert (people, DEFAULT_RULES.break_apart < weight < DEFAULT_RULES.join) == (1, True)
    assert held(Economy(home), before) == before != []
    records, home_now = {**couple, HOSPITAL: HELD}, Economy(home)
    alone, *_ = from_nothing(tmp_path / "alone", records, like=home_now, remembered=[])
    minded, *_ = from_nothing(tmp_path / "minded", records, like=home_now, remembered=before)
    assert (len(alone["person_id"]), len(minded["person_id"])) == (2, 1)
    people, weight = night_of(LET_GO, "r3")
    assert (people, weight < DEFAULT_RULES.break_apart) == (2, True)
    assert night_of(HELD, "r4")[0] == 2  # what broke apart joins at the weight of joining only


@settings(max_examples=3, deadline=None, derandomize=True)
@given(first_night, changes)
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
