"""The steps of a night, each one function of a run: the command line and the DAG call the same.

A step that refuses raises; what it had already done stands in the ledger. Products are
independent of each other: a step about a product says nothing of the other one.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial

from pipeline import (
    audit_log,
    checks,
    feedback,
    identity,
    landing,
    linkage_report,
    open_product,
    publish,
    warehouse,
)
from pipeline.errors import InputRefusedError, WsicError
from pipeline.gate_results import MADE_FROM
from pipeline.identity import OptOutOutcome
from pipeline.landing import Feed
from pipeline.run import fetching
from pipeline.run.erasure import withdraw_versions
from pipeline.run.gates import look_for_objectors, scan_of
from pipeline.run.ig_reporting import require_proved, write_ig_report
from pipeline.run.opened import Run
from pipeline.run.published_before import published_before
from pipeline.run.step import recorded
from pipeline.settings import OPEN_PRODUCT, PRODUCTS


def fetch(run: Run) -> None:
    """Fetch what FHIR servers, mailboxes and stores have to where landing finds it; without one, nothing.

    Raises where one refuses or something did not come; what came is landed all the same.
    """
    with recorded(run.ledger, run_id=run.run_id, step="fetch"):
        fetching.fetch_all(run)


def list_feeds(run: Run) -> list[Feed]:
    """Every feed that came or should have come, in a stable order."""
    with recorded(run.ledger, run_id=run.run_id, step="list_feeds"):
        return landing.list_feeds(
            run.ledger, run.extracts, run.as_of, run.source,
            home=run.settings.home, expected=run.settings.expected_sources,
        )  # fmt: skip


def land_feed(run: Run, feed: Feed) -> None:
    """Receive, check and type a feed's files, then rebuild its FHIR tables.

    Raises :class:`InputRefusedError` where the feed was refused; the feed then keeps its last
    good state, and the good files of the night still count.
    """
    subject = f"{feed.source}/{feed.sender}"
    try:
        with recorded(run.ledger, run_id=run.run_id, step="land_feed", subject=subject):
            outcome = landing.land_feed(
                run.settings, run.ledger, run_id=run.run_id, feed=feed, extracts=run.extracts, as_of=run.as_of
            )
            landing.build_fhir(run.settings, run.ledger, run_id=run.run_id, feed=feed, as_of=run.as_of)
            if outcome.outcome in ("refused", "missing"):
                raise InputRefusedError(f"{subject}: {outcome.message or outcome.outcome}")
    finally:
        _tell_sender(run, feed)


def _tell_sender(run: Run, feed: Feed) -> None:
    """Write the sender's feedback pack; one that could not be written is in the ledger, and stops nothing."""
    if not feed.sender:  # nobody has ever sent for this source
        return
    subject = f"{feed.source}/{feed.sender}"
    with suppress(WsicError), recorded(
        run.ledger, run_id=run.run_id, step="write_feedback", subject=subject
    ):  # fmt: skip
        feedback.write_feedback(run.settings, run.ledger, run_id=run.run_id, feed=feed)


def require_a_feed(run: Run) -> None:
    """Raise :class:`InputRefusedError` unless at least one feed can be used."""
    with recorded(run.ledger, run_id=run.run_id, step="require_a_feed"):
        statement = "select 1 from feed where run_id = ? and outcome in ('landed', 'unchanged') limit 1"
        if not run.ledger.query(statement, (run.run_id,)):
            raise InputRefusedError("no feed could be used; the message of each feed says why")


def load_reference(run: Run) -> None:
    """Take the newest reference data into use."""
    with recorded(run.ledger, run_id=run.run_id, step="load_reference"):
        landing.load_reference(run.settings, run.ledger, run_id=run.run_id, extracts=run.extracts)


def check_arrivals(run: Run) -> None:
    """Judge what arrived; raises :class:`ChecksRefusedError` where a critical rule is broken."""
    with recorded(run.ledger, run_id=run.run_id, step="check_arrivals"):
        checks.run_arrival_checks(run.settings, run.ledger, run_id=run.run_id, as_of=run.as_of)


