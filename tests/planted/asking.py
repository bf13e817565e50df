"""Requests that must be refused: what is asked of whom, and what would be handed out without the refusal."""

from __future__ import annotations

import dataclasses
import hashlib
import hmac
import json
import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from pipeline import clock, reidentify
from pipeline.audit_log import entry as entries
from pipeline.audit_log import operating_user
from pipeline.audit_log.files import log_files
from pipeline.errors import ChecksRefusedError, SetupError, WsicError
from pipeline.identity.reidentify import KeyIds
from pipeline.keys import load_keys, product_purpose
from pipeline.reidentify import ask
from tests.audit_desk import change, lines, recompute, write_lines
from tests.identity_economy import AS_OF
from tests.reidentify_desk import NUMBERS, OTHER_PRACTICE, Desk, acting_as

Patch = pytest.MonkeyPatch
TODAY = clock.today()
EMERGENCY = {"is_break_glass": True, "reason": "unconscious in the waiting room"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """``asked`` of ``who``, once ``plant`` has made it a fault; without its gate the number is handed out.

    ``before``: gates that would refuse the same first, and are taken away to see this one; ``behind``: that
    would refuse it later. A review is asked for in place of a number where ``review`` says as whom and from
    which account.
    """

    name: str
    gate: str
    says: str
    who: str = "registered"
    asked: dict[str, Any] = dataclasses.field(default_factory=dict)
    plant: Callable[[Desk, Patch], dict[str, Any] | None] = lambda *_: None
    error: type[WsicError] = ChecksRefusedError
    before: tuple[str, ...] = ()
    behind: tuple[str, ...] = ()
    review: tuple[str, str] = ("", "")

    def try_it(self, desk: Desk, more: dict[str, Any] | None) -> WsicError | None:
        """Ask what is asked, with what its planting gave; what refused it, or none where the damage is done.

        The damage: the NHS number is handed out, or an emergency counts as reviewed.
        """
        try:
            if self.review[0]:
                return _review(desk, *self.review)
            _, numbers = desk.ask(self.who, **(self.asked | (more or {})))
        except WsicError as refused:
            return refused
        return None if NUMBERS[self.who] in numbers else ChecksRefusedError("nobody was given")

    def is_stopped_by_its_gate(self, refused: WsicError | None) -> bool:
        """Whether the refusal is of the kind and the words of the gate that should stop it."""
        return isinstance(refused, self.error) and re.search(self.says, str(refused)) is not None


def _review(desk: Desk, by: str, account: str) -> WsicError | None:
    (waiting,) = reidentify.list_reviews(desk.settings)
    with acting_as(account or operating_user()):
        reidentify.close_review(desk.settings, waiting.request_id, by=by, finding="justified")
    return ChecksRefusedError("it still waits") if reidentify.list_reviews(desk.settings) else None


def _listed(**changed: Any) -> Callable[[Desk, Patch], None]:
    return lambda desk, _: desk.authorise(**changed)


def _some(count: int, begin: int = 0) -> tuple[str, ...]:
    return tuple(f"{number:064x}" for number in range(begin, begin + count))


def _many(desk: Desk, _: Patch) -> dict[str, Any]:
    return {"person_keys": (*_some(50), desk.keys["registered"])}


def _many_times(desk: Desk, _: Patch) -> None:
    for number in range(4):
        desk.ask(person_keys=_some(50, begin=50 * number))


def _of_another_product(desk: Desk, _: Patch) -> dict[str, Any]:
    """A product for secondary use, of the same people, is made and served beside it."""
    home, other = desk.settings.home, "secondary_use"
    for kind in ("records", "rows"):
        path = home / "identity" / "eligibility" / f"direct_care_{kind}.parquet"
        shutil.copy(path, path.with_name(f"{other}_{kind}.parquet"))
    if not (home / "published" / other).exists():
        shutil.copytree(home / "published" / "direct_care", home / "published" / other, symlinks=True)
    with duckdb.connect() as connection:
        ((person_id,),) = connection.execute(
            f"select person_id from '{desk.economy.exported()}' where record_id = 'registered'"
        ).fetchall()
    key = load_keys(desk.settings).key(product_purpose(other))
    pseudonym = hmac.new(key, f"person|v1|{person_id}".encode(), hashlib.sha256).hexdigest()
    return {"product": other, "person_keys": (pseudonym,)}


def _open_file(desk: Desk, _: Patch) -> None:
    desk.settings.requesters.chmod(0o666)


def _nothing_served(desk: Desk, patch: Patch) -> None:
    patch.setattr(ask, "_served", lambda *_: None)


def _retired(_: Desk, patch: Patch) -> dict[str, Any]:
    ids = KeyIds(current="a" * 16, retired={"b" * 16: "2026-01-31"})
    patch.setattr(ask, "key_ids", lambda settings, product: ids)
    return {"key_id": "b" * 16}


def _changed_log(desk: Desk, _: Patch) -> None:
    desk.ask("registered")
    old = lines(desk.settings)
    write_lines(desk.settings, [old[0], change(old[1], actor="Nobody"), *old[2:]])


def _emergency(desk: Desk, _: Patch) -> None:
    desk.ask("elsewhere", **EMERGENCY)


def _emergency_and(**changed: Any) -> Callable[[Desk, Patch], None]:
    def plant(desk: Desk, patch: Patch) -> None:
        _emergency(desk, patch)
        desk.authorise(**changed)

    return plant


def _old_emergency(desk: Desk, patch: Patch) -> None:
    """One that nobody has reviewed for eight days: the log, its chain and all that vouches for it say so."""
    _emergency(desk, patch)
    files, then = (
        log_files(desk.settings),
        (clock.moment() - timedelta(days=8)).isoformat(timespec="seconds"),
    )
    old = [json.loads(line) | {"at": then} for line in lines(desk.settings)]
    real = list(recompute([entries.canonical(one) + b"\n" for one in old]))
    patch.setattr(ask.audit_log, "entries", lambda settings: [entries.parse(line) for line in real])
    assert files.log.exists()


ASKINGS = (
    Asking(
        name="the pseudonym of a product for secondary use", gate="asking.product_and_purpose",
        says="product_not_allowed", plant=_of_another_product,
    ),
    Asking(
        name="a purpose that is none of the product's", gate="asking.product_and_purpose",
        says="purpose_not_allowed", plant=_listed(purposes=["research"]), asked={"purpose": "research"},
    ),
    Asking(
        name="an emergency for case finding", gate="asking.product_and_purpose", says="purpose_not_allowed",
        who="elsewhere", asked={**EMERGENCY, "purpose": "case_finding"},
    ),
    Asking(name="no reason", gate="asking.reason", says="unreasoned", asked={"reason": "test"}),
    Asking(name="no case", gate="asking.reason", says="no_case", asked={"case": "none"}),
    Asking(
        name="a file of requesters that anybody may write", gate="asking.requesters_file",
        says="can be written by others", plant=_open_file, error=SetupError,
    ),
    *(
        Asking(
            name=f"by somebody {who}", gate="asking.authorised", says=rule, plant=_listed(**changed),
            asked=asked,
        )
        for who, rule, changed, asked in (
            ("who is not listed", "not_authorised", {"name": "B. Clerk"}, {}),
            ("from an account that is not theirs", "not_authorised", {"account": "somebody-else"}, {}),
            ("of another organisation", "wrong_organisation", {"organisations": (OTHER_PRACTICE,)}, {}),
            ("listed for another purpose", "wrong_purpose", {"purposes": ["case_finding"]}, {}),
            ("whose time is over", "authorisation_expired", {"until": TODAY - timedelta(days=1)}, {}),
            ("who may claim no emergency", "no_break_glass", {"break_glass": False}, EMERGENCY),
        )
    ),
    Asking(name="one among many", gate="asking.bulk", says="51 pseudonyms", plant=_many),
    Asking(name="one after many", gate="asking.bulk", says="daily_limit", plant=_many_times),
    Asking(
        name="a relationship of long ago", gate="asking.day", says="day_out_of_range",
        asked={"as_of": AS_OF - timedelta(days=400)},
    ),
    Asking(name="nothing is served", gate="asking.day", says="nothing_published", plant=_nothing_served),
    Asking(name="a pseudonym under a retired key", gate="asking.key", says="key_retired", plant=_retired),
    Asking(
        name="an emergency after one that nobody reviewed", gate="asking.reviewed", says="review_overdue",
        who="elsewhere", asked=EMERGENCY, plant=_old_emergency,
    ),
    Asking(
        name="on a log that was changed", gate="asking.log_intact", says="audit log does not verify",
        plant=_changed_log, behind=("asking.log_sealed",),
    ),
    Asking(
        name="on a log that cannot be signed", gate="asking.log_sealed",
        says="not what was signed before", plant=_changed_log, before=("asking.log_intact",),
    ),
    Asking(
        name="somebody without a relationship", gate="asking.relationship", says="nobody was given",
        who="elsewhere",
    ),
    Asking(
        name="somebody who is not in the product", gate="asking.in_the_product", says="nobody was given",
        who="confidential",
    ),
    Asking(
        name="a review in the name that claimed it", gate="review.of_another", says="own_review",
        plant=_emergency_and(reviewer={"name": "A. Clerk"}), review=("A. Clerk", "cguardian"),
    ),
    Asking(
        name="a review from the account that claimed it", gate="review.of_another", says="own_review",
        plant=_emergency_and(reviewer={"account": operating_user()}), review=("C. Guardian", ""),
    ),
    Asking(
        name="a review by somebody who is not listed", gate="review.reviewer", says="not_a_reviewer",
        plant=_emergency_and(), review=("Somebody Else", "cguardian"),
    ),
)  # fmt: skip
