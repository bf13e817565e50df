"""The pieces that look at bytes, addresses, times and keys."""

from __future__ import annotations

import gzip
import itertools
import json
import random
from datetime import UTC, datetime

import httpx
import jwt
import pytest

from connectors.fhir.bulk import DamagedFileError, NotSetUpError, Reach, ServerRefusedError, key_set, load_key
from connectors.fhir.bulk.export import Wanted, export_url
from connectors.fhir.bulk.manifest import parse_manifest
from connectors.fhir.bulk.patience import retry_after
from connectors.fhir.bulk.unpacking import Unpacking
from tests.bulk_desk import private_key

NOW = datetime(2026, 3, 30, 2, 0, tzinfo=UTC)
TEXTS = [b"", b"\n", b"a", b"a\n", b"\n\na\n \t\r\nb", b"a\r\n\r\nb\r\n", b" \n" * 50 + b"x", b"{}\n" * 1000]


def rows(content: bytes, cuts: list[int]) -> int:
    """Rows that are counted when the bytes come in pieces."""
    unpacking, places = Unpacking(), [0, *cuts, len(content)]
    for start, end in itertools.pairwise(places):
        unpacking.take(content[start:end])
    return unpacking.end()


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize(
    "pack", [bytes, gzip.compress, lambda t: gzip.compress(t[:2]) + gzip.compress(t[2:])]
)
def test_lines_are_counted_alike_however_the_bytes_are_cut(text: bytes, pack: object) -> None:
    content = pack(text)  # type: ignore[operator]
    expected = sum(bool(line.strip(b" \t\r")) for line in text.split(b"\n"))
    pieces = random.Random(7)
    for _ in range(20):
        cuts = sorted(pieces.randrange(len(content) + 1) for _ in range(pieces.randrange(6)))
        assert rows(content, cuts) == expected


@pytest.mark.parametrize("lost", [1, 4, 8, 12])
def test_a_gzip_without_its_end_is_damaged(lost: int) -> None:
    with pytest.raises(DamagedFileError, match="cut short"):
        rows(gzip.compress(b"{}\n" * 10)[:-lost], [])


