"""Who may ask and who reviews: the file of authorisations that the Caldicott Guardian keeps.

.. code-block:: toml

    [[requester]]
    name = "A. Clerk"            # who asks, as the log will name them
    account = "aclerk"           # the account of the operating system that may ask in that name
    organisation = "E84001"      # ODS code; one entry an organisation
    purposes = ["direct_care"]
    from = 2026-04-01
    until = 2027-03-31           # the last day
    approved_by = "C. Guardian"
    break_glass = false          # whether emergencies may be claimed

    [[reviewer]]
    name = "C. Guardian"         # who reviews emergencies
    account = "cguardian"        # an account of their own: not that of whoever claims
    from = 2026-04-01
    until = 2027-03-31
    approved_by = "D. Chief"

Whoever can write to the file can authorise themselves: so its owner is asked of the system too, and in
production it, and every folder above it, is root's and writable by nobody else.
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pipeline.audit_log import caller_uid
from pipeline.errors import SetupError
from pipeline.reidentify.names import folded
from pipeline.reidentify.refusal import RequestRefusedError
from pipeline.reidentify.request import Request
from pipeline.settings import Settings

SUBJECT_ACCESS = "subject_access"
"""The purpose of who may write a subject their own report; no pseudonym is resolved for it."""
_FIELDS: dict[str, type] = {
    "name": str, "account": str, "organisation": str, "purposes": list, "from": date, "until": date,
    "approved_by": str, "break_glass": bool,
}  # fmt: skip
_REVIEWER_FIELDS: dict[str, type] = {
    "name": str, "account": str, "from": date, "until": date, "approved_by": str,
}  # fmt: skip
_MAY_BE_LEFT_OUT = ("break_glass",)


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorisation:
    """One entry: until when who may ask for which organisation and purposes."""

    name: str
    account: str
    organisation: str
    purposes: tuple[str, ...]
    begins: date
    until: date
    approved_by: str
    break_glass: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewer:
    """One entry: until when who may review emergencies, from which account."""

    name: str
    account: str
    begins: date
    until: date
    approved_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """What the file holds."""

    requesters: tuple[Authorisation, ...]
    reviewers: tuple[Reviewer, ...]


def load_listed(settings: Settings) -> Listed:
    """All entries; raises :class:`SetupError` where the file is missing, unsafe or not in form."""
    path = settings.requesters
    if not path.is_file():
        raise SetupError(
            f"nobody may re-identify: there is no {path.name} (setting requesters); "
            "docs/re-identification.md says how to write it"
        )
    _require_protected(path.resolve(), is_production=settings.is_production)
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SetupError(f"{path.name} is not TOML") from None
    if set(raw) - {"requester", "reviewer"}:
        raise SetupError(f"{path.name}: valid: entries [[requester]] and [[reviewer]] only")
    requesters = (_entry(one, number, path.name) for number, one in enumerate(raw.get("requester", []), 1))
    reviewers = (_reviewer(one, number, path.name) for number, one in enumerate(raw.get("reviewer", []), 1))
    return Listed(requesters=tuple(requesters), reviewers=tuple(reviewers))


def require_reviewer(listed: Listed, *, by: str, account: str, today: date) -> Reviewer:
    """The entry that lets ``by`` review from that account; :class:`RequestRefusedError` without one."""
    own = [one for one in listed.reviewers if folded(one.name) == folded(by) and one.account == account]
    if not own:
        raise _refused("not_a_reviewer", f"{by} (account {account}) is not a reviewer")
    current = [one for one in own if one.begins <= today <= one.until]
    if not current:
        raise _refused("authorisation_expired", "the reviewer's authorisation is not in force")
    return current[0]


def require_authorised(
    requesters: Sequence[Authorisation], request: Request, *, account: str, today: date
) -> Authorisation:
    """The entry that allows the request; raises :class:`RequestRefusedError` where none does.

    Of several reasons against it, that of the entry that comes nearest is told.
    """
    current = require_listed(
        requesters, requester=request.requester, organisation=request.organisation, purpose=request.purpose,
        account=account, today=today,
    )  # fmt: skip
    found = next((one for one in current if one.break_glass), current[0])
    if request.is_break_glass and not found.break_glass:
        raise _refused("no_break_glass", f"{request.requester} may not claim emergencies")
    return found


def require_listed(
    requesters: Sequence[Authorisation], *, requester: str, organisation: str, purpose: str, account: str,
    today: date,
) -> list[Authorisation]:  # fmt: skip
    """The entries in force that let ``requester`` ask so from that account; at least one.

    Raises :class:`RequestRefusedError` where there is none, by the first thing that none has.
    """
    own = [one for one in requesters if one.name == requester and one.account == account]
    if not own:
        raise _refused("not_authorised", f"{requester} (account {account}) is not a requester")
    own = [one for one in own if one.organisation == organisation]
    if not own:
        raise _refused("wrong_organisation", f"{requester} may not ask for {organisation}")
    own = [one for one in own if purpose in one.purposes]
    if not own:
        raise _refused("wrong_purpose", f"{requester} may not ask for {purpose}")
    current = [one for one in own if one.begins <= today <= one.until]
    if not current:
        last = max(one.until for one in own)
        raise _refused("authorisation_expired", f"the authorisation is not in force (its last day: {last})")
    return current


def require_subject_officer(listed: Listed, *, by: str, account: str, today: date) -> Authorisation:
    """The entry that lets ``by`` answer subjects; :class:`RequestRefusedError` without one."""
    own = [one for one in listed.requesters if folded(one.name) == folded(by) and one.account == account]
    if not own:
        raise _refused("not_authorised", f"{by or 'nobody'} (account {account}) is not a requester")
    own = [one for one in own if SUBJECT_ACCESS in one.purposes]
    if not own:
        raise _refused("wrong_purpose", f"{by} may not answer subjects (purpose {SUBJECT_ACCESS})")
    current = [one for one in own if one.begins <= today <= one.until]
    if not current:
        raise _refused("authorisation_expired", "the authorisation to answer subjects is not in force")
    return current[0]


def _refused(rule: str, message: str) -> RequestRefusedError:
    return RequestRefusedError(rule, f"{message}; see the file of requesters")


def _require_protected(path: Path, *, is_production: bool) -> None:
    """Nobody may write there but who answers for it: root in production, else root or who asks."""
    found = path.stat()
    if found.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        raise SetupError(f"{path.name} can be written by others than its owner; valid: 0600 or 0644")
    if found.st_uid not in ((0,) if is_production else (0, os.getuid(), caller_uid())):
        valid = "root" if is_production else "root or the account that asks"
        raise SetupError(f"{path.name} belongs to another account; valid: {valid}")
    open_above = [folder for folder in path.parents if not _is_closed(folder.stat())]
    if is_production and open_above:
        raise SetupError(
            f"{path.name} lies in a folder that others than root may write to; valid: such as "
            "/etc/wsic/requesters.toml"
        )


def _is_closed(folder: os.stat_result) -> bool:
    """Whether nobody but root can put another file there; a sticky folder lets others do so."""
    return folder.st_uid == 0 and not folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _require_fields(raw: Any, fields: Mapping[str, type], where: str) -> None:
    if not isinstance(raw, dict):
        raise SetupError(f"{where} is not a table")
    missing = [name for name in fields if name not in raw and name not in _MAY_BE_LEFT_OUT]
    wrong = [name for name in raw if name not in fields or type(raw[name]) is not fields[name]]
    if missing or wrong:
        raise SetupError(
            f"{where}: missing: {', '.join(missing) or 'none'}; unknown or of another kind: "
            f"{', '.join(wrong) or 'none'}; valid: {', '.join(fields)}"
        )


def _reviewer(raw: Any, number: int, where: str) -> Reviewer:
    _require_fields(raw, _REVIEWER_FIELDS, f"{where}: reviewer {number}")
    return Reviewer(
        name=raw["name"], account=raw["account"], begins=raw["from"], until=raw["until"],
        approved_by=raw["approved_by"],
    )  # fmt: skip


def _entry(raw: Any, number: int, where: str) -> Authorisation:
    _require_fields(raw, _FIELDS, f"{where}: entry {number}")
    return Authorisation(
        name=raw["name"], account=raw["account"], organisation=raw["organisation"],
        purposes=tuple(str(purpose) for purpose in raw["purposes"]), begins=raw["from"], until=raw["until"],
        approved_by=raw["approved_by"], break_glass=raw.get("break_glass", False),
    )  # fmt: skip
