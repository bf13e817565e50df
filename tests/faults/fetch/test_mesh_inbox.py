"""A mailbox that misbehaves, and a process that is stopped anywhere: nothing is lost, nothing is taken
twice."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.errors import NoAnswerError, RunLockedError, SetupError
from pipeline.fetch.place import held
from tests.fetch_desk import FEED, MAILBOX, MESH_FEED, SECRETS, Desk, csv, killed
from tests.landing_house import House, declare_sources
from tests.mesh_exchange import WORKFLOW, Exchange, Letter, Wrong

PEOPLE = "2026-03-30/Person.csv"
BROKEN = Wrong(keep=20)


@pytest.fixture
def exchange() -> Iterator[Exchange]:
    """An empty mailbox."""
    with Exchange() as exchange:
        yield exchange


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: Exchange) -> Desk:
    """A deployment that takes one workflow of one sender out of it."""
    declare_sources(monkeypatch)
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)
    return Desk(House(tmp_path), MESH_FEED, url=exchange.url)


def letter(*numbers: int, **more: object) -> Letter:
    """A file of people in one chunk."""
    return replace(Letter([csv(*numbers)]), **more)  # type: ignore[arg-type]


def test_a_message_lands_under_its_own_name_and_is_acknowledged(desk: Desk, exchange: Exchange) -> None:
    exchange.post(letter(1, 2))
    target = desk.house.zones.fetched / FEED / PEOPLE
    seen = []

    def look() -> None:
        rows = desk.house.ledger.query("select state from fetched_file")
        seen.append((target.read_bytes() == csv(1, 2), rows[0]["state"]))

    exchange.before_acknowledging = look
    (found,) = desk.fetch()
    assert (found.state, found.files, found.size) == ("complete", 1, len(csv(1, 2)))
    assert seen == [(True, "delivered")]  # safe, and known to be, before MESH deletes it
    assert exchange.waiting() == [] and desk.arrivals() == ["acknowledged"] and not desk.half()
    assert target.stat().st_mode & 0o777 == 0o600 and target.parent.stat().st_mode & 0o777 == 0o700
    assert desk.land().outcome == "landed" and desk.people() == [1, 2]
    assert desk.fetch()[0].files == 0


def test_chunks_are_joined_unpacked_and_checked(desk: Desk, exchange: Exchange) -> None:
    content = csv(*range(1, 200))
    chunks = [content[:1000], content[1000:3000], content[3000:]]
    said = {"Mex-Content-Checksum": f"MD5 {hashlib.md5(content).hexdigest().upper()}"}  # noqa: S324
    exchange.post(Letter(chunks, more=said, is_gzipped=True))
    assert desk.fetch()[0].lacks == ""
    assert desk.delivered() == {PEOPLE: content}


def test_every_page_of_the_inbox_is_read(desk: Desk, exchange: Exchange) -> None:
    exchange.page = 3
    for number in range(1, 9):
        exchange.post(letter(number, name=f"Person_{number:02d}.csv"))
    assert desk.fetch()[0].files == 8
    assert exchange.waiting() == []


def test_a_file_that_its_sender_compressed_is_named_so(desk: Desk, exchange: Exchange) -> None:
    packed = gzip.compress(csv(1))
    exchange.post(Letter([packed], more={"Mex-Content-Compressed": "Y"}))
    desk.fetch()
    assert desk.delivered() == {f"{PEOPLE}.gz": packed}
    desk.land()
    assert desk.people() == [1]


def test_killed_anywhere_it_goes_on_without_loss_and_takes_nothing_twice(
    desk: Desk, exchange: Exchange
) -> None:
    at, all_of_them = 0, {}
    while True:
        at += 1
        name = f"2026-03-30/Person_{at}.csv"
        all_of_them[name] = content = csv(at)
        message = exchange.post(Letter([content[:9], content[9:]], name=Path(name).name, is_gzipped=True))
        if not killed(desk, at):
            break
        assert message not in exchange.acknowledged or desk.delivered() == all_of_them
        assert desk.fetch()[0].lacks == ""
        assert desk.delivered() == all_of_them
        assert exchange.waiting() == []
        assert exchange.acknowledged.count(message) <= 2  # it may be said again
        assert desk.arrivals() == ["acknowledged"] * at
        assert not desk.half()
    # listed, asked for, flushed twice, moved, its name and three folders flushed, noted, acknowledged, noted
    assert at - 1 == 12


def test_what_was_stored_but_not_acknowledged_is_not_asked_for_again(desk: Desk, exchange: Exchange) -> None:
    (message,) = [exchange.post(letter(1))]
    exchange.misbehave(f"ack:{message}", *[Wrong(status=503)] * 4)
    assert "safe here, and not acknowledged yet" in desk.lacks()
    asked = exchange.asked.count(message)
    assert desk.lacks() == "" and exchange.waiting() == []
    assert exchange.asked.count(message) == asked == 1
    assert desk.delivered() == {PEOPLE: csv(1)}


def test_an_acknowledgement_whose_answer_was_lost_is_one(desk: Desk, exchange: Exchange) -> None:
    message = exchange.post(letter(1))
    exchange.misbehave(f"ack:{message}", Wrong(status=410))
    assert desk.lacks() == "" and desk.arrivals() == ["acknowledged"]


@pytest.mark.parametrize(
    "wrong",
    [Wrong(status=status) for status in (425, 429, 500, 502, 503, 504)]
    + [BROKEN, Wrong(keep=40, says_whole=False), Wrong(change=lambda body: body[:-9] + b"x" * 9)],
)
def test_what_passes_is_tried_again(desk: Desk, exchange: Exchange, wrong: Wrong) -> None:
    message = exchange.post(letter(1, is_gzipped=True))
    exchange.misbehave(message, wrong, wrong)
    assert desk.lacks() == ""
    assert desk.delivered() == {PEOPLE: csv(1)}


def test_retry_after_is_obeyed(desk: Desk, exchange: Exchange) -> None:
    message = exchange.post(letter(1))
    exchange.misbehave("greet", Wrong(status=503, headers={"Retry-After": "17"}))
    exchange.misbehave("list", Wrong(status=429, headers={"Retry-After": "19"}))
    exchange.misbehave(message, Wrong(status=503, headers={"Retry-After": "23"}))
    assert desk.lacks() == ""
    assert desk.clock.waited == [17, 19, 23]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Wrong(keep=40, says_whole=False), "a chunk was cut short, 3 times"),
        (Wrong(change=lambda body: b"no gzip at all"), "the compression of a chunk is broken, 3 times"),
        (Wrong(headers={"Mex-Chunk-Range": "3:2"}), "another chunk came than was asked for, 3 times"),
    ],
)
def test_a_chunk_that_is_damaged_each_time_is_left_and_stops_no_other(
    desk: Desk, exchange: Exchange, wrong: Wrong, said: str
) -> None:
    content = csv(*range(1, 99))
    bad = exchange.post(Letter([content[:200], content[200:]], is_gzipped=True))
    exchange.post(letter(2, name="Person_2.csv"))
    exchange.misbehave(f"{bad}/2", wrong, wrong, wrong)
    assert f"1 message left: {said}; valid: sent again, whole" in desk.lacks()
    assert exchange.waiting() == [bad] and not [
        *desk.half(),
        *(set(desk.delivered()) - {"2026-03-30/Person_2.csv"}),
    ]
    assert desk.lacks() == "" and exchange.waiting() == []  # it was whole the next night


def test_a_checksum_that_is_not_met_is_left(desk: Desk, exchange: Exchange) -> None:
    exchange.post(letter(1, more={"Mex-Content-Checksum": "0" * 64}))
    assert "does not meet the sender's checksum, 3 times" in desk.lacks()
    assert exchange.acknowledged == [] and desk.delivered() == {} and desk.arrivals() == ["refused"]


def test_a_message_that_the_exchange_cannot_give_stops_no_other(desk: Desk, exchange: Exchange) -> None:
    bad = exchange.post(letter(1))
    exchange.post(letter(2, name="Person_2.csv"))
    exchange.misbehave(bad, *[Wrong(status=500)] * 4)
    assert "a message: answered 500, 4 times" in desk.lacks()
    assert exchange.waiting() == [bad] and list(desk.delivered()) == ["2026-03-30/Person_2.csv"]


def test_an_exchange_that_is_down_ends_the_fetch_and_the_next_goes_on(desk: Desk, exchange: Exchange) -> None:
    messages = [exchange.post(letter(number, name=f"Person_{number}.csv")) for number in range(1, 6)]
    for message in messages[1:]:
        exchange.misbehave(message, *[Wrong(status=503)] * 4)
    with pytest.raises(NoAnswerError, match="answered 503, 4 times; it goes on at the next fetch"):
        desk.fetch()
    assert exchange.acknowledged == messages[:1] and messages[4] not in exchange.asked
    exchange.wrongs.clear()
    assert desk.lacks() == "" and len(desk.delivered()) == 5


def test_what_was_left_and_has_expired_is_told_once(desk: Desk, exchange: Exchange) -> None:
    message = exchange.post(letter(1, sender="X26OT999"))
    assert "no feed takes" in desk.lacks()
    del exchange.letters[message]
    assert "1 message left: no longer in the mailbox: it expired before it could be taken" in desk.lacks()
    assert desk.lacks() == "" and desk.arrivals() == ["gone"]


def test_a_message_that_is_gone_is_told(desk: Desk, exchange: Exchange) -> None:
    message = exchange.post(letter(1))
    exchange.misbehave(message, Wrong(status=410))
    assert "no longer in the mailbox (answered 410)" in desk.lacks() and desk.arrivals() == ["gone"]


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "/etc/passwd",
        "a/b.csv",
        "..",
        ".hidden.csv",
        "a\\b.csv",
        "-rf.csv",
        "x" * 200,
        "é.csv",
    ],
)
def test_a_hostile_name_is_refused_and_not_acknowledged(desk: Desk, exchange: Exchange, name: str) -> None:
    exchange.post(letter(1, name=name.encode().decode("latin-1")))
    said = desk.lacks()
    assert "the name of its file is not in form; valid: a name of letters" in said and name not in said
    assert exchange.acknowledged == [] and desk.delivered() == {}
    outside = [path for path in desk.house.root.rglob("*") if path.is_file() and csv(1) in path.read_bytes()]
    assert outside == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"workflow": "UNHEARD_OF"}, "no feed takes workflow UNHEARD_OF from mailbox X26OT101"),
        ({"sender": "X26OT999"}, "no feed takes workflow WSIC_RETURNS from mailbox X26OT999"),
        ({"workflow": "9991234567"}, "no feed takes workflow (not in form)"),
        ({"kind": "ODDITY"}, "no feed takes workflow"),
        ({"more": {"Mex-Content-Encrypted": "Y"}}, "its sender encrypted it"),
        ({"sent_at": "20270101000000"}, "it is of a day to come; valid: today or before"),
    ],
)
def test_what_nobody_takes_is_left_and_told(
    desk: Desk, exchange: Exchange, more: dict[str, object], said: str
) -> None:
    exchange.post(letter(1, **more))
    exchange.post(letter(2))
    assert said in desk.lacks()
    assert len(exchange.waiting()) == 1 and desk.delivered() == {PEOPLE: csv(2)}
    assert said in desk.lacks()  # each night again, until somebody does something about it


def test_the_reply_of_the_opt_out_check_is_left_to_its_own_command(desk: Desk, exchange: Exchange) -> None:
    exchange.post(letter(1, workflow="SPINE_NTT_UPHOLDING"))
    exchange.post(letter(1, workflow="SPINE_NTT_UPHOLDING", kind="REPORT"))
    assert desk.lacks() == "" and exchange.acknowledged == [] and desk.delivered() == {}


def test_a_report_is_kept_by_its_code_and_acknowledged(desk: Desk, exchange: Exchange) -> None:
    exchange.post(
        Letter([], kind="REPORT", sender="", more={
            "Mex-StatusCode": "14", "Mex-StatusDescription": "Zyxmarker", "Mex-LinkedMsgId": "A1_B2"})
    )  # fmt: skip
    (practice, nobodys) = desk.fetch()
    assert practice.lacks == "" and nobodys.reports == 1
    assert nobodys.lacks == f"1 of ours could not be delivered by MESH: code 14, workflow {WORKFLOW}"
    (row,) = desk.house.ledger.query("select * from mesh_report")
    assert (row["status_code"], row["linked_message_id"]) == ("14", "A1_B2")
    assert exchange.waiting() == [] and desk.fetch()[0].lacks == ""


def test_another_content_of_a_name_waits_until_the_first_is_landed(desk: Desk, exchange: Exchange) -> None:
    exchange.post(letter(1))
    correction, third = exchange.post(letter(1, 2)), exchange.post(letter(1))
    said = desk.lacks()
    assert "its name and day hold another content that is not landed yet; valid: another name" in said
    assert exchange.waiting() == [correction, third]  # the third must not overtake the second
    assert desk.delivered() == {PEOPLE: csv(1)}
    desk.land()
    assert "an earlier message" not in (said := desk.lacks()) and "not landed yet" in said
    assert exchange.waiting() == [third] and desk.delivered() == {PEOPLE: csv(1, 2)}
    desk.land()
    assert desk.people() == [1, 2]
    assert desk.lacks() == "" and exchange.waiting() == []


def test_a_message_downloaded_twice_is_one(desk: Desk, exchange: Exchange) -> None:
    """The same content under two ids: its name holds it already, and both are acknowledged."""
    exchange.post(letter(1))
    exchange.post(letter(1))
    assert desk.lacks() == "" and exchange.waiting() == [] and desk.delivered() == {PEOPLE: csv(1)}


def test_totals_of_two_messages_are_joined(desk: Desk, exchange: Exchange) -> None:
    for number, said in ((1, b'{"files": [{"name": "A.csv", "rows": 1}, {"name": "B.csv", "rows": 1}]}'),
                         (2, b'{"files": [{"name": "B.csv", "rows": 2}]}')):  # fmt: skip
        exchange.post(Letter([said], name="manifest.json"), f"m{number}")
    assert desk.lacks() == ""
    joined = desk.delivered()["2026-03-30/manifest.json"]
    assert b'"A.csv"' in joined and joined.count(b'"rows": 2') == 1 and joined.count(b'"rows": 1') == 1


def test_a_night_of_another_source_leaves_the_message_alone(desk: Desk, exchange: Exchange) -> None:
    more = MESH_FEED.replace('"practice"', '"council"').replace('"gp"', '"acute"').replace("WSIC_", "OTHER_")
    desk.say(MESH_FEED + more)
    exchange.post(letter(1))
    assert desk.lacks(source="acute") == "" and exchange.acknowledged == [] and desk.arrivals() == ["listed"]
    assert desk.lacks(source="gp") == "" and exchange.waiting() == []


def test_a_mailbox_of_its_own_has_a_password_of_its_own(
    desk: Desk, exchange: Exchange, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.say(MESH_FEED + 'mailbox = "X26ABC9"')
    with pytest.raises(SetupError, match="missing: WSIC_MESH_PASSWORD_X26ABC9"):
        desk.fetch()
    monkeypatch.setenv("WSIC_MESH_PASSWORD_X26ABC9", "other")
    exchange.post(letter(1))
    assert desk.lacks() == "" and exchange.waiting() == []


def test_a_mailbox_that_does_not_let_us_in_is_a_matter_of_set_up(desk: Desk, exchange: Exchange) -> None:
    exchange.misbehave("greet", Wrong(status=403))
    with pytest.raises(SetupError, match="does not let us in \\(answered 403\\)") as refused:
        desk.fetch()
    assert "Zyxmarker" not in str(refused.value)


def test_two_fetches_of_one_mailbox_do_not_meet(desk: Desk, exchange: Exchange) -> None:
    with held(desk.house.zones, f"mesh-{MAILBOX.lower()}"), pytest.raises(RunLockedError):
        desk.fetch()
    assert exchange.asked == []


def test_a_large_message_is_never_held_whole(desk: Desk, exchange: Exchange) -> None:
    """120 MB in two chunks, compressed on the way: the process grows by a fraction of it."""
    import tracemalloc

    chunk = b"P1,Alder,1980-02-03,F,false,\n" * 2_000_000
    exchange.post(Letter([b"PersonId,FamilyName,Born,Sex,Deleted,Extra\n" + chunk, chunk], is_gzipped=True))
    bodies = [exchange.letters[one].body(number) for one in exchange.letters for number in (1, 2)]
    for one in exchange.letters.values():
        one.body = lambda number: bodies[number - 1]  # type: ignore[method-assign]
    tracemalloc.start()
    try:
        desk.fetch()
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert sum(map(len, desk.delivered().values())) > 100_000_000
    assert peak < 40_000_000
