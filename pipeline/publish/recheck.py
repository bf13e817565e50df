"""The disclosure checks on their own, over what is served now."""

from __future__ import annotations

from expectations.products import check_open_product, check_served
from expectations.published import leaks, open_product
from expectations.results import RuleResult
from pipeline.duck import connect
from pipeline.errors import UsageError
from pipeline.publish.versions import shelf
from pipeline.settings import OPEN_PRODUCT, Settings


def check(settings: Settings, product: str) -> list[RuleResult]:
    """Judge the served version of ``product``: leak scan and contract, or the rules of the open one.

    Writes nothing; raises :class:`UsageError` where nothing is served.
    """
    served = shelf(settings, product).current
    if not served.exists():
        raise UsageError(f"{product}: nothing is published yet")
    connection = connect(settings)
    try:
        if product == OPEN_PRODUCT:
            return check_open_product(connection, served, suites=(open_product.SUITE, leaks.SUITE))
        return check_served(connection, served)
    finally:
        connection.close()
