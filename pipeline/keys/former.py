"""A root that was replaced: what is kept of it so that what it made is still recognised, and nothing more.

Of its keys two are carried over, sealed under the root in use. With ``person-id`` decisions about people who
are not in the person index any more (deleted: nothing else of them is left) are recognised; with
``audit-subject`` the entries of the audit log that name a person. Neither makes anything new. The signing
key itself is not kept: only its public half, with the last entry that it may have signed.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from pipeline.keys.purposes import AUDIT_SUBJECT, PERSON_ID
from pipeline.keys.sealing import seal, unseal
from pipeline.keys.secret import Secret

CARRIED = (PERSON_ID, AUDIT_SUBJECT)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogEnd:
    """Where the audit log stood when a root went out of use; ``log_id`` is empty where there was none."""

    log_id: str = ""
    number: int = 0
    hash: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FormerRoot:
    """A root by its public id, the public ids of its keys (purpose -> id), and its days in UTC.

    ``signer`` is the Ed25519 public key (32 bytes, hexadecimal) of its checkpoints, which end at ``log_end``.
    """

    root_id: str
    made_at: str
    retired_at: str
    key_ids: dict[str, str]
    signer: str
    log_end: LogEnd
    keys: dict[str, Secret] = field(repr=False)

    def told(self) -> dict[str, Any]:
        """All of it that is no secret, as the register holds it."""
        return {
            "root_id": self.root_id, "made_at": self.made_at, "retired_at": self.retired_at,
            "key_ids": self.key_ids, "signer": self.signer, "log_id": self.log_end.log_id,
            "log_number": self.log_end.number, "log_hash": self.log_end.hash,
        }  # fmt: skip

    def sealed(self, key: Secret) -> dict[str, Any]:
        """As the register holds it; a change of any word of it is found when it is read."""
        carried = json.dumps({purpose: self.keys[purpose].hex() for purpose in CARRIED}).encode()
        return {**self.told(), "sealed": seal(key, carried, about=_about(self.told()))}


def read_former(raw: dict[str, Any], key: Secret) -> FormerRoot:
    """The root that :meth:`FormerRoot.sealed` wrote.

    Raises :class:`SetupError` where it was changed, and ``KeyError`` or ``TypeError`` where it is none.
    """
    told = {name: value for name, value in raw.items() if name != "sealed"}
    carried = json.loads(unseal(key, str(raw["sealed"]), about=_about(told)))
    return FormerRoot(
        root_id=told["root_id"], made_at=told["made_at"], retired_at=told["retired_at"],
        key_ids=dict(told["key_ids"]), signer=told["signer"],
        log_end=LogEnd(log_id=told["log_id"], number=told["log_number"], hash=told["log_hash"]),
        keys={purpose: Secret(bytes.fromhex(carried[purpose])) for purpose in CARRIED},
    )  # fmt: skip


def _about(told: dict[str, Any]) -> bytes:
    return b"wsic former root v1\n" + json.dumps(told, sort_keys=True).encode()