def test_a_gzip_with_a_wrong_checksum_is_damaged() -> None:
    packed = bytearray(gzip.compress(b"{}\n" * 10))
    packed[-6] ^= 1
    with pytest.raises(DamagedFileError, match="broken"):
        rows(bytes(packed), [])


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("120", 120.0), ("0", 0.0), ("Mon, 30 Mar 2026 02:01:30 GMT", 90.0),
        ("Sun, 29 Mar 2026 02:00:00 GMT", 0.0),
        ("", None), ("soon", None), ("-1", None), ("9" * 40, None), ("Mon, 30 Mar 2026 02:01:30", None),
    ],
)  # fmt: skip
def test_retry_after_is_seconds_or_a_date(said: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": said}, NOW) == seconds


@pytest.mark.parametrize(
    ("address", "is_taken"),
    [
        ("files/1", True), ("/other/1", True), ("https://fhir.example/x", True),
        ("https://fhir.example:443/x", True),
        ("https://files.example/x", True), ("https://files.example:8443/x", False),
        ("https://fhir.example:8443/x", False),
        ("https://evil.example/x", False), ("http://fhir.example/x", False), ("//evil.example/x", False),
        ("https://fhir.example@evil.example/x", False), ("file:///etc/passwd", False),
        ("https://fhir.example.evil/x", False),
        ("http://127.0.0.1/x", False), ("http://169.254.169.254/latest", False),
    ],
)  # fmt: skip
def test_files_come_from_the_server_or_a_named_host(address: str, is_taken: bool) -> None:
    reach = Reach(base_url="https://fhir.example/r4", file_hosts=frozenset({"files.example"}))
    if not is_taken:
        with pytest.raises(NotSetUpError):
            reach.file(address, with_token=False)
        return
    found = reach.file(address, with_token=False)
    if found.host != "fhir.example":
        with pytest.raises(NotSetUpError, match="not taken there"):
            reach.file(address, with_token=True)


@pytest.mark.parametrize(
    "base",
    ["http://fhir.example/r4", "fhir.example", "https://", "ftp://fhir.example", "http://127.0.0.1/r4"],
)
def test_a_server_is_spoken_to_encrypted_only(base: str) -> None:
    with pytest.raises(NotSetUpError):
        Reach(base_url=base)


def test_a_server_on_this_machine_may_be_plain_in_development() -> None:
    assert Reach(base_url="http://127.0.0.1:8080/r4", allow_plain=True).host == "127.0.0.1"


def test_the_kick_off_says_everything_that_was_asked_for() -> None:
    wanted = Wanted(
        level="group",
        group="g1",
        types=("Patient", "Encounter"),
        type_filters=("Encounter?a=b&c=d",),
        since=NOW,
    )
    url = export_url("https://fhir.example/r4/", wanted)
    assert url.path == "/r4/Group/g1/$export"
    assert httpx.QueryParams(url.query.decode()).multi_items() == [
        ("_outputFormat", "application/fhir+ndjson"), ("_type", "Patient,Encounter"),
        ("_since", "2026-03-30T02:00:00.000+00:00"), ("_typeFilter", "Encounter?a=b&c=d"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "wrong",
    [
        {"transactionTime": "2026-03-30"}, {"transactionTime": None}, {"requiresAccessToken": "yes"},
        {"output": [{"type": "Patient"}]}, {"output": [{"type": "Pati/ent", "url": "x"}]},
        {"output": {"a": 1}},
        {"output": [{"type": "Patient", "url": "x", "count": -1}]}, {"error": ["x"]},
        {"output": [{"type": 1, "url": "x"}]},
    ],
)  # fmt: skip
def test_a_manifest_that_is_not_in_form_is_refused(wrong: dict[str, object]) -> None:
    said = {"transactionTime": "2026-03-30T02:00:00Z", "requiresAccessToken": True, "output": [], **wrong}
    with pytest.raises(ServerRefusedError, match="not in form"):
        parse_manifest(json.dumps(said).encode(), host="fhir.example")


@pytest.mark.parametrize("algorithm", ["RS384", "ES384"])
def test_a_key_signs_what_its_public_half_proves_and_publishes_no_private_half(algorithm: str) -> None:
    key = load_key(private_key(algorithm), name="key")
    (public,) = key_set([key])["keys"]
    assert public["alg"] == key.algorithm == algorithm
    assert not {"d", "p", "q", "dp", "dq", "qi", "k"} & set(public)
    token = key.sign({"iss": "x"})
    assert jwt.decode(token, jwt.PyJWK(public).key, algorithms=[algorithm]) == {"iss": "x"}
    assert jwt.get_unverified_header(token) == {"alg": algorithm, "kid": public["kid"], "typ": "JWT"}
    assert "PRIVATE" not in repr(key)


def test_a_jwk_is_a_key_as_well_and_keeps_its_name() -> None:
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    made = jwt.algorithms.ECAlgorithm.to_jwk(load_pem_private_key(private_key("ES384"), None), as_dict=True)
    text = json.dumps({**made, "kid": "2026-01"}).encode()
    assert load_key(text, name="key").key_id == "2026-01"
    assert load_key(text, name="key", key_id="mine").key_id == "mine"


def test_a_key_that_is_too_short_or_on_another_curve_is_refused() -> None:
    from cryptography.hazmat.primitives.asymmetric import ec, rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    short = rsa.generate_private_key(65537, 1024)  # noqa: S505 refused for it
    for key in (short, ec.generate_private_key(ec.SECP256R1())):
        text = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        with pytest.raises(NotSetUpError, match="key of another kind"):
            load_key(text, name="key")
