"""A small deployment whose pseudonyms may be asked about: who is registered, admitted, referred where."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from connectors.fhir import systems
from pipeline import reidentify
from pipeline.audit_log import acting_user, operating_user
from pipeline.identity import link, pseudonymise
from pipeline.identity.reidentify import Found
from pipeline.keys import load_keys, product_purpose
from pipeline.publish.versions import shelf, swap
from pipeline.reidentify import Answer, Request
from pipeline.settings import Settings
from tests.identity_economy import AS_OF, Economy, nhs_number, ods, registration

RUN = "20260331-001"
PRACTICE, OTHER_PRACTICE, TRUST, COMMUNITY, COUNCIL = "E84001", "E84002", "RYJ", "RY2", "304"
REASON = "recall for a missed annual review"
CASE = "RECALL-2026/118"
DAY = timedelta(days=1)
REVIEWER = {
    "name": "C. Guardian", "account": "cguardian", "from": date(2020, 1, 1), "until": date(2099, 12, 31),
    "approved_by": "D. Chief",
}  # fmt: skip
PEOPLE = (
    "registered", "left", "joins_later", "elsewhere", "admitted", "at_site", "discharged", "admitted_later",
    "referred", "closed", "rejected", "cared_for", "package_ended", "nobody", "confidential",
    "restricted_spell",
)  # fmt: skip
NUMBERS = {name: nhs_number(n) for n, name in enumerate(PEOPLE, start=1)}


def period(start: date, end: date | None = None) -> dict[str, str | None]:
    return {"start": start.isoformat(), "end": end.isoformat() if end else None}


def spell(key: str, start: date, end: date | None, provider: str = TRUST, **more: Any) -> dict[str, Any]:
    return {
        "id": f"e-{key}", "status": "finished" if end else "in-progress", "class": {"code": "IMP"},
        "serviceProvider": ods(provider), "period": period(start, end), **more,
    }  # fmt: skip


def referral(key: str, status: str, start: date, end: date | None) -> dict[str, Any]:
    return {
        "id": f"s-{key}", "status": status, "intent": "order", "authoredOn": start.isoformat(),
        "occurrencePeriod": period(start, end), "performer": [ods(COMMUNITY)],
    }  # fmt: skip


def package(key: str, start: date, end: date | None) -> dict[str, Any]:
    kind = {"system": systems.LOCAL_CODE_SYSTEM + "episode-type", "code": "social_care_service"}
    return {
        "id": f"c-{key}", "status": "finished" if end and end <= AS_OF else "active",
        "type": [{"coding": [kind]}], "managingOrganization": ods(COUNCIL), "period": period(start, end),
    }  # fmt: skip


def people() -> dict[str, tuple[str, date, date | None]]:
    """Registrations: practice, first day, last day."""
    long_ago = date(2010, 1, 1)
    there: dict[str, tuple[str, date, date | None]] = {
        name: (OTHER_PRACTICE, long_ago, None) for name in PEOPLE if name != "nobody"
    }
    there["registered"] = (PRACTICE, long_ago, None)
    there["left"] = (PRACTICE, long_ago, AS_OF)
    there["joins_later"] = (PRACTICE, AS_OF + DAY, None)
    there["confidential"] = (PRACTICE, long_ago, None)
    return there


def fill(economy: Economy) -> None:
    restricted = ("legally_restricted", "icd10", "Z31", "")
    economy.reference("codelists", "codelist,code_system,code,term", restricted)
    economy.reference("postcodes", "postcode,lsoa_code,local_authority_code")
    registrations = people()
    for name, number in NUMBERS.items():
        marks = ("R",) if name == "confidential" else ()
        practice_code, start, end = registrations.get(name, (None, None, None))
        economy.person(name, number, practice=practice_code, marks=marks)
        if practice_code and start:
            shown = registration(name, practice_code, start.isoformat(), end.isoformat() if end else None)
            economy.add("EpisodeOfCare", shown, name)
    acute = {
        "admitted": spell("1", AS_OF, None),
        "at_site": spell("2", AS_OF - 3 * DAY, None, provider="RYJ02"),
        "discharged": spell("3", AS_OF - 9 * DAY, AS_OF - DAY),
        "admitted_later": spell("4", AS_OF + DAY, None),
        "restricted_spell": spell("5", AS_OF - 3 * DAY, None, meta={"security": [
            {"system": systems.CONFIDENTIALITY, "code": "R"}]}),
    }  # fmt: skip
    _there(economy, acute, "Encounter", source="acute", sender=TRUST)
    community = {
        "referred": referral("1", "active", AS_OF - 30 * DAY, None),
        "closed": referral("2", "completed", AS_OF - 30 * DAY, AS_OF - DAY),
        "rejected": referral("3", "revoked", AS_OF - 30 * DAY, None),
    }
    _there(economy, community, "ServiceRequest", source="community", sender=COMMUNITY)
    social = {
        "cared_for": package("1", AS_OF - 90 * DAY, None),
        "package_ended": package("2", AS_OF - 90 * DAY, AS_OF - DAY),
    }
    _there(economy, social, "EpisodeOfCare", source="social_care", sender=COUNCIL)


def _there(
    economy: Economy, told: dict[str, dict[str, Any]], resource: str, *, source: str, sender: str
) -> None:
    for name, what in told.items():
        economy.person(name, NUMBERS[name], source=source, sender=sender)
        economy.add(resource, what, name, source=source, sender=sender)


@dataclass
class Desk:
    """The deployment, its pseudonyms by the person's word, and a way to ask."""

    economy: Economy
    settings: Settings
    keys: dict[str, str]

    def ask(self, *names: str, **more: Any) -> tuple[Answer, set[str]]:
        """Ask about people by their words; returns the answer and the NHS numbers that were handed out."""
        handed: list[Found] = []
        asked = {
            "product": "direct_care", "person_keys": tuple(self.keys[name] for name in names),
            "requester": "A. Clerk", "organisation": PRACTICE, "purpose": "direct_care", "reason": REASON,
            "case": CASE, "as_of": AS_OF,
        }  # fmt: skip
        request = Request(**(asked | more))
        answer = reidentify.reidentify(self.settings, self.economy.ledger, request, handed.append)
        said: list[str] = []
        handed[0].show(said.append)
        return answer, {line.split(",")[1] for line in said[0].splitlines()[1:]}

    def authorise(self, **more: Any) -> None:
        """Write the file of requesters: A. Clerk for every organisation here, unless told otherwise."""
        reviewer = REVIEWER | more.pop("reviewer", {})
        organisations = more.pop("organisations", (PRACTICE, OTHER_PRACTICE, TRUST, COMMUNITY, COUNCIL))
        entry = {
            "name": "A. Clerk", "account": operating_user(),
            "purposes": ["direct_care", "case_finding", "subject_access"],
            "from": date(2020, 1, 1), "until": date(2099, 12, 31), "approved_by": "C. Guardian",
            "break_glass": True,
        } | more  # fmt: skip
        text = "".join(_entry(entry | {"organisation": organisation}) for organisation in organisations)
        text += _entry(reviewer, "reviewer")
        self.settings.requesters.write_text(text, encoding="utf-8")
        self.settings.requesters.chmod(0o600)


