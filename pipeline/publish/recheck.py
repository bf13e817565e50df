"""The checks of a served person-level product on their own."""

from __future__ import annotations

from expectations.products import check_served
from expectations.results import RuleResult
from pipeline.duck import connect
from pipeline.errors import UsageError
from pipeline.publish.versions import shelf
from pipeline.settings import Settings


def check(settings: Settings, product: str) -> list[RuleResult]:
    """Judge the served version of ``product``: leak scan and contract.

    Writes nothing; raises :class:`UsageError` where nothing is served.
    """
    served = shelf(settings, product).current
    if not served.exists():
        raise UsageError(f"{product}: nothing is published yet")
    connection = connect(settings)
    try:
        return check_served(connection, served)
    finally:
        connection.close()
