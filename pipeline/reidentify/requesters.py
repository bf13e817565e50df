"""Who may ask: the file of authorisations that the Caldicott Guardian keeps.

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
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from typing import Any

from pipeline.errors import SetupError
from pipeline.reidentify.refusal import RequestRefusedError
from pipeline.reidentify.request import Request
from pipeline.settings import Settings

_FIELDS: dict[str, type] = {
    "name": str, "account": str, "organisation": str, "purposes": list, "from": date, "until": date,
    "approved_by": str, "break_glass": bool,
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


def load_requesters(settings: Settings) -> list[Authorisation]:
    """Every authorisation; raises :class:`SetupError` where the file is missing, unsafe or not in form."""
    path = settings.requesters
    if not path.is_file():
        raise SetupError(
            f"nobody may re-identify: there is no {path.name} (setting requesters); "
            "docs/re-identification.md says how to write it"
        )
    if path.stat().st_mode & 0o022:
        raise SetupError(f"{path.name} can be written by others than its owner; valid: 0600 or 0644")
    try:
        raw = tomllib.loads(path.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise SetupError(f"{path.name} is not TOML") from None
    if set(raw) - {"requester"}:
        raise SetupError(f"{path.name}: valid: entries [[requester]] only")
    return [_entry(entry, number, path.name) for number, entry in enumerate(raw.get("requester", []), 1)]


def require_authorised(
    requesters: list[Authorisation], request: Request, *, account: str, today: date
) -> Authorisation:
    """The entry that allows the request; raises :class:`RequestRefusedError` where none does.

    Of several reasons against it, that of the entry that comes nearest is told.
    """
    own = [one for one in requesters if one.name == request.requester and one.account == account]
    if not own:
        raise _refused("not_authorised", f"{request.requester} (account {account}) is not a requester")
    own = [one for one in own if one.organisation == request.organisation]
    if not own:
        raise _refused("wrong_organisation", f"{request.requester} may not ask for {request.organisation}")
    own = [one for one in own if request.purpose in one.purposes]
    if not own:
        raise _refused("wrong_purpose", f"{request.requester} may not ask for {request.purpose}")
    current = [one for one in own if one.begins <= today <= one.until]
    if not current:
        last = max(one.until for one in own)
        raise _refused("authorisation_expired", f"the authorisation is not in force (its last day: {last})")
    found = next((one for one in current if one.break_glass), current[0])
    if request.is_break_glass and not found.break_glass:
        raise _refused("no_break_glass", f"{request.requester} may not claim emergencies")
    return found


def _refused(rule: str, message: str) -> RequestRefusedError:
    return RequestRefusedError(rule, f"{message}; see the file of requesters")


def _entry(raw: Any, number: int, where: str) -> Authorisation:
    if not isinstance(raw, dict):
        raise SetupError(f"{where}: entry {number} is not a table")
    missing = [name for name in _FIELDS if name not in raw and name not in _MAY_BE_LEFT_OUT]
    wrong = [name for name in raw if name not in _FIELDS or type(raw[name]) is not _FIELDS[name]]
    if missing or wrong:
        raise SetupError(
            f"{where}: entry {number}: missing: {', '.join(missing) or 'none'}; unknown or of another kind: "
            f"{', '.join(wrong) or 'none'}; valid: {', '.join(_FIELDS)}"
        )
    return Authorisation(
        name=raw["name"], account=raw["account"], organisation=raw["organisation"],
        purposes=tuple(str(purpose) for purpose in raw["purposes"]), begins=raw["from"], until=raw["until"],
        approved_by=raw["approved_by"], break_glass=raw.get("break_glass", False),
    )  # fmt: skip