@contextmanager
def acting_as(account: str) -> Iterator[None]:
    """Let the system say that another account calls."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(acting_user, "account_of", lambda uid: account)
        yield


def _entry(entry: dict[str, Any], kind: str = "requester") -> str:
    written = {name: _toml(value) for name, value in entry.items() if value is not None}
    return f"[[{kind}]]\n" + "".join(f"{name} = {text}\n" for name, text in written.items())


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list):
        return f"[{', '.join(_toml(item) for item in value)}]"
    return value.isoformat() if isinstance(value, date) else f'"{value}"'


def make_desk(folder: Path, **settings_changed: Any) -> Desk:
    """Land, link, pseudonymise and serve a version that holds who is in the product."""
    economy = Economy(folder / "home")
    fill(economy)
    economy.land()
    link(economy.settings, economy.ledger, RUN, AS_OF)
    pseudonymise(economy.settings, economy.ledger, RUN, "direct_care", AS_OF)
    row = {"run_id": RUN, "as_of": AS_OF.isoformat(), "started_at": "x", "outcome": "published"}
    economy.ledger.put("run", [row | {"code_version": "x"}])
    _serve(economy)
    settings = dataclasses.replace(
        economy.settings, requesters=folder / "requesters.toml", **settings_changed
    )
    desk = Desk(economy, settings, _keys(economy))
    desk.authorise()
    return desk


def _serve(economy: Economy) -> None:
    place = shelf(economy.settings, "direct_care")
    place.prepare()
    released = economy.home / "pseudonymised" / "direct_care" / "person_sources.parquet"
    with duckdb.connect(str(place.database(RUN))) as connection:
        connection.execute(
            f"create schema core; create table core.person as select distinct person_key from '{released}'"
        )
    swap(place.current, Path("versions") / f"{RUN}.duckdb")


def _keys(economy: Economy) -> dict[str, str]:
    """The pseudonyms made again by the standard library, of everybody, in the product or not."""
    key = load_keys(economy.settings).key(product_purpose("direct_care"))
    rows = duckdb.sql(
        f"select record_id, person_id from '{economy.exported()}' where source = 'gp'"
    ).fetchall()
    return {
        record_id: hmac.new(key, f"person|v1|{person_id}".encode(), hashlib.sha256).hexdigest()
        for record_id, person_id in rows
    }
