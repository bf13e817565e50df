"""``wsic keys rotate``: new key, pseudonyms from the vault, warehouse, checks, and one swap of everything."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

from pipeline import audit_log, checks, identity, keys, least_privilege, progress, publish, warehouse
from pipeline.errors import UsageError, one_of
from pipeline.keys import KeyRing, product_purpose
from pipeline.ledger import Ledger
from pipeline.run import lock
from pipeline.run.gates import look_for_objectors, scan_of
from pipeline.run.ig_reporting import require_proved, write_ig_report
from pipeline.run.opened import Run, announce, next_id, open_ledger, write_run
from pipeline.run.published_before import published_before
from pipeline.run.rotation import staging
from pipeline.run.rotation.continuity import changed_tables
from pipeline.run.rotation.night import Night, carry, last_night
from pipeline.run.rotation.settle import settle_rotations
from pipeline.run.step import recorded
from pipeline.settings import PRODUCTS, Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Rotation:
    """What a rotation did, or would do: ``run_id`` and the new key's id are empty for a dry run.

    ``withdrawn``: runs whose versions are no longer kept. ``changed_tables``: tables of the product that do
    not say the same as before, key columns apart; none, unless objections came in between.
    """

    product: str
    base_run_id: str
    run_id: str
    old_version: int
    old_key_id: str
    new_version: int
    new_key_id: str
    withdrawn: tuple[str, ...]
    changed_tables: tuple[str, ...]


def rotate(settings: Settings, *, product: str, by: str, reason: str, dry_run: bool = False) -> Rotation:
    """Make the served version of ``product`` again under a new key, and withdraw all made under the old one.

    Under the run lock; logged before the act with who (``by``) and why; with the release's report of
    information governance behind it, as after a night. Raises, with everything as before:
    :class:`UsageError` where the served version is not of the last night, :class:`ChecksRefusedError` where a
    check refuses, :class:`SetupError` for keys or a file system that will not do.
    """
    if product not in PRODUCTS:
        raise UsageError(one_of("product", product, PRODUCTS))
    with alone(settings, doing=f"rotation of the key of {product}") as ledger:
        plan = planned(settings, ledger, product)
        if dry_run:
            return plan
        return rotate_product(settings, ledger, product, by=by, reason=reason)


@contextmanager
def alone(settings: Settings, *, doing: str) -> Iterator[Ledger]:
    """The zones closed, the lock held, and every rotation that a crash cut short brought to its end."""
    ledger = open_ledger(settings)
    least_privilege.close_zones(settings.home, least_privilege.warehouse_account(settings))
    least_privilege.require(settings)
    with lock.held(settings, ledger, doing=doing):
        settle_rotations(settings, ledger)
        yield ledger


def planned(settings: Settings, ledger: Ledger, product: str) -> Rotation:
    """What rotating the product would do; raises :class:`UsageError` where it cannot be done."""
    return _plan(settings, last_night(settings, ledger, product), product)


def rotate_product(settings: Settings, ledger: Ledger, product: str, *, by: str, reason: str) -> Rotation:
    """Rotate one product, with its report, for who is :func:`alone`."""
    night = last_night(settings, ledger, product)
    plan = _plan(settings, night, product)
    try:
        done = _rotate(settings, ledger, night, plan, by=by, reason=reason)
    finally:
        settle_rotations(settings, ledger)
    progress.step("reporting governance")
    with recorded(ledger, run_id=done.run_id, step="report_governance"):
        require_proved(write_ig_report(settings, run_id=done.run_id))
    return done


def _plan(settings: Settings, night: Night, product: str) -> Rotation:
    ring, purpose = keys.load_keys(settings), product_purpose(product)
    kept = sorted(version.run_id for version in publish.list_versions(settings, product))
    return Rotation(
        product=product, base_run_id=night.run_id, run_id="",
        old_version=ring.version(purpose), old_key_id=ring.key_id(purpose),
        new_version=ring.version(purpose) + 1, new_key_id="",
        withdrawn=tuple(kept), changed_tables=(),
    )  # fmt: skip


def _rotate(
    settings: Settings,
    ledger: Ledger,
    night: Night,
    plan: Rotation,
    *,
    by: str,
    reason: str,
) -> Rotation:
    run_id, purpose = next_id(ledger, night.as_of), product_purpose(plan.product)
    ring = keys.begin_rotation(settings, plan.product, run_id=run_id)
    done = replace(plan, run_id=run_id, new_version=ring.version(purpose), new_key_id=ring.key_id(purpose))
    told: dict[str, str | int | bool | list[str]] = {
        "product": plan.product, "run_id": run_id, "reason": reason,
        "key_id": done.new_key_id, "key_version": f"v{done.new_version}",
        "old_key_id": plan.old_key_id, "old_key_version": f"v{plan.old_version}",
    }  # fmt: skip
    with audit_log.acting(settings, act="keys_rotated", actor=by, details=told):
        run = _open(settings, ledger, night, done, ring)
        _make(run, ring, plan.product)
        served, made = (publish.shelf(home, plan.product) for home in (settings, run.settings))
        done = replace(done, changed_tables=changed_tables(settings, served.current, made.database(run_id)))
        progress.step(f"publishing {plan.product}")
        with recorded(ledger, run_id=run_id, step="publish", subject=plan.product):
            publish.reissue(settings, run.settings, ledger, run_id=run_id, product=plan.product)
    return done


def _open(settings: Settings, ledger: Ledger, night: Night, plan: Rotation, ring: KeyRing) -> Run:
    """A run of its own for the rotation, in a home of its own; it begins where the night had linked."""
    run = Run(
        run_id=plan.run_id, settings=settings, ledger=ledger, extracts=night.extracts, as_of=night.as_of
    )
    announce(run)
    write_run(run, key_ids=ring.ids())
    row = {
        "run_id": plan.run_id, "product": plan.product, "base_run_id": night.run_id,
        "old_key_id": plan.old_key_id, "new_key_id": plan.new_key_id, "outcome": "running",
    }  # fmt: skip
    ledger.put("key_rotation", [row])
    carry(ledger, night, run_id=plan.run_id)
    return replace(run, settings=staging.make(settings, plan.product))


def _make(run: Run, ring: KeyRing, product: str) -> None:
    """The steps of a night from its checked arrivals on, for one product; nothing is served yet."""
    settings, ledger, run_id = run.settings, run.ledger, run.run_id
    progress.step("checking what arrived")
    with recorded(ledger, run_id=run_id, step="check_arrivals"):
        checks.run_arrival_checks(settings, ledger, run_id=run_id, as_of=run.as_of)
    progress.step(f"pseudonymising {product}")
    with recorded(ledger, run_id=run_id, step="pseudonymise", subject=product):
        identity.pseudonymise(
            settings, ledger, run_id=run_id, product=product, as_of=run.as_of, keys=ring,
            before=published_before(settings, ledger, product),
        )  # fmt: skip
        warehouse.export(settings, ledger, run_id=run_id, product=product)
    progress.step(f"building {product}")
    with recorded(ledger, run_id=run_id, step="build", subject=product):
        look_for_objectors(run, product, "pseudonymised", keys=ring)
        warehouse.build(settings, ledger, run_id=run_id, product=product)
    progress.step(f"checking {product}")
    with recorded(ledger, run_id=run_id, step="check_product", subject=product):
        look_for_objectors(run, product, "warehouse", keys=ring)
        checks.run_product_checks(
            settings, ledger, run_id=run_id, product=product, scan=scan_of(run, product, keys=ring)
        )
        inspect = partial(look_for_objectors, run, product, "version", keys=ring)
        publish.write_checked(settings, ledger, run_id, product, inspect=inspect)
