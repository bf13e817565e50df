"""Faults in the warehouse, the version and its copies, the ledger, the audit log and the open product."""

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
from tests.planted.deployment import BEFORE, NUMBER, OBJECTORS, PRODUCT, RUN_ID, SECRET, Deployment
from tests.planted.fault import Fault, Plant

Patch = pytest.MonkeyPatch
ROW = "insert into {0} (person_key) values ('{1}')"


def _objector(why: str, table: str) -> Plant:
    return lambda d, _: d.change(ROW.format(table, d.key_of(OBJECTORS[why])))


def _secret_row(d: Deployment, _: Patch) -> None:
    keys = f"'{d.row_key(f'Observation/{SECRET}')}', '{d.key_of('p1')}'"
    d.change(f"insert into core.activity (activity_key, person_key) values ({keys})")


def _skipped(*suites: str, rules: str = "") -> Plant:
    """A step that did not run, of which the ledger therefore knows nothing."""

    def plant(d: Deployment, _: Patch) -> None:
        rows = [
            row for row in before_writing(PRODUCT) if row.suite in suites and row.rule_id.startswith(rules)
        ]
        assert rows
        forget(d.ledger, RUN_ID, rows)

    return plant


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
    path = given[1] / "core.person.parquet"
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


_PUBLISH = {"step": "publish_product"}
NOT_CHECKED = rf"not checked by run {RUN_ID}: "
LOOKED = r"the objections gate found 1 people and 0 rows .*\({0}"
_TABLES = ("core.person", "core.activity", "wsic.care_timeline")


def _gone(place: Any, name: str, leaves: object) -> Plant:
    """A function of the pipeline that was taken out."""
    return lambda _, patch: patch.setattr(place, name, lambda *given, **named: leaves)


_SKIPPED: tuple[tuple[str, str, Plant], ...] = (
    ("the check of one source's arrivals", r"arrived\.social_care\.", _skipped("arrived.social_care")),
    (
        "the look into the pseudonymised zone",
        r"objections\.pseudonymised_people, objections\.pseudonymised_rows$",
        _skipped("objections", rules="pseudonymised"),
    ),
    (
        "the look into the warehouse",
        r"objections\.warehouse_people, objections\.warehouse_rows$",
        _skipped("objections", rules="warehouse"),
    ),
    ("the gate of purposes", r"purpose\.columns_declared", _skipped("purpose")),
    ("the build", r"dbt\.models_built, dbt\.tests_passed$", _skipped("dbt")),
    ("one suite on the product", r"published\.leaks\.no_nhs_number", _skipped("published.leaks")),
    (
        "one rule of a suite",
        r"published\.k_anonymity\.nobody_stands_out$",
        _skipped("published.k_anonymity", rules="nobody"),
    ),
    ("the look into the version", r"objections\.version_people", blind("version")),
    (
        "the comparing of copies",
        r"published\.copies\.files_are_tables",
        _gone(release, "check_copies", []),
    ),
    (
        "the check of the audit log",
        r"audit_log\.chain_is_intact$",
        _gone(audit_log, "require_intact", None),
    ),
)
IN_WAREHOUSE = (
    *(
        Fault(
            name=f"a person back in the warehouse's {table} ({why})", step="check_product",
            gate="objections.warehouse", says=LOOKED.format("warehouse"), plant=_objector(why, table),
        )
        for why, table in zip(OBJECTORS, _TABLES, strict=True)
    ),
    Fault(
        name="a restricted row back in the warehouse", step="check_product", gate="objections.warehouse",
        says=r"0 people and 1 rows .*\(warehouse", plant=_secret_row,
    ),
    Fault(
        name="a repeated person, of whom the suite's failure is heeded", step="check_product",
        gate="conclude", says=r"published\.people\.person_once",
        plant=lambda d, _: d.change("insert into core.person from core.person limit 1"),
    ),
)  # fmt: skip
AT_PUBLISH = (
    *(
        Fault(
            name=f"skipped: {name}", gate="publish.passed", says=NOT_CHECKED + says, plant=plant, **_PUBLISH
        )
        for name, says, plant in _SKIPPED
    ),
    Fault(
        name="a failed suite whose refusal was ignored", gate="publish.passed",
        says=r"critical rules failed .*published\.people\.person_once", plant=_ignored, **_PUBLISH,
    ),
    Fault(
        name="a number written into the warehouse after its checks", gate="publish.unchanged",
        says="is not the state that run", plant=_changed_after_checks, **_PUBLISH,
    ),
    Fault(
        name="the warehouse of an older night", gate="publish.sealed", says="no single row of run",
        plant=_of_another_night, **_PUBLISH,
    ),
    Fault(
        name="a table of records marked as published", gate="publish.public_tables",
        says="public models outside", plant=_staging_is_public, **_PUBLISH,
    ),
    Fault(
        name="a number as the name of a result", gate="publish.results_are_words",
        says="have a name that is no word",
        plant=_number_as_rule,
        **_PUBLISH,
    ),
    Fault(
        name="a copy that holds a number in place of a practice", gate="copies",
        says=r"published\.copies\.copies_equal_tables: .* in core\.person\.parquet",
        plant=after(copying, "write_parquet", _copy_differs), **_PUBLISH,
    ),
    Fault(
        name="a copy that was torn while it was written", gate="copies",
        says=r"published\.copies\.copies_equal_tables: .* in core\.person\.parquet",
        plant=after(copying, "write_parquet", _copy_is_torn), **_PUBLISH,
    ),
    Fault(
        name="a file of somebody's beside the copies", gate="copies",
        says=r"published\.copies\.files_are_tables: .* in cohort\.csv",
        plant=after(copying, "write_parquet", _file_beside), **_PUBLISH,
    ),
    Fault(
        name="an opted-out person put into the version", gate="objections.version",
        says=LOOKED.format("version"), plant=after(copying, "seal", _into_version), **_PUBLISH,
    ),
    Fault(
        name="a person deleted after the checks", gate="objections.version",
        says=LOOKED.format("version"), plant=_without_person, **_PUBLISH,
    ),
    *(
        Fault(
            name=f"an audit log {how}", gate="audit_log.intact", says="the audit log does not verify",
            plant=_tampered(tamper), **_PUBLISH,
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
    ),
)  # fmt: skip
