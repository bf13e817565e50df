"""A marker in a server's records, texts and addresses, and the key, are in no log, ledger or error."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest

from pipeline.errors import WsicError
from pipeline.fetch.bulk import list_jobs, show_files
from tests.bulk_desk import Desk, encounter, private_key, register
from tests.bulk_server import BulkServer, Reply, could_not, ndjson, records
from tests.landing_house import House, declare_sources

MARKER = "Zyxmarker"  # the server's file addresses bear it too
TEXT = ndjson({"resourceType": "OperationOutcome", "issue": [{"code": MARKER, "diagnostics": MARKER}]})


def everything_said(house: House, caplog: pytest.LogCaptureFixture) -> str:
    """All of the ledger, what the commands list, and every log record."""
    tables = {name: house.ledger.query(f"select * from {name}") for name in house.ledger.tables()}
    files = [show_files(house.ledger, job["job_id"]) for job in list_jobs(house.ledger)]
    logs = [record.getMessage() for record in caplog.records]
    return json.dumps([tables, list_jobs(house.ledger), files, logs])


def test_records_texts_addresses_tokens_and_keys_are_said_nowhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    declare_sources(monkeypatch)
    with BulkServer() as server:
        register(server)
        desk = Desk(House(tmp_path), server)
        marked = encounter(1) | {"text": MARKER}
        server.exports = [[records("Encounter", marked), could_not(text=MARKER, code=MARKER)]]
        messages = []
        for place, wrong in (
            ("kick-off", Reply(400, {}, TEXT)), ("status", Reply(400, {"x-progress": MARKER}, TEXT)),
            ("file:1", Reply(400, {}, TEXT)), ("token", Reply(400, {}, TEXT)),
            ("kick-off", Reply(202, {"content-location": f"https://{MARKER}.example/{MARKER}?{MARKER}"})),
        ):  # fmt: skip
            server.end_tokens()
            server.misbehave(place, wrong)
            with pytest.raises(WsicError) as refused:
                desk.fetch()
            messages.append(str(refused.value))
        assert desk.fetch().state == "incomplete"
        desk.land()
        said = everything_said(desk.house, caplog) + "".join(messages) + "".join(capfd.readouterr())
    assert MARKER.lower() not in said.replace(f"{MARKER}.example".lower(), "").lower()
    assert "token-1" not in said
    assert private_key("ES384").decode().splitlines()[1] not in said
    home = desk.house.settings.home
    outside = [
        path
        for path in home.rglob("*")
        if path.is_file() and path.relative_to(home).parts[0] not in ("landing", "quarantine", "fhir")
    ]
    assert outside
    assert not [path for path in outside if MARKER.encode() in path.read_bytes()]
    fetched = [path for path in desk.house.zones.fetched.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o077 for path in fetched} == {0}
