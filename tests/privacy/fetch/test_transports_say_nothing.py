"""Markers in records, names of files, headers, paths, errors and secrets are in no log, ledger, error or
output."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipeline.cli import app
from pipeline.errors import WsicError
from tests.fetch_desk import MESH_FEED, SECRETS, STORE_FEED, Desk, csv
from tests.landing_house import House, declare_sources
from tests.mesh_exchange import Exchange, Letter, Wrong

MARKER = "Zyxmarker"
NUMBER = "9991234567"


def test_markers_stay_where_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    caplog.set_level(logging.DEBUG)
    declare_sources(monkeypatch)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    folder = tmp_path / "drop" / f"{MARKER}-{NUMBER}"
    folder.mkdir(parents=True)
    marked = csv(1).replace(b"Alder", MARKER.encode())
    for name in (f"{MARKER}.csv", f"{MARKER} {NUMBER}.csv", f"{MARKER}$.csv", "Person.csv"):
        (folder / name).write_bytes(marked)
    with Exchange() as exchange:
        text = STORE_FEED.format(url=folder.parent.as_uri()) + 'credentials = "drop.toml"\n'
        secrets = {"drop.toml": f'secret = "{MARKER}"'.encode()}
        desk = Desk(House(tmp_path), MESH_FEED + text, url=exchange.url, secrets=secrets)
        for letter in (
            Letter([marked], name=f"{MARKER}_{NUMBER}.csv"),
            Letter([marked], name=f"../{MARKER}.csv"),
            Letter([marked], workflow=f"{MARKER} {NUMBER}", sender=NUMBER),
            Letter([marked], more={"Mex-Content-Checksum": "0" * 32, "Mex-Subject": MARKER}),
            Letter(
                [],
                kind="REPORT",
                workflow=NUMBER,
                more={"Mex-StatusDescription": MARKER, "Mex-StatusCode": NUMBER},
            ),
        ):
            exchange.post(letter)
        exchange.misbehave("list", Wrong(status=500, change=lambda body: MARKER.encode()))
        said = [one.lacks for one in desk.fetch()]
        exchange.misbehave("greet", *[Wrong(status=400, change=lambda body: MARKER.encode())] * 2)
        for name, value in {"drop": "practice", "practice": "practice"}.items():
            with pytest.raises(WsicError) as refused:
                exchange.misbehave("greet", Wrong(status=403, change=lambda body: MARKER.encode()))
                desk.fetch(name=value)
            said.append(str(refused.value) + name)
        desk.land()
        monkeypatch.setenv("WSIC_HOME", str(desk.house.settings.home))
        monkeypatch.setenv("WSIC_FEEDS", str(desk.house.settings.feeds))
        for words in (["fetch", "arrivals", "--json"], ["fetch", "feeds"], ["fetch", "arrivals", "drop"]):
            result = CliRunner().invoke(app, words)
            assert result.exit_code == 0, result.output
            said.append(result.output)
    _require_unsaid(desk, said, [record.getMessage() for record in caplog.records], capfd.readouterr())


def _require_unsaid(desk: Desk, said: list[str], logs: list[str], printed: object) -> None:
    ledger = desk.house.ledger
    tables = {name: ledger.query(f"select * from {name}") for name in ledger.tables()}
    assert len(tables["fetched_file"]) >= 9 and len(tables["mesh_report"]) == 1
    everything = json.dumps([tables, said, logs, printed])
    for marker in (MARKER, NUMBER, *SECRETS.values()):
        assert marker.lower() not in everything.lower()
    home = desk.house.settings.home
    outside = [
        path
        for path in home.rglob("*")
        if path.is_file() and path.relative_to(home).parts[0] not in ("landing", "quarantine", "fhir")
    ]
    assert outside and not [path for path in outside if MARKER.encode() in path.read_bytes()]
    fetched = [path for path in (home / "landing").rglob("*") if path.is_file()]
    assert fetched and {path.stat().st_mode & 0o077 for path in fetched} == {0}
