"""Type 1 by a rule written down a second time: any history of entries, in any order, over two records."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from tests.identity_economy import AS_OF, Economy, observation
from tests.objection_house import DISSENT, GP, WITHDRAWN, House

DAYS = [AS_OF + timedelta(days=offset) for offset in (-400, -30, -2, -1, 0, 1, 30)]
Entry = tuple[bool, date | None]


@pytest.fixture
def house(economy: Economy) -> House:
    return House(economy)


def objects(entries: list[Entry]) -> bool:
    """The rule: of dissents of any day and withdrawals up to tonight the latest counts; a tie objects."""
    counting = [entry for entry in entries if entry[0] or (entry[1] is not None and entry[1] <= AS_OF)]
    latest = max(((day or date.max, is_dissent) for is_dissent, day in counting), default=(date.min, False))
    return latest[1]


def test_every_history_is_judged_as_the_rule_says(house: House) -> None:
    drawn = random.Random(20260331)
    histories: dict[str, list[Entry]] = {}
    for _ in range(300):
        person = house.person()
        other = {"source": "gp", "sender": "YGX02"}
        house.economy.person(f"{person}-b", house.number(person), **other)
        histories[person] = [
            (drawn.random() < 0.5, drawn.choice([*DAYS, None])) for _ in range(drawn.randint(0, 5))
        ]
        for number, (is_dissent, day) in enumerate(histories[person]):
            record, where = drawn.choice([(person, GP), (f"{person}-b", other)])
            resource = observation(
                f"{person}-{number}", DISSENT if is_dissent else WITHDRAWN, day and day.isoformat()
            )
            house.economy.add("Observation", resource, record, **where)
    house.night("secondary_use")
    found = house.reasons("secondary_use")
    expected = {person: objects(entries) for person, entries in histories.items()}
    assert {person: found[person] == "type_1_objection" for person in histories} == expected
    assert {person: found[f"{person}-b"] == "type_1_objection" for person in histories} == expected
    assert 60 < sum(expected.values()) < 240
