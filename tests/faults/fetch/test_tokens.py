"""Who we are to a server: keys of both kinds, tokens that end, and where a token is never taken."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from pipeline.errors import InputRefusedError, SetupError
from pipeline.fetch.bulk import check
from tests.bulk_desk import Desk, encounter, private_key, register, set_up
from tests.bulk_server import BulkServer, Reply, records


@pytest.fixture
def other() -> Iterator[BulkServer]:
    """Another host, which has a file too."""
    with BulkServer() as other:
        other.exports = [[records("Encounter", encounter(7))]]
        other.requires_token = False
        yield other


def shown(server: BulkServer, place: str) -> list[str]:
    """The tokens that were shown at a place."""
    return [asked.headers.get("authorization", "") for asked in server.asked if asked.place == place]


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
def test_a_signed_assertion_gets_a_token_for_every_request(
    desk: Desk, server: BulkServer, algorithm: str
) -> None:
    register(server, algorithm)
    desk.algorithm = algorithm
    assert desk.fetch().state == "complete"
    assert server.times_asked("smart") == server.times_asked("token") == 1
    for place in ("kick-off", "status", "file:1", "file:2", "file:3", "let-go"):
        assert shown(server, place) == ["Bearer token-1"], place
    assert server.first("token").form["scope"] == ["system/*.rs"]


def test_a_token_is_renewed_before_it_ends(desk: Desk, server: BulkServer) -> None:
    """300 s of life: after 239 it is still used, after 240 it is not."""
    register(server)
    server.misbehave("status", Reply(202, {"retry-after": "239"}), Reply(202, {"retry-after": "1"}))
    assert desk.fetch().state == "complete"
    assert shown(server, "status") == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
    assert server.times_asked("token") == 2


@pytest.mark.parametrize("place", ["kick-off", "status", "file:2"])
def test_a_token_that_the_server_ended_is_renewed_once(desk: Desk, server: BulkServer, place: str) -> None:
    register(server)
    server.misbehave(place, server.end_tokens)
    assert desk.fetch(parallel=1).state == "complete"
    assert shown(server, place) == ["Bearer token-1", "Bearer token-2"]


def test_files_fetched_at_once_renew_one_token_together(desk: Desk, server: BulkServer) -> None:
    register(server)
    all_asked = threading.Barrier(3, action=server.end_tokens)
    for number in (1, 2, 3):
        server.misbehave(f"file:{number}", lambda: all_asked.wait(60) and None)
    assert desk.fetch(parallel=3).state == "complete"
    assert server.times_asked("token") == 2


def test_a_token_that_is_refused_twice_is_a_matter_of_set_up(desk: Desk, server: BulkServer) -> None:
    register(server)
    server.misbehave("status", Reply(401), Reply(401))
    with pytest.raises(SetupError, match="answered 401"):
        desk.fetch()


def test_a_key_that_the_server_does_not_know_is_said_without_its_answer(
    desk: Desk, server: BulkServer
) -> None:
    register(server)
    server.public_keys[0]["kid"] = "another"
    with pytest.raises(SetupError, match=r"no access token, 400 \(invalid_client\)") as refused:
        desk.fetch()
    assert "Zyxmarker" not in str(refused.value)
    assert desk.jobs()[-1]["state"] == "failed"


@pytest.mark.parametrize(
    ("smart", "said"),
    [
        ({"token_endpoint": None}, "names no token endpoint"),
        ({"token_endpoint": "http://auth.example/token"}, "is not encrypted"),
        (
            {"token_endpoint_auth_signing_alg_values_supported": ["RS384"]},
            "does not take ES384; it takes RS384",
        ),
        ({"token_endpoint_auth_methods_supported": ["client_secret_basic"]}, "does not take private_key_jwt"),
    ],
)
def test_a_server_that_cannot_take_our_key_is_told_before_anything_is_asked(
    desk: Desk, server: BulkServer, smart: dict[str, object], said: str
) -> None:
    register(server)
    server.smart = smart
    with pytest.raises(SetupError, match=said):
        desk.fetch()
    assert server.times_asked("token") == server.times_asked("kick-off") == 0


def test_a_token_endpoint_that_is_set_up_needs_no_metadata(desk: Desk, server: BulkServer) -> None:
    register(server)
    address = server.base.replace("/fhir", "/auth/token")
    assert desk.fetch(token_url=address).state == "complete"
    assert server.times_asked("smart") == 0


def test_a_check_asks_for_a_token_and_for_no_data(desk: Desk, server: BulkServer) -> None:
    register(server)
    check(desk.house.settings, set_up(server), read_key=lambda name: private_key("ES384"), clock=server.clock)
    assert [asked.place for asked in server.asked] == ["smart", "token"]


@pytest.mark.parametrize(
    "text", [b"", b"-----BEGIN PRIVATE KEY-----\nZyx\n", b'{"kty": "oct", "k": "Zyxmarker"}']
)
def test_a_key_file_that_holds_no_key_is_named_and_not_quoted(
    desk: Desk, server: BulkServer, text: bytes
) -> None:
    register(server)
    with pytest.raises(SetupError, match=r"keys/north\.pem holds no key") as refused:
        check(desk.house.settings, set_up(server), read_key=lambda name: text, clock=server.clock)
    assert "Zyx" not in str(refused.value)


def test_a_file_that_needs_no_token_is_fetched_without(desk: Desk, server: BulkServer) -> None:
    register(server)
    server.requires_token = False
    assert desk.fetch().state == "complete"
    assert shown(server, "file:1") == [""]


def test_a_token_is_not_taken_to_another_host(desk: Desk, server: BulkServer, other: BulkServer) -> None:
    register(server)
    server.exports[0][1].url = f"{other.base}/files/1"
    for hosts in ((), ("127.0.0.1",)):
        with pytest.raises(SetupError, match="the token is not taken there"):
            desk.fetch(file_hosts=hosts)
    assert other.asked == []


def test_another_host_must_be_named_even_without_a_token(
    desk: Desk, server: BulkServer, other: BulkServer
) -> None:
    register(server)
    server.requires_token = False
    server.exports = [[records("Encounter", encounter(1)), records("Encounter", encounter(7))]]
    server.exports[0][1].url = f"{other.base}/files/1"
    with pytest.raises(SetupError, match="one that file_hosts names"):
        desk.fetch()
    assert other.asked == []
    assert desk.fetch(file_hosts=(other.base.split("/")[2],)).state == "complete"
    assert shown(other, "file:1") == [""]
    desk.land()
    assert desk.ids() == ["e1", "e7"]


def test_a_redirect_loses_the_token_and_must_lead_to_a_named_host(
    desk: Desk, server: BulkServer, other: BulkServer
) -> None:
    register(server)
    server.exports = [[records("Encounter", encounter(7))]]
    there = Reply(307, {"location": f"{other.base}/files/1"})
    server.misbehave("file:1", there)
    with pytest.raises(SetupError, match="one that file_hosts names"):
        desk.fetch()
    assert other.asked == []
    server.misbehave("file:1", there)
    assert desk.fetch(file_hosts=(other.base.split("/")[2],)).state == "complete"
    assert shown(other, "file:1") == [""]


def test_a_redirect_on_the_same_host_is_followed_and_one_in_a_circle_is_not(
    desk: Desk, server: BulkServer
) -> None:
    server.misbehave("status", Reply(302, {"location": "/fhir/jobs?id=1"}))
    assert desk.fetch().state == "complete"
    server.misbehave("status", *[Reply(302, {"location": "/fhir/jobs?id=2"})] * 6)
    with pytest.raises(InputRefusedError, match="redirects more than 5 times"):
        desk.fetch()


@pytest.mark.parametrize(
    "location",
    ["https://elsewhere.example/jobs", "http://127.0.0.1:1/jobs", "https://a:b@elsewhere.example/x"],
)
def test_an_export_is_not_asked_after_elsewhere(desk: Desk, server: BulkServer, location: str) -> None:
    server.misbehave("kick-off", Reply(202, {"content-location": location}))
    with pytest.raises(SetupError, match="the status of the export"):
        desk.fetch()


def test_relative_addresses_are_the_servers_own(desk: Desk, server: BulkServer) -> None:
    server.misbehave("kick-off", Reply(202, {"content-location": "jobs?id=1"}))
    server.exports[0][0].url = "files/1"
    server.exports[0][1].url = "/fhir/files/2"
    assert desk.fetch().state == "complete"
