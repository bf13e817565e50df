"""The report fails closed: a log that does not hold is its first line, and the command ends with an error."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from pipeline import audit_log
from pipeline.cli import app
from pipeline.errors import ChecksRefusedError, SetupError
from pipeline.run import ig_reporting
from tests.audit_desk import change, lines, write_lines
from tests.release_desk import Desk


def tamper(desk: Desk) -> None:
    told = lines(desk.settings)
    write_lines(desk.settings, [*told[:1], change(told[1], actor="N. Obody"), *told[2:]])


def test_a_night_on_which_all_went_well_needs_no_action(desk: Desk) -> None:
    page = desk.night().page()
    assert page.first_line.startswith("Nothing is wrong that the pipeline can see.")
    assert "To be acted on" not in page.texts
    assert desk.findings().count("act") == 0


def test_the_head_and_the_last_signature_are_on_the_page(desk: Desk) -> None:
    found = audit_log.verify(desk.night().settings)
    point = audit_log.last_checkpoint(desk.settings)
    section = desk.page().section("log")
    assert point is not None
    assert {found.head, point.signature, point.key_id, point.hash} <= set(section.texts)
    assert section.fact("Entries") == str(found.entries)
    assert section.fact("Signed checkpoints") == str(found.checkpoints)
    assert section.fact("Verified when this page was written") == "yes, it is intact"
    assert section.row("product published", "A version of a product is about to be served", "3")


def test_a_changed_entry_is_the_first_line_and_the_page_is_written(desk: Desk) -> None:
    desk.night()
    tamper(desk)
    written = desk.written()
    page = desk.page()
    assert page.first_line.startswith(
        "The audit log does not verify: entry 2: its content is not what was hashed"
    )
    assert page.section("log").fact("Verified when this page was written") == "no"
    assert page.section("reidentifications").fact("NHS numbers given") == "not known"
    with pytest.raises(ChecksRefusedError, match="does not verify: entry 2"):
        ig_reporting.require_proved(written)


def test_the_command_ends_with_an_error_where_the_log_was_changed(desk: Desk, monkeypatch) -> None:
    monkeypatch.setenv("WSIC_HOME", str(desk.night().settings.home))
    well = CliRunner().invoke(app, ["audit", "report", "--json"])
    assert well.exit_code == 0, well.output
    assert json.loads(well.output)["act"] == 0
    tamper(desk)
    bad = CliRunner().invoke(app, ["audit", "report"])
    assert isinstance(bad.exception, ChecksRefusedError) and bad.exception.exit_code == 4
    assert "The audit log does not verify" in bad.output


def test_a_log_that_was_cut_does_not_hold(desk: Desk) -> None:
    desk.night()
    write_lines(desk.settings, lines(desk.settings)[:-1])
    assert "the log was cut" in desk.page().first_line


def test_without_keys_nothing_is_verified_and_nothing_is_claimed(desk: Desk) -> None:
    home = desk.night().settings.home
    (home / "keys" / "root.key").rename(home / "keys" / "away")
    (home / "identity" / "vault.duckdb").touch()  # so that no fresh root is made
    written, page = desk.written(), desk.page()
    assert page.first_line.startswith("The audit log could not be verified")
    assert "Key versions are not known: the keys could not be read." in page.texts
    with pytest.raises(SetupError):
        ig_reporting.require_proved(written)


def test_a_home_without_a_log_proves_nothing(desk: Desk) -> None:
    desk.put("run", {"as_of": "2026-03-31", "started_at": "x", "outcome": "failed", "code_version": "1"})
    assert "There is no audit log" in desk.page().first_line


def test_notices_of_the_log_are_to_be_looked_at(desk: Desk) -> None:
    desk.night()
    (desk.settings.home / "audit" / "torn").mkdir()
    (desk.settings.home / "audit" / "torn" / "log-1-1.part").touch()
    assert desk.matters("look", "log") == ["Audit log: half lines kept aside in audit/torn: 1."]
