"""The rules that a request must pass before anybody is looked up; each refuses by its own word."""

from __future__ import annotations

import re
from datetime import date, timedelta

from pipeline.audit_log import require_safe
from pipeline.errors import UsageError
from pipeline.identity.reidentify import KeyIds
from pipeline.reidentify.case import require_case
from pipeline.reidentify.refusal import RequestRefusedError
from pipeline.reidentify.request import Request
from pipeline.settings import PRODUCTS, Settings

PURPOSES = {PRODUCTS[0]: ("direct_care", "case_finding", "safeguarding")}
"""Product -> purposes that its pseudonyms may be resolved for. Other products: none, ever. Case finding is
that of a practice among its own patients (UK Caldicott Guardian Council, NHS England: direct care)."""
EMERGENCY_PURPOSE = "direct_care"

_SHORTEST_REASON = 10
_FEWEST_WORDS = 2
_PLACEHOLDERS = frozenset(
    "test testing none null reason because asdf qwerty lorem ipsum foo bar baz dummy todo tbc tba unknown "
    "needed required please xxx yyy zzz abc placeholder example whatever something stuff bla blah "
    "blub".split()
)


def require_product_and_purpose(request: Request) -> None:
    """Only ``direct_care``, and only what that product is for."""
    allowed = PURPOSES.get(request.product, ())
    if not allowed:
        raise RequestRefusedError(
            "product_not_allowed", f"{request.product} is never re-identified; valid: {', '.join(PURPOSES)}"
        )
    if request.purpose not in allowed:
        raise RequestRefusedError(
            "purpose_not_allowed", f"{request.product} is not for that purpose; valid: {', '.join(allowed)}"
        )
    if request.is_break_glass and request.purpose != EMERGENCY_PURPOSE:
        raise RequestRefusedError("purpose_not_allowed", f"a break-glass is for {EMERGENCY_PURPOSE} only")


def require_reason(request: Request) -> None:
    """A case, and words beside it that name no patient; what they mean is not judged."""
    require_case(request.case, request.purpose)
    require_words(request.reason)


def require_words(reason: str) -> None:
    """Words that are no mere filling and name no patient."""
    try:
        text = require_safe(reason, "--reason")
    except UsageError as error:
        raise RequestRefusedError("unreasoned", str(error)) from None
    words = [word.lower() for word in re.findall(r"[^\W\d_]{2,}", text)]
    telling = {word for word in words if word not in _PLACEHOLDERS and len(set(word)) > 1}
    if len(text) < _SHORTEST_REASON or len(telling) < _FEWEST_WORDS:
        raise RequestRefusedError(
            "unreasoned",
            f"--reason does not say why; valid: {_SHORTEST_REASON} characters or more, in words of its own",
        )


def require_no_bulk(request: Request, settings: Settings, *, asked_today: int) -> None:
    """Few pseudonyms in one request, and in one day; ``asked_today`` counts those of this request too."""
    limit = settings.break_glass_keys_limit if request.is_break_glass else settings.reidentify_keys_limit
    if len(request.person_keys) > limit:
        raise RequestRefusedError(
            "bulk", f"{len(request.person_keys)} pseudonyms in one request; valid: up to {limit}"
        )
    if asked_today > settings.reidentify_daily_limit:
        raise RequestRefusedError(
            "daily_limit", f"more than {settings.reidentify_daily_limit} pseudonyms asked about today"
        )


def require_day(request: Request, settings: Settings, *, served: date | None, today: date) -> None:
    """A relationship of about now: not one of the future, nor one long past by the night that is served."""
    if served is None:
        raise RequestRefusedError("nothing_published", f"no version of {request.product} is served")
    earliest = min(served, today) - timedelta(days=settings.reidentify_days_back)
    if not earliest <= request.as_of <= max(today, served):
        raise RequestRefusedError(
            "day_out_of_range",
            f"--as-of is not a day of about now; valid: {earliest} to {max(today, served)}",
        )


def require_key_in_use(request: Request, keys: KeyIds) -> None:
    """Pseudonyms of a retired key lead to nobody any more: say so, rather than find nobody."""
    if request.key_id in ("", keys.current):
        return
    if day := keys.retired.get(request.key_id):
        raise RequestRefusedError(
            "key_retired",
            f"the key of these pseudonyms was retired on {day}, and they can be resolved by nobody; take the "
            "person_key of the version that is served",
        )
    raise RequestRefusedError("key_unknown", f"--key-id is no key of {request.product}; now: {keys.current}")
