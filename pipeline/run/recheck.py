"""The checks of publishing on their own, over what is served now; nothing is written."""

from __future__ import annotations

from functools import partial

from expectations.results import RuleResult
from pipeline import identity, open_product, publish
from pipeline.checks import Scan
from pipeline.errors import UsageError
from pipeline.run.opened import open_ledger
from pipeline.settings import OPEN_PRODUCT, Settings


def check_served(settings: Settings, product: str, *, scan: Scan | None = None) -> list[RuleResult]:
    """Judge the served version of ``product``: all that a publish judges and a version still shows.

    What it does not judge, :func:`pipeline.publish.not_judged` tells.

    ``scan`` is the look for identifiers of the person index, by default the identity room's. Raises
    :class:`UsageError` where nothing is served.
    """
    run_id = publish.shelf(settings, product).served()
    if run_id is None:
        raise UsageError(f"{product}: nothing is published yet")
    look = scan or partial(identity.scan_for_leaks, settings, product)
    ledger = open_ledger(settings)
    if product == OPEN_PRODUCT:
        return open_product.judge_served(settings, ledger, run_id, scan=look)
    return publish.check(settings, ledger, product, run_id, scan=look)
