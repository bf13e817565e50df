"""Nobody's own birth date leaves as the day of what happened then, and lengths stay what they were."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.declare import Handling
from connectors.register import entities
from pipeline.identity import link, pseudonymise
from pipeline.identity.pseudonymise.newborns import define_newborn_day
from tests.identity_economy import AS_OF, Economy, nhs_number, observation, registration

ACUTE: dict[str, Any] = {"source": "acute", "sender": "RYJ"}
BORN = date(2025, 3, 20)
MOVED = timedelta(days=19)
BIRTHS = [date(2024, 1, 1) + timedelta(days=n) for n in range(366)]


def stay(key: str, start: str, end: str | None, **more: Any) -> dict[str, Any]:
    period = {"start": start, "end": end}
    return {"id": key, "status": "finished", "class": {"code": "IMP"}, "period": period, **more}


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Economy:
    """``b`` was born in hospital, ``p`` stayed there for seven weeks, ``f`` was born on the first."""
    economy = Economy(tmp_path_factory.mktemp("births") / "home")
    economy.reference(
        "codelists", "codelist,code_system,code,term", ("legally_restricted", "icd10", "Z31", "")
    )
    for n, (record, born) in enumerate({"b": "2025-03-20", "p": "2025-03-20", "f": "2025-03-01"}.items(), 1):
        economy.person(record, nhs_number(n), born)
        economy.person(record, nhs_number(n), born, **ACUTE)
    part = {"partOf": {"reference": "Encounter/long"}}
    for record, resource in (
        ("b", stay("birth", "2025-03-20T04:10:00+00:00", "2025-03-22T11:00:00+00:00")),
        ("b", stay("later", "2025-06-01", "2025-06-03")),
        ("p", stay("long", "2025-03-20", "2025-05-08")),
        ("p", stay("last-part", "2025-05-01", "2025-05-08", **part)),
        ("b", stay("overnight", "2025-04-08T22:00:00+01:00", "2025-04-09T06:30:00+01:00")),
        ("f", stay("first", "2025-03-01", "2025-03-02")),
    ):
        economy.add("Encounter", resource, record, **ACUTE)
    for key, day in {"birth": "2025-03-20", "nineteenth": "2025-04-08", "infant": "2025-05-15"}.items():
        economy.add("Observation", observation(key, "271649006", day), "b")
    economy.add("EpisodeOfCare", registration("b", "Y00001", "2025-03-20", "2025-12-31"), "b")
    economy.land()
    link(economy.settings, economy.ledger, "r1", AS_OF)
    pseudonymise(economy.settings, economy.ledger, "r1", "direct_care", AS_OF)
    return economy


def table(economy: Economy, name: str) -> list[dict[str, Any]]:
    return economy.table(economy.home / "pseudonymised" / "direct_care" / f"{name}.parquet")


def test_no_day_of_any_table_is_the_birth_date_of_its_person(night: Economy) -> None:
    people = {
        row["person_key"] for row in table(night, "gp__patients") if row["birth_month"] == date(2025, 3, 1)
    }
    days = [
        (path.stem, name)
        for path in (night.home / "pseudonymised" / "direct_care").glob("*.parquet")
        for row in night.table(path)
        for name, value in row.items()
        if isinstance(value, date) and str(value)[:10] == BORN.isoformat()
    ]
    assert len(people) == 3
    assert days == []


def test_a_stay_at_birth_begins_on_the_first_and_keeps_its_length(night: Economy) -> None:
    stays = {(row["start_at"], row["end_at"]) for row in table(night, "acute__encounters")}
    assert (datetime(2025, 3, 1, 4, 10), datetime(2025, 3, 3, 11)) in stays
    assert (datetime(2025, 6, 1), datetime(2025, 6, 3)) in stays
    assert (datetime(2025, 3, 1), datetime(2025, 3, 2)) in stays  # born on the first: nothing moves


def test_a_night_onto_the_day_that_two_days_become_ends_after_it_began(night: Economy) -> None:
    stays = {(row["start_at"], row["end_at"]) for row in table(night, "acute__encounters")}
    assert (datetime(2025, 3, 21), datetime(2025, 3, 21, 6, 30)) in stays
    assert all(start <= end for start, end in stays)


def test_what_lies_within_a_long_first_stay_moves_with_it(night: Economy) -> None:
    stays = {(row["start_at"], row["end_at"]) for row in table(night, "acute__encounters")}
    end = datetime(2025, 5, 8) - MOVED
    assert {(datetime(2025, 3, 1), end), (datetime(2025, 5, 1) - MOVED, end)} <= stays


def test_what_lasts_beyond_the_newborn_period_ends_when_it_ended(night: Economy) -> None:
    (registered,) = table(night, "gp__episodes_of_care")
    assert (registered["start_on"], registered["end_on"]) == (date(2025, 3, 1), date(2025, 12, 31))


def test_a_day_that_would_come_to_be_the_birth_date_is_the_day_after(night: Economy) -> None:
    days = sorted(row["effective_on"] for row in table(night, "gp__observations"))
    assert days == [date(2025, 3, 1), date(2025, 3, 21), date(2025, 5, 15)]


@pytest.mark.parametrize("lasts", [28, 90, 366])
def test_days_keep_their_order_and_their_distances(lasts: int) -> None:
    """Every birth date of a leap year, and every day from 40 before it to 420 after."""
    with duckdb.connect() as connection:
        define_newborn_day(connection)
        moved = "newborn_day(day, born, until_day)"
        births, orders, later, first, kept, lengths = connection.execute(
            f"""
            with days as (
                select born, born + (n - 40)::integer as day, n - 40 as age, born + ?::integer as until_day,
                    (born - date_trunc('month', born)::date)::integer as back
                from (select unnest(?::date[]) as born), range(461) as t(n)
            ),
            leaving as (
                select *, {moved} as leaves, lag({moved}) over (partition by born order by day) as before
                from days
            )
            select
                count(*) filter (leaves = born and back > 0),
                count(*) filter (leaves < before),
                count(*) filter (leaves > day),
                count(*) filter (age = 0 and leaves <> date_trunc('month', born)),
                count(*) filter ((age < -back or day >= until_day) and leaves <> day),
                count(*) filter (age >= 0 and day < until_day and day - leaves <> back and age <> back)
            from leaving""",
            [lasts, BIRTHS],
        ).fetchall()[0]
    assert (births, orders, later, first, kept, lengths) == (0, 0, 0, 0, 0, 0)


def test_every_day_in_a_persons_life_is_made_coarser() -> None:
    days = {
        f"{entity.name}.{column.name}": (column.handling, column.generalise)
        for entity in entities().values()
        if entity.about_a_person
        for column in entity.columns
        if column.type in ("DATE", "TIMESTAMP")
    }
    assert days.pop("patients.birth_month") == (Handling.GENERALISE, None)
    assert set(days.values()) == {(Handling.GENERALISE, "newborn_day")}
    assert len(days) > 20


def test_a_day_that_is_kept_as_it_is_stops_the_load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from connectors import register

    text = (Path(register.__file__).with_name("procedures.toml")).read_text(encoding="utf-8")
    path = tmp_path / "procedures.toml"
    path.write_text(text.replace('generalise = "newborn_day"\n', "").replace('"generalise"', '"keep"'))
    monkeypatch.setattr(register, "_FOLDER", tmp_path)
    with pytest.raises(ValueError, match="may be the day of their birth"):
        register._read(path)
