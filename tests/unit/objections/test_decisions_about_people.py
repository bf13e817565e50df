"""Consent withdrawn, given again, and deletion: who is reached, for how long, and what is kept of it."""

from __future__ import annotations

import io
import os
import time
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline import clock
from pipeline.errors import ChecksRefusedError, UsageError
from pipeline.identity import Subjects, decide_subjects, link, pseudonymise, read_subjects, write_request
from pipeline.identity.vault import open_vault
from pipeline.keys import load_keys
from pipeline.ledger import Ledger
from pipeline.publish import list_versions, rollback
from pipeline.run.erasure import withdraw_versions
from pipeline.settings import Settings
from pipeline.zones import Zones
from tests.identity_economy import AS_OF, Economy, nhs_number
from tests.objection_house import ACUTE, COMMUNITY, GP, MENTAL, House

PRODUCTS = ("direct_care", "secondary_use")


@pytest.fixture
def house(economy: Economy) -> House:
    return House(economy)


def subjects(house: House, *lines: str) -> Subjects:
    return read_subjects(house.economy.settings, io.StringIO("\n".join(lines)))


def decide(house: House, act: str, *lines: str) -> int:
    named = subjects(house, *lines)
    economy = house.economy
    return decide_subjects(
        economy.settings, economy.ledger, act=act, subjects=named, author="IG lead", reason="asked by letter"
    ).people


def test_a_decision_reaches_every_record_of_its_people_and_nobody_else(house: House) -> None:
    economy = house.economy
    for _ in range(6):
        house.person()
    number = house.number
    economy.person("a1", number("p1"), **ACUTE)
    economy.person("m2", number("p2"), **MENTAL)
    economy.person("loner", None, **COMMUNITY)
    house.night("direct_care")
    assert decide(house, "consent_withdrawn", f"gp,YGM01,{'p1'}", "community,RY1,loner") == 2
    assert decide(house, "deleted", number("p2")) == 1
    assert decide(house, "consent_withdrawn", number("p3")) == 1
    assert decide(house, "consent_given", number("p3")) == 1
    assert decide(house, "deleted", number("p4")) == 1
    assert decide(house, "consent_given", number("p4")) == 1  # a deletion is not undone
    assert decide(house, "deleted", nhs_number(50)) == 0  # of somebody who never came
    # The next feeds: another sender has the deleted person, one with a wrong birth date; a stranger comes.
    economy.person("new2", number("p2"), **ACUTE)
    economy.person("wrong2", number("p2"), "1999-12-31", **COMMUNITY)
    economy.person("came", nhs_number(50), **ACUTE)
    economy.person("wrong6", number("p6"), "1999-12-31", **COMMUNITY)
    withdrawn, deleted = "consent_withdrawn", "deleted"
    expected = {
        "p1": withdrawn, "a1": withdrawn, "loner": withdrawn, "p2": deleted, "m2": deleted, "new2": deleted,
        "wrong2": deleted, "p3": None, "p4": deleted, "p5": None, "p6": None, "came": deleted, "wrong6": None,
    }  # fmt: skip
    for product in PRODUCTS:
        house.night(product, run_id="r2", allowed=tuple(nhs_number(n) for n in (*range(1, 7), 50)))
        found = house.reasons(product) | ({"wrong6": None} if product == "secondary_use" else {})
        assert found == expected, product
    asked = write_request(economy.settings, economy.ledger, asked_on=AS_OF)
    assert asked.files[0].path.read_text() == "".join(f"{number(p)},\n" for p in ("p1", "p3", "p5", "p6"))


def test_the_vault_keeps_who_decided_and_why_but_not_about_whom(house: House) -> None:
    house.person()
    house.night("direct_care")
    decide(house, "deleted", house.number("p1"))
    economy = house.economy
    with open_vault(economy.settings, load_keys(economy.settings), read_only=True) as connection:
        rows = connection.execute("select * from vault.subject_decision").fetchall()
    assert {row[4:] for row in rows} == {("IG lead", "asked by letter")}
    assert all(len(row[2]) == 64 for row in rows)
    assert house.number("p1") not in str(rows) and "p1" not in {row[2] for row in rows}
    (kept,) = economy.ledger.query("select act, subjects, people from subject_decision")
    assert kept == {"act": "deleted", "subjects": 1, "people": 1}


WRONG = {
    "a digit too few": "999000001",
    "a wrong check digit": nhs_number(1)[:-1] + str((int(nhs_number(1)[-1]) + 1) % 10),
    "a source that is none": "hospital,RYJ,1",
    "half a record": "gp,YGM01,",
    "words": "Mrs A Person",
}


@pytest.mark.parametrize("line", WRONG.values(), ids=WRONG)
def test_a_line_that_names_no_subject_refuses_the_whole_list(line: str) -> None:
    with pytest.raises(UsageError, match=r"1 lines name no subject \(line 2\)") as refused:
        read_subjects(Settings(), io.StringIO(f"{nhs_number(1)}\n{line}\n"))
    assert line not in str(refused.value)


def test_subjects_are_read_as_people_write_them() -> None:
    spaced = f"{nhs_number(1)[:3]} {nhs_number(1)[3:6]} {nhs_number(1)[6:]}"
    found = read_subjects(
        Settings(), io.StringIO(f"{spaced}\n\n{nhs_number(2)},\n{nhs_number(1)}\nacute, RYJ, a,1\n")
    )
    assert found.numbers == tuple(sorted((nhs_number(1), nhs_number(2))))
    assert found.records == (("acute", "RYJ", "a,1"),)
    assert nhs_number(1) not in repr(found)


