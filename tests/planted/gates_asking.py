"""Gates between a pseudonym and an NHS number: who may ask, what for, about whom; and who reviews."""

from __future__ import annotations

from importlib import import_module

from pipeline.audit_log import seal
from pipeline.reidentify import ask, history, requesters, review, rules
from pipeline.reidentify.requesters import Reviewer
from tests.planted.gate import Gate, Patch, instead, nothing

resolve = import_module("pipeline.identity.reidentify.resolve")  # the room's own name is the function's
_IN_PRODUCT = "and p.person_id in (select person_id from record_released)"


def _anybody_in_the_vault(patch: Patch) -> None:
    assert _IN_PRODUCT in resolve._FOUND
    patch.setattr(resolve, "_FOUND", resolve._FOUND.replace(_IN_PRODUCT, ""))
    patch.setattr(resolve, "_RELATED", "select person_id from vault.record")


def _whoever_says_so(patch: Patch) -> None:
    def reviewer(listed: object, *, by: str, account: str, today: object) -> Reviewer:
        return Reviewer(name=by, account=account, begins=today, until=today, approved_by="")  # type: ignore[arg-type]

    patch.setattr(review, "require_reviewer", reviewer)


GATES: dict[str, Gate] = {
    "asking.product_and_purpose": Gate(
        off=nothing((rules, "require_product_and_purpose")),
        raisers=("reidentify.rules:require_product_and_purpose",),
    ),
    "asking.reason": Gate(
        off=nothing((rules, "require_reason")),
        raisers=("reidentify.rules:require_words", "reidentify.case:require_case"),
    ),
    "asking.requesters_file": Gate(
        off=nothing((requesters, "_require_protected")), raisers=("reidentify.requesters:_require_protected",)
    ),
    "asking.authorised": Gate(
        off=nothing((ask, "require_authorised")),
        raisers=("reidentify.requesters:_refused",),
    ),
    "asking.bulk": Gate(
        off=nothing((rules, "require_no_bulk")), raisers=("reidentify.rules:require_no_bulk",)
    ),
    "asking.day": Gate(off=nothing((rules, "require_day")), raisers=("reidentify.rules:require_day",)),
    "asking.key": Gate(
        off=nothing((rules, "require_key_in_use")), raisers=("reidentify.rules:require_key_in_use",)
    ),
    "asking.reviewed": Gate(
        off=nothing((history, "require_reviewed")), raisers=("reidentify.history:require_reviewed",)
    ),
    "asking.log_intact": Gate(
        off=nothing((ask.audit_log, "require_intact")), raisers=("audit_log.gate:require_intact",)
    ),
    "asking.log_sealed": Gate(
        off=nothing((seal, "seal"), (ask.audit_log, "checkpoint_of")), raisers=("audit_log.seal:seal",)
    ),
    "asking.relationship": Gate(off=instead(resolve, "_RELATED", resolve._EVERYBODY)),
    "asking.in_the_product": Gate(off=_anybody_in_the_vault),
    "review.of_another": Gate(
        off=nothing((review, "_require_another")), raisers=("reidentify.review:_require_another",)
    ),
    "review.reviewer": Gate(
        off=_whoever_says_so,
        raisers=("reidentify.requesters:_refused",),
    ),
}  # fmt: skip
