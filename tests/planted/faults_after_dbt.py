"""Faults in the version and its copies, the ledger and the audit log, as they stand at publishing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

import pipeline.open_product.release as open_release
from pipeline import audit_log
from pipeline.audit_log.files import log_files
from pipeline.checks import forget, mark_checked
from pipeline.errors import SetupError
from pipeline.gate_results import Wanted, before_writing
from pipeline.identity import decide_subjects, read_subjects
from pipeline.publish import copying, release
from pipeline.publish.public import manifest_path
from pipeline.run import steps
from tests.audit_desk import change, lines, write_lines
from tests.gate_rows import put_passed
from tests.planted.damage import both, served, served_beside
from tests.planted.deployment import (
    BEFORE,
    NUMBER,
    OBJECTORS,
    PRODUCT,
    RUN_ID,
    Deployment,
)
from tests.planted.fault import Damage, Fault, Plant

Patch = pytest.MonkeyPatch
ROW = "insert into {0} (person_key) values ('{1}')"


def of_person(record_id: str, table: str) -> Damage:
    return served(lambda d: f"{table} where person_key = '{d.key_of(record_id)}'")


def _skipped(*suites: str, rules: str = "") -> Plant:
    """A step that did not run, of which the ledger therefore knows nothing."""

    def plant(d: Deployment, _: Patch) -> None:
        rows = [
            row for row in before_writing(PRODUCT) if row.suite in suites and row.rule_id.startswith(rules)
        ]
        assert rows
        forget(d.ledger, RUN_ID, rows)

    return plant


def _unheard(suite: str, rule: str = "") -> Damage:
    """It is served, and the ledger has no result of that rule, or of any of the suite."""

    def seen(d: Deployment) -> bool:
        rows = d.ledger.query(
            "select 1 from rule_result where run_id = ? and product in ('', ?) and suite = ? "
            "and rule_id like ? limit 1",
            (RUN_ID, PRODUCT, suite, f"{rule}%"),
        )
        return served()(d) and not rows

    return seen


def _ignored(d: Deployment, _: Patch) -> None:
    """A suite that failed, and whose refusal nobody heeded."""
    with d.ledger.transaction() as connection:
        connection.execute("update rule_result set is_passed = 0 where rule_id = 'person_once'")


def _number_as_rule(d: Deployment, _: Patch) -> None:
    put_passed(d.ledger, RUN_ID, [Wanted(PRODUCT, "pseudonymise", f"domain:{NUMBER}")])


def after(place: Any, name: str, then: Callable[[Deployment, tuple[Any, ...]], None]) -> Plant:
    """Something is done behind the pipeline's back, right after a function of it; its arguments are told."""

    def plant(d: Deployment, patch: Patch) -> None:
        real = getattr(place, name)

        def and_then(*given: Any, **named: Any) -> Any:
            done = real(*given, **named)
            then(d, given)
            return done

        patch.setattr(place, name, and_then)

    return plant


def _into_version(d: Deployment, given: tuple[Any, ...]) -> None:
    key = d.key_of(OBJECTORS["national_opt_out"])
    given[0].execute(ROW.format(f"{copying.TARGET}.core.activity", key))


def _copy_differs(d: Deployment, given: tuple[Any, ...]) -> None:
    d.rewrite(given[1] / "core.person.parquet", f"update t set practice_code = '{NUMBER}'")


def _copy_is_torn(_: Deployment, given: tuple[Any, ...]) -> None:
    path = given[1] / "core.registration.parquet"
    path.write_bytes(path.read_bytes()[:-99])


def _file_beside(_: Deployment, given: tuple[Any, ...]) -> None:
    (given[1] / "cohort.csv").write_text("a list that somebody wanted\n", "utf-8")


def before_copies(*statements: str) -> Plant:
    """A change of the open product before its copies are written, as a fault in its making would be."""

    def plant(_: Deployment, patch: Patch) -> None:
        real = open_release.build

        def and_then(connection: duckdb.DuckDBPyConnection, *given: Any, name: str, **named: Any) -> None:
            real(connection, *given, name=name, **named)
            connection.execute(f"use {name}")
            for statement in statements:
                connection.execute(statement)
            connection.execute("use memory")

        patch.setattr(open_release, "build", and_then)

    return plant


