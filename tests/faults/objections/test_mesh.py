"""MESH: a stand-in that crashes at every point, and NHS England's own sandbox over a real socket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest

from pipeline.errors import NoAnswerError, SetupError, WsicError
from pipeline.ledger import Ledger
from pipeline.mesh import Mailbox, load_account, open_mailbox
from pipeline.run.opt_out_exchange import WORKFLOW, collect_replies, send_request
from pipeline.settings import Settings
from tests.identity_economy import AS_OF, nhs_number
from tests.mesh_sandbox import SECRETS, mesh_sandbox
from tests.objection_house import House


@dataclass
class Message:
    """One message of the stand-in, as an answer of the exchange; ``broken`` fails while it is read."""

    content: bytes
    filename: str = "reply.dat"
    local_id: str = ""
    message_type: str = "DATA"
    broken: bool = False

    @property
    def headers(self) -> dict[str, str]:
        return {
            "Mex-FileName": self.filename, "Mex-LocalID": self.local_id, "Mex-MessageType": self.message_type
        }  # fmt: skip

    @property
    def raw(self) -> Message:
        return self

    def read(self, n: int, *, decode_content: bool) -> bytes:
        if self.broken:
            raise OSError("connection lost, with a secret in its text")
        piece, self.content = self.content[:n], self.content[n:]
        return piece

    def close(self) -> None:
        """Nothing is open."""


@dataclass
class Exchange:
    """A mailbox of one message, and what was acknowledged of it."""

    message: Message
    acknowledged: list[str] = field(default_factory=list)
    refuses: bool = False
    stored: Path | None = None

    def iterate_message_ids(self, workflow_filter: str) -> list[str]:
        return [] if self.acknowledged else ["m1"]

    def retrieve_message_chunk(self, message_id: str, number: int) -> Message:
        assert (message_id, number) == ("m1", 1)
        return self.message

    def acknowledge_message(self, message_id: str) -> None:
        if self.stored is not None:
            assert self.stored.exists(), "acknowledged before it was stored"
        if self.refuses:
            raise OSError("no")
        self.acknowledged.append(message_id)


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    return Ledger(tmp_path / "ledger.sqlite")


def collect(exchange: Exchange, ledger: Ledger, folder: Path) -> Any:
    return Mailbox(exchange, ledger).collect(workflow_id="W", folder=folder)


def test_a_message_is_stored_before_it_is_acknowledged(tmp_path: Path, ledger: Ledger) -> None:
    exchange = Exchange(Message(b"x" * 5_000_000), stored=tmp_path / "in" / "reply.dat")
    (found,) = collect(exchange, ledger, tmp_path / "in")
    assert found.path is not None and found.path.stat().st_size == 5_000_000
    assert found.path.stat().st_mode & 0o777 == 0o600
    assert exchange.acknowledged == ["m1"]
    assert [path.name for path in (tmp_path / "in").iterdir()] == ["reply.dat"]


def test_a_message_that_breaks_off_is_not_acknowledged_and_not_quoted(tmp_path: Path, ledger: Ledger) -> None:
    exchange = Exchange(Message(b"", broken=True))
    with pytest.raises(WsicError, match="collecting a message failed") as refused:
        collect(exchange, ledger, tmp_path / "in")
    assert "secret" not in str(refused.value)
    assert exchange.acknowledged == [] and not list((tmp_path / "in").glob("*.dat"))
    assert ledger.query("select * from mesh_message") == []


def test_what_was_stored_but_not_acknowledged_is_not_stored_twice(tmp_path: Path, ledger: Ledger) -> None:
    exchange = Exchange(Message(b"A,\n"), refuses=True)
    with pytest.raises(WsicError, match="acknowledging"):
        collect(exchange, ledger, tmp_path / "in")
    exchange.refuses = False
    (again,) = collect(exchange, ledger, tmp_path / "in")
    assert again.path is None and exchange.acknowledged == ["m1"]
    assert (tmp_path / "in" / "reply.dat").read_bytes() == b"A,\n"


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "", ".hidden", "a" * 200, "a/b.dat"])
def test_a_name_that_leads_elsewhere_is_not_used(tmp_path: Path, ledger: Ledger, name: str) -> None:
    (found,) = collect(Exchange(Message(b"A,\n", filename=name)), ledger, tmp_path / "in")
    assert found.path == tmp_path / "in" / "m1.dat"


def test_a_file_of_that_name_that_holds_something_else_is_left_alone(tmp_path: Path, ledger: Ledger) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "reply.dat").write_bytes(b"earlier")
    (found,) = collect(Exchange(Message(b"A,\n")), ledger, tmp_path / "in")
    assert found.path == tmp_path / "in" / "m1.dat"
    assert (tmp_path / "in" / "reply.dat").read_bytes() == b"earlier"


def test_a_report_of_an_undelivered_request_is_no_reply(tmp_path: Path, ledger: Ledger) -> None:
    (found,) = collect(
        Exchange(Message(b"error", message_type="REPORT", local_id="asked.dat")), ledger, tmp_path / "in"
    )
    assert (found.is_report, found.path, found.local_id) == (True, None, "asked.dat")
    assert not (tmp_path / "in").exists()


MESH = {"mesh_url": "https://mesh.example", "mesh_mailbox": "X26ABC1"}


@pytest.mark.parametrize(
    ("given", "secrets", "said"),
    [
        ({}, SECRETS, "WSIC_MESH_URL, WSIC_MESH_MAILBOX"),
        (MESH, {}, "WSIC_MESH_PASSWORD, WSIC_MESH_SHARED_KEY"),
        (MESH, SECRETS, "WSIC_MESH_CERTIFICATE names no file"),
        (MESH | {"mesh_url": "http://mesh.example"}, SECRETS, "must begin with https"),
        (MESH | {"mesh_url": "http://127.0.0.1:1", "env": "production"}, SECRETS, "must begin with https"),
    ],
)
def test_an_account_that_is_not_whole_is_refused(
    given: dict[str, str], secrets: dict[str, str], said: str
) -> None:
    with pytest.raises(SetupError, match=said) as refused:
        load_account(Settings(**given), secrets)
    assert "TestKey" not in str(refused.value)


def test_secrets_do_not_show(tmp_path: Path) -> None:
    key = tmp_path / "key.pem"
    key.touch(mode=0o644)
    given = MESH | {"mesh_certificate": str(key), "mesh_certificate_key": str(key)}
    with pytest.raises(SetupError, match="0644"):
        load_account(Settings(**given), SECRETS)
    key.chmod(0o600)
    shown = repr(load_account(Settings(**given), SECRETS))
    assert "TestKey" not in shown and "password='" not in shown


@pytest.fixture(scope="module")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """NHS England's sandbox on loopback."""
    with mesh_sandbox(tmp_path_factory.mktemp("mesh")) as url:
        yield url


