"""A registration that was replaced, and what was never ended, give nobody's number for ever."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest

from connectors.fhir import systems
from tests import reidentify_desk
from tests.identity_economy import AS_OF, Economy, nhs_number, registration
from tests.reidentify_desk import (
    COMMUNITY,
    COUNCIL,
    OTHER_PRACTICE,
    PRACTICE,
    TRUST,
    Desk,
    make_desk,
    package,
    period,
    referral,
    spell,
)  # fmt: skip

YEAR, EIGHTEEN_MONTHS = timedelta(days=365), timedelta(days=548)
DAY = timedelta(days=1)
LONG_AGO, FAR_OFF = date(2009, 1, 1), date(9999, 12, 31)
ACUTE = {"source": "acute", "sender": TRUST}
CARE = {"source": "community", "sender": COMMUNITY}
SOCIAL = {"source": "social_care", "sender": COUNCIL}

# person -> organisation that asks, whether it is given
EXPECTED = {
    "moved": (PRACTICE, False), "moved_here": (OTHER_PRACTICE, True), "visiting": (OTHER_PRACTICE, True),
    "visited": (PRACTICE, True), "old_visitor": (PRACTICE, False), "finished_no_end": (PRACTICE, False),
    "spell_last_day": (TRUST, True), "spell_too_old": (TRUST, False), "spell_far_end": (TRUST, False),
    "spell_with_end": (TRUST, True), "spell_new_part": (TRUST, True), "spell_old_part": (TRUST, False),
    "referral_last_day": (COMMUNITY, True), "referral_too_old": (COMMUNITY, False),
    "referral_contact": (COMMUNITY, True), "referral_old_contact": (COMMUNITY, False),
    "package_last_day": (COUNCIL, True), "package_too_old": (COUNCIL, False),
    "package_reviewed": (COUNCIL, True), "package_old_review": (COUNCIL, False),
}  # fmt: skip
PEOPLE = {name: nhs_number(n) for n, name in enumerate(EXPECTED, start=100)}
# person -> practice, start, kind of registration, status
REGISTERED: dict[str, list[tuple[str, date, str, str]]] = {
    name: [("E84009", LONG_AGO, "regular", "active")] for name in EXPECTED
} | {
    "moved": [(PRACTICE, LONG_AGO, "regular", "active"), ("E84009", AS_OF - YEAR, "regular", "active")],
    "moved_here": [
        (PRACTICE, LONG_AGO, "regular", "active"), (OTHER_PRACTICE, AS_OF - YEAR, "regular", "active")
    ],
    "visiting": [
        ("E84009", LONG_AGO, "regular", "active"), (OTHER_PRACTICE, AS_OF - 9 * DAY, "temporary", "active")
    ],
    "visited": [
        (PRACTICE, LONG_AGO, "regular", "active"), (OTHER_PRACTICE, AS_OF - 9 * DAY, "temporary", "active")
    ],
    "old_visitor": [
        (PRACTICE, LONG_AGO, "temporary", "active"), ("E84009", AS_OF - YEAR, "regular", "active")
    ],
    "finished_no_end": [(PRACTICE, LONG_AGO, "regular", "finished")],
}  # fmt: skip


def _register(economy: Economy, name: str) -> None:
    for n, (practice, start, kind, status) in enumerate(REGISTERED[name]):
        record = name if n == 0 else f"{name}-{n}"
        where = {"source": "gp", "sender": f"YGM0{n + 1}"}
        economy.person(record, PEOPLE[name], practice=practice, **where)
        url = f"{systems.LOCAL_EXTENSION}RegistrationType"
        told = registration(record, practice, start.isoformat()) | {
            "status": status, "extension": [{"url": url, "valueCode": kind}]
        }  # fmt: skip
        economy.add("EpisodeOfCare", told, record, **where)


def _part(whole: str, start: date) -> dict[str, Any]:
    return spell(f"{whole}-part", start, None, partOf={"reference": f"Encounter/e-{whole}"})


def _met(key: str, on: date, **more: Any) -> dict[str, Any]:
    """A contact of a day."""
    return {
        "id": f"e-{key}",
        "status": "finished",
        "class": {"code": "AMB"},
        "period": period(on, on),
        **more,
    }


def _contact(of: str, on: date) -> dict[str, Any]:
    return _met(f"c-{of}", on, basedOn=[{"reference": f"ServiceRequest/s-{of}"}])


def _told() -> list[tuple[str, str, dict[str, Any], dict[str, str]]]:
    """Person, resource, what it says, where from."""
    year, long = AS_OF - YEAR, AS_OF - EIGHTEEN_MONTHS
    spells = {
        "spell_last_day": [spell("l", year, None)],
        "spell_too_old": [spell("o", year - DAY, None)],
        "spell_far_end": [spell("f", LONG_AGO, FAR_OFF) | {"status": "in-progress"}],
        "spell_with_end": [spell("w", LONG_AGO, AS_OF + DAY)],
        "spell_new_part": [spell("n", LONG_AGO, None), _part("n", year)],
        "spell_old_part": [spell("p", LONG_AGO, None), _part("p", year - DAY)],
    }
    referrals = {
        "referral_last_day": referral("l", "active", long, None),
        "referral_too_old": referral("o", "active", long - DAY, None),
        "referral_contact": referral("c", "active", LONG_AGO, None),
        "referral_old_contact": referral("d", "active", LONG_AGO, None),
    }
    contacts = {"referral_contact": _contact("c", long), "referral_old_contact": _contact("d", long - DAY)}
    packages = {
        "package_last_day": package("l", long, None),
        "package_too_old": package("o", long - DAY, None),
        "package_reviewed": package("r", LONG_AGO, None),
        "package_old_review": package("s", LONG_AGO, None),
    }
    reviews = {"package_reviewed": _met("r", long), "package_old_review": _met("s", long - DAY)}
    return [
        *((name, "Encounter", told, ACUTE) for name, several in spells.items() for told in several),
        *((name, "ServiceRequest", told, CARE) for name, told in referrals.items()),
        *((name, "Encounter", told, CARE) for name, told in contacts.items()),
        *((name, "EpisodeOfCare", told, SOCIAL) for name, told in packages.items()),
        *((name, "Encounter", told, SOCIAL) for name, told in reviews.items()),
    ]


def _fill(economy: Economy) -> None:
    economy.reference(
        "codelists", "codelist,code_system,code,term", ("legally_restricted", "icd10", "Z31", "")
    )
    economy.reference("postcodes", "postcode,lsoa_code,local_authority_code")
    for name in EXPECTED:
        _register(economy, name)
    known = set()
    for name, resource, told, where in _told():
        if (name, where["source"]) not in known:
            economy.person(name, PEOPLE[name], **where)
            known.add((name, where["source"]))
        economy.add(resource, told, name, **where)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reidentify_desk, "fill", _fill)
        return make_desk(tmp_path_factory.mktemp("signs"), reidentify_daily_limit=10_000)


@pytest.mark.parametrize("name", EXPECTED)
def test_only_a_relationship_with_a_sign_of_activity_gives_the_number(desk: Desk, name: str) -> None:
    organisation, is_given = EXPECTED[name]
    _, numbers = desk.ask(name, organisation=organisation)
    assert numbers == ({PEOPLE[name]} if is_given else set())


def test_what_is_older_takes_an_emergency(desk: Desk) -> None:
    _, numbers = desk.ask("spell_too_old", organisation=TRUST, is_break_glass=True)
    assert numbers == {PEOPLE["spell_too_old"]}


def test_a_site_may_set_another_time(desk: Desk) -> None:
    longer = Desk(desk.economy, dataclasses.replace(desk.settings, reidentify_spell_days=366), desk.keys)
    _, numbers = longer.ask("spell_too_old", organisation=TRUST)
    assert numbers == {PEOPLE["spell_too_old"]}