def link(run: Run) -> None:
    """Decide which records are one person."""
    with recorded(run.ledger, run_id=run.run_id, step="link"):
        identity.link(run.settings, run.ledger, run_id=run.run_id, as_of=run.as_of)


def apply_opt_outs(run: Run) -> OptOutOutcome:
    """Take the newest national opt-out reply; without a valid one ``secondary_use`` refuses later."""
    with recorded(run.ledger, run_id=run.run_id, step="apply_opt_outs"):
        audit_log.append(run.settings, act="opt_out_applied", details={"run_id": run.run_id})
        return identity.apply_opt_outs(
            run.settings, run.ledger, run_id=run.run_id, extracts=run.extracts, as_of=run.as_of
        )


def pseudonymise(run: Run, product: str) -> None:
    """Write the pseudonymised zone of one product, without those who may not be in it."""
    with recorded(run.ledger, run_id=run.run_id, step="pseudonymise", subject=product):
        identity.pseudonymise(
            run.settings, run.ledger, run_id=run.run_id, product=product, as_of=run.as_of,
            before=published_before(run.settings, run.ledger, product),
        )  # fmt: skip
        warehouse.export(run.settings, run.ledger, run_id=run.run_id, product=product)


def build(run: Run, product: str) -> None:
    """Build one product's warehouse with dbt, in a process without keys."""
    with recorded(run.ledger, run_id=run.run_id, step="build", subject=product):
        look_for_objectors(run, product, "pseudonymised")
        warehouse.build(run.settings, run.ledger, run_id=run.run_id, product=product)


def check_product(run: Run, product: str) -> None:
    """Judge what is about to be published."""
    with recorded(run.ledger, run_id=run.run_id, step="check_product", subject=product):
        look_for_objectors(run, product, "warehouse")
        checks.run_product_checks(
            run.settings, run.ledger, run_id=run.run_id, product=product, scan=scan_of(run, product)
        )


def publish_product(run: Run, product: str) -> None:
    """Swap the new version in, after a last look at it; versions with people deleted since go."""
    with recorded(run.ledger, run_id=run.run_id, step="publish", subject=product):
        inspect = partial(look_for_objectors, run, product, "version")
        try:
            publish.publish(run.settings, run.ledger, run_id=run.run_id, product=product, inspect=inspect)
        finally:
            withdraw_versions(run.settings, run.ledger, product)


def report_linkage(run: Run) -> None:
    """Write the night's linkage report about the first product that this run published; without one, none."""
    with recorded(run.ledger, run_id=run.run_id, step="report_linkage"):
        rows = run.ledger.query(
            "select product from publication where run_id = ? and outcome = 'published'", (run.run_id,)
        )
        published = [product for product in PRODUCTS if {"product": product} in rows]
        if published:
            linkage_report.write_report(
                run.settings, run.ledger, run_id=run.run_id, product=published[0],
                method=identity.describe_method(),
            )  # fmt: skip


def publish_open(run: Run) -> None:
    """Make the open product from the ``secondary_use`` that this run published."""
    with recorded(run.ledger, run_id=run.run_id, step="publish", subject=OPEN_PRODUCT):
        open_product.publish_open(
            run.settings, run.ledger, run_id=run.run_id, scan=scan_of(run, OPEN_PRODUCT),
            inspect=partial(look_for_objectors, run, MADE_FROM, "open"),
        )  # fmt: skip


def report_governance(run: Run) -> None:
    """Write the release's report of information governance, where this run published anything.

    Raises :class:`ChecksRefusedError` where the audit log does not hold; the page then says so.
    """
    with recorded(run.ledger, run_id=run.run_id, step="report_governance"):
        published = "select 1 from publication where run_id = ? and outcome = 'published' limit 1"
        if run.ledger.query(published, (run.run_id,)):
            require_proved(write_ig_report(run.settings, run_id=run.run_id))