@pytest.fixture
def secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


def mailbox_of(settings: Settings, name: str, url: str) -> Settings:
    return replace(settings, mesh_url=url, mesh_mailbox=name, mesh_opt_out_mailbox="X26ABC2")


@pytest.mark.usefixtures("secrets")
def test_the_round_trip_over_the_sandbox(linked: House, sandbox: str, tmp_path: Path) -> None:
    """A request goes to the service's mailbox; its reply comes back, is matched, and is used."""
    from pipeline.identity import apply_opt_outs, write_request

    economy = linked.economy
    ours = mailbox_of(economy.settings, "X26ABC1", sandbox)
    request = write_request(replace(ours, opt_out_lines_per_file=2), economy.ledger, asked_on=AS_OF)
    sent = send_request(ours, economy.ledger, request)
    known = economy.ledger.query("select message_id, sent_at from opt_out_request order by file_name")
    assert [row["message_id"] for row in known] == list(sent) and all(row["sent_at"] for row in known)
    service = Ledger(tmp_path / "service.sqlite")
    with open_mailbox(load_account(mailbox_of(economy.settings, "X26ABC2", sandbox)), service) as mailbox:
        arrived = mailbox.collect(workflow_id=WORKFLOW, folder=tmp_path / "service")
        for item, file in zip(arrived, request.files, strict=True):
            assert item.path is not None and item.path.read_bytes() == file.path.read_bytes()
            answer = tmp_path / "answer" / item.path.name
            answer.parent.mkdir(exist_ok=True)
            answer.write_text(item.path.read_text().replace(f"{nhs_number(2)},\n", ""))
            mailbox.send(answer, to="X26ABC1", workflow_id=WORKFLOW)
    found = collect_replies(ours, economy.ledger, on=AS_OF)
    assert [item.path.name for item in found if item.path] == [file.path.name for file in request.files]
    assert collect_replies(ours, economy.ledger, on=AS_OF) == []
    outcome = apply_opt_outs(ours, economy.ledger, "r1", linked.extracts, AS_OF)
    assert (outcome.is_valid, outcome.request_id, outcome.numbers, outcome.numbers_asked) == (
        True, request.request_id, 3, 4,
    )  # fmt: skip


@pytest.mark.usefixtures("secrets")
def test_a_wrong_password_is_a_matter_of_set_up(
    sandbox: str, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WSIC_MESH_PASSWORD", "wrong-words")
    account = load_account(mailbox_of(Settings(), "X26ABC1", sandbox))
    with pytest.raises(SetupError, match="cannot be opened") as refused, open_mailbox(account, ledger):
        pass
    assert "wrong-words" not in str(refused.value)


@pytest.mark.usefixtures("secrets")
def test_an_exchange_that_does_not_answer_is_no_matter_of_set_up(ledger: Ledger) -> None:
    """A scheduler tries again on this one alone: nothing is to be mended."""
    pytest.importorskip("mesh_client")
    account = load_account(mailbox_of(Settings(), "X26ABC1", "http://127.0.0.1:9"))
    with pytest.raises(NoAnswerError, match="failed: no answer") as told, open_mailbox(account, ledger):
        pass
    assert told.value.exit_code == 3