def _without_person(d: Deployment, _: Patch) -> None:
    """Somebody is deleted after the checks and before the publish."""
    who = d.home / "who"
    who.write_text(NUMBER, "utf-8")
    with who.open() as file:
        subjects = read_subjects(d.settings, file)
    decide_subjects(
        d.settings, d.ledger, act="deleted", subjects=subjects, author="IG lead", reason="erasure"
    )


def _changed_after_checks(d: Deployment, _: Patch) -> None:
    d.change("update core.activity set treatment_function_code = '999 000 0018'")


def _of_another_night(d: Deployment, _: Patch) -> None:
    """Judged with eyes shut: the warehouse is an older night's, and marked as checked all the same."""
    d.change(f"update audit.run set run_id = '{BEFORE}'")
    mark_checked(d.warehouse, RUN_ID)


def _staging_is_public(d: Deployment, _: Patch) -> None:
    path = manifest_path(d.zones, PRODUCT)
    path.write_text(path.read_text("utf-8").replace('"protected"', '"public"'), "utf-8")


def _tampered(tamper: Callable[[list[bytes]], list[bytes]]) -> Plant:
    return lambda d, _: write_lines(d.settings, tamper(lines(d.settings)))


def _does_not_verify(d: Deployment) -> bool:
    return not audit_log.verify(d.settings).is_intact


def _no_log(d: Deployment, _: tuple[Any, ...]) -> None:
    """The log can no longer be written when the version is about to be served."""
    log = log_files(d.settings).log
    log.rename(log.with_suffix(".kept"))
    log.mkdir()


def blind(stage: str) -> Plant:
    """A step that was changed so that it no longer looks."""

    def plant(_: Deployment, patch: Patch) -> None:
        real = steps.look_for_objectors

        def look(run: Any, product: str, at: str, *given: Any, **named: Any) -> None:
            if at != stage:
                real(run, product, at, *given, **named)

        patch.setattr(steps, "look_for_objectors", look)

    return plant


_PUBLISH: dict[str, Any] = {"step": "publish_product"}
NOT_CHECKED = rf"not checked by run {RUN_ID}: "
LOOKED = r"the objections gate found 1 people and 0 rows .*\({0}"


def _gone(place: Any, name: str, leaves: object) -> Plant:
    """A function of the pipeline that was taken out."""
    return lambda _, patch: patch.setattr(place, name, lambda *given, **named: leaves)


_SKIPPED: tuple[tuple[str, str, Plant, Damage], ...] = (
    (
        "the check of one source's arrivals",
        r"arrived\.social_care\.",
        _skipped("arrived.social_care"),
        _unheard("arrived.social_care"),
    ),
    (
        "the look into the pseudonymised zone",
        r"objections\.pseudonymised_people, objections\.pseudonymised_rows$",
        _skipped("objections", rules="pseudonymised"),
        _unheard("objections", "pseudonymised"),
    ),
    (
        "the look into the warehouse",
        r"objections\.warehouse_people, objections\.warehouse_rows$",
        _skipped("objections", rules="warehouse"),
        _unheard("objections", "warehouse"),
    ),
    (
        "the gate of purposes",
        r"purpose\.columns_declared",
        _skipped("purpose"),
        _unheard("purpose", "columns_declared"),
    ),
    ("the build", r"dbt\.models_built, dbt\.tests_passed$", _skipped("dbt"), _unheard("dbt")),
    (
        "one suite on the product",
        r"published\.leaks\.no_nhs_number",
        _skipped("published.leaks"),
        _unheard("published.leaks"),
    ),
    (
        "one rule of a suite",
        r"published\.k_anonymity\.nobody_stands_out$",
        _skipped("published.k_anonymity", rules="nobody"),
        _unheard("published.k_anonymity", "nobody"),
    ),
    (
        "the look into the version",
        r"objections\.version_people",
        blind("version"),
        _unheard("objections", "version"),
    ),
    (
        "the comparing of copies",
        r"published\.copies\.files_are_tables",
        _gone(release, "check_copies", []),
        _unheard("published.copies"),
    ),
    (
        "the check of the audit log",
        r"audit_log\.chain_is_intact$",
        _gone(audit_log, "require_intact", None),
        _unheard("audit_log"),
    ),
)


