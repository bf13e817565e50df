"""How a person is described in the counts of links: the same, in whatever order its records lie."""

from pathlib import Path

import pytest

from pipeline.identity.pseudonymise import linkage
from tests.trace_desk import Desk

_HOUSE = """
create table vault.record as
select
    *, 'P' as person_id, 'registered' as link_step, 100 as link_confidence, 0.0 as probability_false,
    0.0 as probability_missed
from identity_record order by record_key {order};
create table vault.decision (left_key varchar, right_key varchar, verdict varchar, decided_at timestamptz);
create temp table record_eligibility as
select source, sender, record_id, null::varchar as reason from identity_record;
create temp table postcode_area (postcode varchar, lsoa_code varchar, local_authority_code varchar);
set variable as_of = date '2026-03-31';
"""


def described(order: str, *, is_first_registered: bool) -> set[tuple[object, ...]]:
    desk = Desk()
    for sender, gender, birth in (("YGM01", "male", "1950-06-01"), ("YGTPP", "female", "1961-02-03")):
        practice = "Y99001" if is_first_registered and sender == "YGM01" else None
        desk.asks("g", source="gp", sender=sender, gender=gender, birth=birth, practice=practice)
    desk.records()
    desk.connection.execute(_HOUSE.format(order=order))
    desk.connection.execute(Path(linkage.__file__).with_name("link_groups.sql").read_text(encoding="utf-8"))
    return set(desk.connection.execute("select sex, age_years from link_counted").fetchall())


def test_records_of_who_was_registered_once_are_linked_and_those_of_nobody_on_a_list_are_not() -> None:
    desk = Desk()
    desk.asks("g", source="gp", sender="YGM01", practice=None)
    desk.asks("a", source="acute", sender="RYJ")
    desk.records()
    desk.connection.execute(_HOUSE.format(order="asc"))
    groups = Path(linkage.__file__).with_name("link_groups.sql").read_text(encoding="utf-8")
    counted = "select source, records_registered from link_group where group_type = 'all' order by all"
    for of_whom, linked in (("'P'", 1), ("source", 0)):
        desk.connection.execute(f"update vault.record set person_id = {of_whom}")
        desk.connection.execute(groups)
        assert desk.connection.execute(counted).fetchall() == [("acute", linked), ("gp", 1)]


@pytest.mark.parametrize("is_first_registered", [True, False])
def test_the_order_of_rows_plays_no_part(is_first_registered: bool) -> None:
    one = described("asc", is_first_registered=is_first_registered)
    assert one == described("desc", is_first_registered=is_first_registered)
    assert len(one) == 1
    if is_first_registered:  # the practice that has the person now knows best
        assert one == {("male", 75)}