def test_an_empty_list_and_production_numbers_of_tests_are_refused() -> None:
    with pytest.raises(UsageError, match="empty"):
        read_subjects(Settings(), io.StringIO("\n"))
    with pytest.raises(UsageError, match="no subject"):
        read_subjects(Settings(env="production"), io.StringIO(nhs_number(1)))


@pytest.mark.parametrize(
    ("author", "reason"),
    [("", "why"), ("who", " "), ("who", f"about {nhs_number(1)}"), (nhs_number(1), "why")],
)
def test_who_and_why_are_words_without_numbers(house: House, author: str, reason: str) -> None:
    named = Subjects((nhs_number(1),), ())
    economy = house.economy
    with pytest.raises(UsageError) as refused:
        decide_subjects(
            economy.settings, economy.ledger, act="deleted", subjects=named, author=author, reason=reason
        )
    assert nhs_number(1) not in str(refused.value)
    assert not economy.ledger.query("select * from subject_decision")


def shelf(home: Path, product: str, *ages: int) -> None:
    """Versions of so many days ago; the last one is served."""
    root = Zones(home).published(product)
    (root / "versions").mkdir(parents=True)
    for number, age in enumerate(ages):
        path = root / "versions" / f"run-{number}.duckdb"
        path.write_text("rows")
        (root / "parquet" / f"run-{number}").mkdir(parents=True)
        moment = time.time() - age * 86400
        os.utime(path, (moment, moment))
    (root / "current.duckdb").symlink_to(Path("versions") / f"run-{len(ages) - 1}.duckdb")


@pytest.mark.parametrize(
    ("decided_days_ago", "left"),
    [
        (10, ["run-1", "run-2"]),  # both newer than the decision
        (2, ["run-2"]),  # the served one is older, and not yet overdue
        (None, ["run-0", "run-1", "run-2"]),
    ],
)
def test_no_version_from_before_a_deletion_is_kept_for_rollback(
    tmp_path: Path, decided_days_ago: int | None, left: list[str]
) -> None:
    settings = Settings(home=tmp_path)
    Zones(tmp_path).create()
    ledger = Ledger(tmp_path / "audit" / "ledger.sqlite")
    shelf(tmp_path, "direct_care", 20, 5, 4)
    if decided_days_ago:
        decision(ledger, decided_days_ago)
    withdraw_versions(settings, ledger, "direct_care")
    assert sorted(version.run_id for version in list_versions(settings, "direct_care")) == left
    assert (
        sorted(path.name for path in (tmp_path / "published" / "direct_care" / "parquet").iterdir()) == left
    )


def test_a_product_that_cannot_be_published_does_not_serve_the_deleted_for_ever(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path)
    Zones(tmp_path).create()
    ledger = Ledger(tmp_path / "audit" / "ledger.sqlite")
    shelf(tmp_path, "secondary_use", 40, 35)
    decision(ledger, 29)
    decision(ledger, 1)
    assert set(withdraw_versions(settings, ledger, "secondary_use")) == {"run-0", "run-1"}
    assert not (tmp_path / "published" / "secondary_use" / "current.duckdb").exists()
    steps = ledger.query("select distinct step, outcome from step")
    assert steps == [{"step": "withdraw_versions", "outcome": "done"}]


def decision(ledger: Ledger, days_ago: int) -> None:
    at = (clock.moment() - timedelta(days=days_ago)).isoformat()
    ledger.put("subject_decision", [{"decision_id": f"d{days_ago}", "act": "deleted", "decided_at": at,
                                     "subjects": 1, "people": 1}])  # fmt: skip


def test_restricted_codes_must_be_known_where_people_are_real(
    economy: Economy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSIC_ROOT_KEY", "0123456789abcdef" * 4)
    house = House(economy, ("type_1_dissent", "snomed", "1", ""), ("type_1_withdrawn", "snomed", "2", ""))
    house.person(where=GP)
    assert house.night("direct_care").people == 1
    house.in_production()
    link(house.economy.settings, economy.ledger, "r2", AS_OF)
    for product in PRODUCTS:
        with pytest.raises(ChecksRefusedError, match="no legally restricted codes are known"):
            pseudonymise(house.economy.settings, economy.ledger, "r2", product, AS_OF)


@pytest.mark.parametrize(("tonight", "is_refused"), [("2026-04-20", False), ("2026-04-21", True)])
def test_a_version_whose_reply_has_lapsed_is_not_served_again(
    tmp_path: Path, tonight: str, is_refused: bool
) -> None:
    settings = Settings(home=tmp_path)
    Zones(tmp_path).create()
    ledger = Ledger(tmp_path / "audit" / "ledger.sqlite")
    check = {
        "run_id": "run-0",
        "product": "secondary_use",
        "restricted_codes": 1,
        "people_in": 1,
        "people_out": 0,
    }
    ledger.put("objection_check", [check | {"reply_on": "2026-03-30", "reply_lapses_on": "2026-04-20"}])
    run = {"run_id": "run-1", "as_of": tonight, "started_at": "", "outcome": "published", "code_version": ""}
    ledger.put("run", [run])
    for product in ("secondary_use", "open", "direct_care"):
        shelf(tmp_path, product, 2, 1)
        if is_refused and product != "direct_care":
            with pytest.raises(ChecksRefusedError, match="lapsed on 2026-04-20"):
                rollback(settings, ledger, product)
        else:
            assert rollback(settings, ledger, product).run_id == "run-0"