AT_PUBLISH = (
    *(
        Fault(
            name=f"skipped: {name}", gate="publish.passed", says=NOT_CHECKED + says, plant=plant,
            damage=damage, **_PUBLISH
        )
        for name, says, plant, damage in _SKIPPED
    ),
    Fault(
        name="a failed suite whose refusal was ignored", gate="publish.passed",
        says=r"critical rules failed .*published\.people\.person_once", plant=_ignored, **_PUBLISH,
        damage=served("quality.rule_result where rule_id = 'person_once' and not is_passed"),
    ),
    Fault(
        name="a number written into the warehouse after its checks", gate="publish.unchanged",
        says="is not the state that run", plant=_changed_after_checks, **_PUBLISH,
        damage=served("core.activity where treatment_function_code = '999 000 0018'"),
    ),
    Fault(
        name="the warehouse of an older night", gate="publish.sealed", says="no single row of run",
        plant=_of_another_night, damage=served(f"audit.run where run_id = '{BEFORE}'"), **_PUBLISH,
    ),
    Fault(
        name="a table of records marked as published", gate="publish.public_tables",
        says="public models outside", plant=_staging_is_public, damage=served("staging.stg_gp__patients"),
        **_PUBLISH,
    ),
    Fault(
        name="a number as the name of a result", gate="publish.results_are_words",
        says="have a name that is no word", plant=_number_as_rule,
        damage=served(f"quality.rule_result where contains(rule_id, '{NUMBER}')"), **_PUBLISH,
    ),
    Fault(
        name="a copy that holds a number in place of a practice", gate="copies",
        says=r"published\.copies\.copies_equal_tables: .* in core\.person\.parquet",
        plant=after(copying, "write_parquet", _copy_differs), **_PUBLISH,
        damage=served_beside("core.person.parquet", f"t where practice_code = '{NUMBER}'"),
    ),
    Fault(
        name="a copy that was torn while it was written", gate="copies",
        says=r"published\.copies\.copies_equal_tables: .* in core\.registration\.parquet",
        plant=after(copying, "write_parquet", _copy_is_torn), **_PUBLISH, behind=("objections.version",),
        damage=served_beside("core.registration.parquet"),
    ),
    Fault(
        name="a file of somebody's beside the copies", gate="copies",
        says=r"published\.copies\.files_are_tables: .* in cohort\.csv",
        plant=after(copying, "write_parquet", _file_beside), damage=served_beside("cohort.csv"), **_PUBLISH,
    ),
    Fault(
        name="an opted-out person put into the version", gate="objections.version",
        says=LOOKED.format("version"), plant=after(copying, "seal", _into_version), **_PUBLISH,
        damage=of_person(OBJECTORS["national_opt_out"], "core.activity"),
    ),
    Fault(
        name="a person deleted after the checks", gate="objections.version",
        says=LOOKED.format("version"), plant=_without_person, **_PUBLISH,
        damage=of_person("p1", "core.person"),
    ),
    *(
        Fault(
            name=f"an audit log {how}", gate="audit_log.intact", says="the audit log does not verify",
            plant=_tampered(tamper), behind=("announced",), damage=both(served(), _does_not_verify),
            alone=True, **_PUBLISH,
        )
        for how, tamper in (
            ("with an entry changed", lambda old: [old[0], change(old[1], actor="Nobody"), *old[2:]]),
            ("with an entry removed", lambda old: [old[0], *old[2:]]),
            ("cut at its end", lambda old: old[:-1]),
        )
    ),
    Fault(
        name="an audit log that cannot be written any more", gate="announced",
        says="audit log", plant=after(release, "make_lasting", _no_log), error=SetupError, **_PUBLISH,
        damage=both(served(), lambda d: log_files(d.settings).log.is_dir()),
    ),
)  # fmt: skip
