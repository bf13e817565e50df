"""Gates where a run begins (zones, keys, the allow-list, what landing takes), and the log's own proofs."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import connectors.register as register
from connectors.declare import Handling
from pipeline import least_privilege
from pipeline.audit_log import copy_elsewhere
from pipeline.audit_log import gate as log_gate
from pipeline.identity.pseudonymise import projection
from pipeline.keys import private_file, provider
from pipeline.keys import register as key_register
from pipeline.keys.secret import Secret
from pipeline.landing import extensions, ndjson
from pipeline.least_privilege import confined, protection
from tests.planted.gate import Gate, Patch, instead, nothing

# The rooms' own names are those of functions.
log_append, log_verify = (import_module(f"pipeline.audit_log.{name}") for name in ("append", "verify"))
_TOP = "$.modifierExtension"


def _modifiers_taken(patch: Patch) -> None:
    """The rule on a record's top is forgotten; those on what is inside of it are another's."""
    real = ndjson.record_rules
    patch.setattr(
        ndjson, "record_rules", lambda kind: tuple(rule for rule in real(kind) if rule.path != _TOP)
    )


def _no_copy(patch: Patch) -> None:
    for place in (log_gate, log_append, log_verify):
        patch.setattr(place, "copy_of", lambda settings: None)


def _unconfined(patch: Patch) -> None:
    """Started as it is, with nothing closed to it."""
    real = confined._start

    def start(command: list[str], **given: Any) -> int:
        return real(command[command.index("--") + 1 :], **given)

    patch.setattr(confined, "_start", start)


GATES: dict[str, Gate] = {
    "zones.closed": Gate(
        off=instead(least_privilege, "close_zones", lambda *_: []),
        raisers=("least_privilege.modes:_require_ours", "least_privilege.modes:_everything",
                 "least_privilege.modes:_require_own_home"),
        works=("least_privilege.modes:close_zones",),
    ),
    "zones.protected": Gate(
        off=instead(least_privilege, "require", least_privilege.describe),
        raisers=("least_privilege.protection:faults",), works=("least_privilege.protection:require",),
    ),
    "zones.apart": Gate(
        off=nothing((protection, "require_apart")), raisers=("least_privilege.confined:require_apart",)
    ),
    "dbt.held_back": Gate(
        off=_unconfined,
        raisers=("least_privilege.confined:run",),
        works=("least_privilege.confined:installation",),  # the bench adds what closing in takes
    ),
    "keys.fit_for_production": Gate(
        off=nothing((provider, "_require_fit")), raisers=("keys.provider:_require_fit",)
    ),
    "keys.of_this_deployment": Gate(
        off=nothing((key_register, "_require_root"), (key_register, "_require_versions")),
        raisers=("keys.register:_require_root", "keys.register:_require_versions"),
    ),
    "keys.private": Gate(
        off=instead(private_file, "read", lambda path: Secret(path.read_bytes())),
        raisers=("keys.private_file:read", "keys.private_file:_require_own_folder"),
    ),
    "register.elements": Gate(off=nothing((register, "check_reading"))),
    "register.words": Gate(off=instead(register, "_MAY_LEAVE", tuple(Handling))),
    "register.domains": Gate(off=nothing((projection, "_pattern"))),
    "register.days": Gate(off=instead(register, "_DAYS", ())),
    "landing.modifiers": Gate(off=_modifiers_taken),
    "landing.modifiers_below": Gate(
        off=instead(extensions, "refuse_modifiers", lambda _: []),
        works=("landing.extensions:refuse_modifiers",),
    ),
    "audit_log.copied": Gate(off=_no_copy),
    "audit_log.copy_set": Gate(off=nothing((copy_elsewhere, "require_set"))),
    "audit_log.receipts": Gate(off=instead(log_verify, "check_published", lambda *_, **__: ())),
    "audit_log.handed_out": Gate(off=instead(log_verify, "check_handed_out", lambda *_: ())),
}  # fmt: skip
