"""What a Bulk Data server does wrong on the way: what is tried again, and that nothing is lost by it."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from datetime import timedelta

import pytest

from pipeline.errors import InputRefusedError, NoAnswerError, RunLockedError, SetupError
from pipeline.fetch.place import held
from pipeline.warehouse import ledger_tables
from tests.bulk_desk import Desk, encounter, register, set_up
from tests.bulk_server import EPOCH, BulkServer, Cut, Reply, Served, could_not, ndjson, places, records

ALL = sorted(f"e{number}" for number in range(1, 40))
STRANGE_TYPE = b'{"transactionTime": "2026-03-30T02:00:00Z", "output": [{"type": "../x", "url": "files/1"}]}'
LATER = Reply(202, {"retry-after": "7", "x-progress": "30% done, Zyxmarker"})
BUSY, DOWN = Reply(429, {"retry-after": "11"}), Reply(503, {"retry-after": "13"})


def landed(desk: Desk) -> list[str]:
    """Ids that are current after landing what is there."""
    outcome = desk.land()
    assert outcome.outcome in ("landed", "unchanged"), outcome.message
    assert not desk.house.unbalanced()
    return desk.ids()


def made_good(desk: Desk) -> list[bool]:
    """Of each refused file, whether the warehouse is told that a later export made it good."""
    told = ledger_tables.read(desk.house.ledger, "files", run_id="run-1", product="secondary_use")
    return [row["is_made_good"] for row in told.to_pylist() if row["outcome"] == "refused"]


def test_a_good_export_is_fetched_landed_and_let_go(desk: Desk, server: BulkServer) -> None:
    found = desk.fetch()
    assert (found.state, found.files, found.rows, found.since) == ("complete", 3, 39, None)
    assert landed(desk) == ALL
    assert server.let_go == ["1"]
    assert places(server)[:2] == ["kick-off", "status"]
    asked = server.first("kick-off")
    assert asked.headers["prefer"] == "respond-async"
    assert asked.headers["accept"] == "application/fhir+json"
    assert asked.query["_outputFormat"] == ["application/fhir+ndjson"]
    assert "Encounter" in asked.query["_type"][0].split(",")
    assert [row["state"] for row in desk.files()] == ["fetched"] * 3
    assert not [path for path in desk.house.zones.fetching.iterdir() if path.is_dir()]


def test_files_are_stored_as_they_came_with_count_and_checksum(desk: Desk, server: BulkServer) -> None:
    desk.fetch()
    stored = {path.name: path.read_bytes() for path in desk.delivered()}
    assert sorted(hashlib.sha256(content).hexdigest() for content in stored.values()) == sorted(
        row["sha256"] for row in desk.files()
    )
    assert [name.endswith(".gz") for name in stored] == [False, True, True]
    assert sorted((row["rows_said"], row["rows"]) for row in desk.files()) == [(1, 1), (2, 2), (36, 36)]
    assert {(entry["rows"], entry["sha256"]) for entry in desk.totals()} == {
        (row["rows"], row["sha256"]) for row in desk.files()
    }


@pytest.mark.parametrize("place", ["smart", "token", "kick-off", "status", "file:2"])
@pytest.mark.parametrize(("wrong", "wait"), [(BUSY, 11.0), (DOWN, 13.0)], ids=["429", "503"])
def test_a_busy_server_is_waited_for_as_long_as_it_asks(
    desk: Desk, server: BulkServer, place: str, wrong: Reply, wait: float
) -> None:
    if place in ("smart", "token"):
        register(server)
    server.misbehave(place, wrong, wrong)
    assert desk.fetch().state == "complete"
    assert server.clock.waited == [wait, wait]
    assert landed(desk) == ALL


def test_an_export_that_takes_long_is_asked_after_as_the_server_says(desk: Desk, server: BulkServer) -> None:
    at = (EPOCH + timedelta(seconds=100)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    server.misbehave("status", LATER, LATER, Reply(202, {"retry-after": at}))
    desk.fetch()
    assert server.clock.waited == [7.0, 7.0, 86.0]


def test_without_a_word_on_when_each_wait_is_twice_as_long(desk: Desk, server: BulkServer) -> None:
    server.misbehave("status", *[Reply(202)] * 10)
    desk.fetch()
    assert server.clock.waited == [2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 300.0, 300.0]


def test_an_export_that_is_not_ready_in_time_is_gone_on_with_next_time(
    desk: Desk, server: BulkServer
) -> None:
    server.misbehave("status", LATER, Reply(202, {"retry-after": "86400"}))
    with pytest.raises(InputRefusedError, match="not ready within 360 minutes"):
        desk.fetch()
    assert desk.jobs()[0]["state"] == "exporting"
    assert desk.fetch().state == "complete"
    assert server.times_asked("kick-off") == 1
    assert landed(desk) == ALL


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        *((place, Cut(-1, is_reset=True)) for place in ("kick-off", "status", "file:3")),
        ("kick-off", Cut(-1)),
        ("kick-off", Reply(500)),
        ("status", Cut(3, is_reset=True)),
        ("status", Cut(0)),
        ("status", Reply(502)),
        ("file:3", Cut(10)),
        ("file:3", Cut(10, is_reset=True)),
        ("file:3", Reply(504)),
    ],
    ids=str,
)
def test_a_request_that_fails_is_made_again(
    desk: Desk, server: BulkServer, place: str, wrong: Reply | Cut
) -> None:
    server.misbehave(place, wrong, wrong)
    assert desk.fetch().state == "complete"
    assert server.clock.waited == [2.0, 4.0]
    assert landed(desk) == ALL


def test_a_server_that_always_fails_is_given_up_and_the_job_goes_on_next_time(
    desk: Desk, server: BulkServer
) -> None:
    server.misbehave("file:1", *[Cut(5, is_reset=True)] * 6)
    with pytest.raises(NoAnswerError, match="fetching file 1: the connection broke"):
        desk.fetch()
    assert desk.jobs()[0]["state"] == "downloading"
    assert desk.delivered() == []
    before = {place: server.times_asked(place) for place in ("file:2", "file:3")}
    assert desk.fetch().state == "complete"
    assert {place: server.times_asked(place) for place in before} == before
    assert server.times_asked("kick-off") == 1
    assert landed(desk) == ALL


def test_a_failed_export_is_said_by_status_and_code_and_asked_for_anew(
    desk: Desk, server: BulkServer
) -> None:
    body = ndjson(
        {"resourceType": "OperationOutcome", "issue": [{"code": "too-costly", "diagnostics": "Zyxmarker"}]}
    )
    server.misbehave("status", Reply(400, {}, body))
    with pytest.raises(InputRefusedError, match=r"was answered 400 \(too-costly\)") as refused:
        desk.fetch()
    assert "Zyxmarker" not in str(refused.value)
    assert desk.jobs()[0]["state"] == "failed"
    assert desk.fetch().job_id != desk.jobs()[0]["job_id"]
    assert landed(desk) == ALL


def test_a_failure_that_is_called_transient_is_asked_again(desk: Desk, server: BulkServer) -> None:
    body = ndjson({"resourceType": "OperationOutcome", "issue": [{"code": "transient"}]})
    server.misbehave("status", Reply(400, {}, body))
    assert desk.fetch().state == "complete"
    assert server.times_asked("kick-off") == 1


def test_an_export_that_is_forgotten_mid_download_is_asked_for_again_from_the_same_time(
    desk: Desk, server: BulkServer
) -> None:
    desk.fetch()
    server.times = [EPOCH, EPOCH + timedelta(days=1)]
    server.exports.append([records("Encounter", encounter(41)), records("Encounter", encounter(42))])
    server.misbehave("file:2", Reply(410))
    server.misbehave("status", lambda: None, Reply(410))  # ready; then gone
    found = desk.fetch(parallel=1)
    since = EPOCH - timedelta(minutes=60)
    assert (found.state, found.since) == ("complete", since)
    assert [row["state"] for row in desk.jobs()] == ["complete", "gone", "complete"]
    assert [asked.query.get("_since") for asked in server.asked if asked.place == "kick-off"] == [
        None, ["2026-03-30T01:00:00.000+00:00"], ["2026-03-30T01:00:00.000+00:00"],
    ]  # fmt: skip
    assert landed(desk) == sorted([*ALL, "e41", "e42"])


@pytest.mark.parametrize("status", [403, 404, 410])
def test_an_address_that_ended_is_asked_for_again_and_the_export_is_not(
    desk: Desk, server: BulkServer, status: int
) -> None:
    server.misbehave("file:2", Reply(status))
    assert desk.fetch().state == "complete"
    assert server.times_asked("kick-off") == 1
    assert server.times_asked("status") == 2
    assert landed(desk) == ALL


def test_a_server_that_forgets_every_export_is_not_asked_for_ever(desk: Desk, server: BulkServer) -> None:
    server.misbehave("status", *[Reply(404)] * 3)
    with pytest.raises(InputRefusedError, match="no longer knows the export"):
        desk.fetch()
    assert server.times_asked("kick-off") == 3
    assert [row["state"] for row in desk.jobs()] == ["gone"] * 3


def test_a_cut_gzip_is_asked_for_again(desk: Desk, server: BulkServer) -> None:
    file = server.exports[0][1]
    cut = Reply(200, {"content-encoding": "gzip"}, file.sent[:-6])
    server.misbehave("file:2", cut)
    assert desk.fetch().state == "complete"
    assert landed(desk) == ALL


@pytest.mark.parametrize(
    "wrong",
    [
        Reply(200, {"content-encoding": "gzip"}, b"\x1f\x8b\x08\x00cut"),
        Reply(200, {"content-type": "text/html"}, b"<p>log in"),
        Reply(200, {"content-encoding": "br"}, b"x"),
        Reply(200, {"content-digest": f"sha-256=:{b64encode(b'0' * 32).decode()}:"}, ndjson(encounter(3))),
        Reply(200, {"content-md5": b64encode(b"0" * 16).decode()}, ndjson(encounter(3))),
    ],
    ids=["gzip", "web page", "encoding", "digest", "md5"],
)
def test_a_file_that_is_damaged_each_time_leaves_the_feed_lacking_and_the_time_where_it_was(
    desk: Desk, server: BulkServer, wrong: Reply
) -> None:
    server.misbehave("file:2", wrong, wrong, wrong)
    assert desk.fetch().state == "incomplete"
    assert [row["state"] for row in desk.files() if row["number"]] == ["fetched", "failed", "fetched"]
    outcome = desk.land()
    assert "not_exported: the sender says that it could not export everything, 1 times" in outcome.message
    assert desk.ids() == sorted(set(ALL) - {"e3"})
    assert desk.fetch().since is None  # all is asked for again, as nothing was complete yet
    assert desk.land().outcome == "landed"
    assert desk.ids() == ALL


def test_a_checksum_that_is_right_is_met(desk: Desk, server: BulkServer) -> None:
    file = server.exports[0][1]
    digest = b64encode(hashlib.sha512(file.sent).digest()).decode()
    file.headers = {"repr-digest": f"sha-512=:{digest}:", "digest": "unixsum=30637"}
    assert desk.fetch().state == "complete"
    assert server.times_asked("file:2") == 1


def test_a_file_with_other_rows_than_were_counted_is_refused_by_its_totals(
    desk: Desk, server: BulkServer
) -> None:
    server.exports[0][0].count = 5
    assert desk.fetch().state == "incomplete"
    assert server.times_asked("file:1") == 3
    desk.land()
    assert desk.ids() == sorted(set(ALL) - {"e1", "e2"})
    refused = next(file for file in desk.house.files() if file["outcome"] == "refused")
    assert "manifest says 5 rows, 2 came" in refused["message"]
    assert not desk.house.unbalanced()


def test_what_could_not_be_exported_refuses_its_file_and_keeps_the_time(
    desk: Desk, server: BulkServer
) -> None:
    server.exports[0].append(could_not(text="Zyxmarker"))
    assert desk.fetch().state == "incomplete"
    outcome = desk.land()
    assert "not_exported: the sender says that it could not export everything, 1 times" in outcome.message
    name = next(file["file_name"] for file in desk.house.files() if file["outcome"] == "refused")
    assert name.startswith("OperationOutcome.export-")
    assert desk.ids() == ALL
    assert made_good(desk) == [False]
    server.exports.append([records("Encounter", encounter(99))])
    found = desk.fetch()
    assert (found.state, found.since) == ("complete", None)
    assert made_good(desk) == [True]


def test_what_a_server_only_remarks_lacks_nothing(desk: Desk, server: BulkServer) -> None:
    server.exports[0].append(could_not("information", "informational"))
    assert desk.fetch().state == "complete"
    assert landed(desk) == ALL


def test_overlapping_exports_give_one_row_of_each_version(desk: Desk, server: BulkServer) -> None:
    desk.fetch()
    server.times = [EPOCH, EPOCH + timedelta(days=1)]
    server.exports.append([
        records("Encounter", encounter(2), encounter(3, version=2, status="cancelled"), encounter(50))
    ])  # fmt: skip
    assert desk.fetch().since == EPOCH - timedelta(minutes=60)
    assert landed(desk) == sorted([*ALL, "e50"])
    statuses = dict(desk.house.fhir("Encounter", "id, status", "acute/FH1"))
    assert (statuses["e2"], statuses["e3"]) == ("finished", "cancelled")


def test_another_scope_begins_with_everything(desk: Desk, server: BulkServer) -> None:
    """A time that was reached for Encounters says nothing of Patients."""
    assert desk.fetch(types=("Encounter",)).since is None
    assert desk.fetch(types=("Encounter", "Patient")).since is None
    assert desk.fetch(types=("Patient", "Encounter")).since == EPOCH - timedelta(minutes=60)
    assert desk.fetch(types=("Encounter",), type_filters=("Encounter?status=finished",)).since is None


def test_everything_is_asked_for_again_when_it_is_due(desk: Desk, server: BulkServer) -> None:
    desk.fetch(full_every_days=7)
    assert desk.fetch(full_every_days=7).since is not None
    server.clock.time += timedelta(days=7)
    assert desk.fetch(full_every_days=7).since is None


def test_levels_types_and_filters_are_asked_for_as_set_up(desk: Desk, server: BulkServer) -> None:
    filters = ("Encounter?status=finished", "Encounter?class=EMER,IMP")
    desk.fetch(level="group", group="wsic.1", types=("Encounter",), type_filters=filters)
    desk.fetch(level="patient", types=("Encounter", "Patient"))
    kick_offs = [asked for asked in server.asked if asked.place == "kick-off"]
    assert kick_offs[0].query["_typeFilter"] == list(filters)
    assert kick_offs[1].query["_type"] == ["Encounter,Patient"]


def test_types_that_are_not_landed_are_not_fetched(desk: Desk, server: BulkServer) -> None:
    server.exports[0].append(Served("output", "Binary", ndjson({"resourceType": "Binary"}), count=1))
    assert desk.fetch().state == "complete"
    assert desk.files()[-1]["state"] == "left"
    assert server.times_asked("file:4") == 0


def test_an_empty_file_is_no_file(desk: Desk, server: BulkServer) -> None:
    server.exports[0].append(Served("output", "Patient", b"", count=0))
    assert desk.fetch().state == "complete"
    assert landed(desk) == ALL


def test_an_export_with_nothing_new_is_complete(desk: Desk, server: BulkServer) -> None:
    desk.fetch()
    server.exports.append([])
    assert desk.fetch().state == "complete"
    assert landed(desk) == ALL


def test_a_line_of_any_length_is_counted_without_being_held(desk: Desk, server: BulkServer) -> None:
    long = encounter(3) | {"text": {"status": "generated", "div": "x" * 9_000_000}}
    server.exports = [[records("Encounter", encounter(1), long, encounter(2), gzipped=True)]]
    assert desk.fetch().rows == 3
    assert landed(desk) == ["e1", "e2", "e3"]


def test_a_server_that_will_not_delete_costs_nothing(desk: Desk, server: BulkServer) -> None:
    server.misbehave("let-go", Reply(405))
    assert desk.fetch().state == "complete"


@pytest.mark.parametrize(
    ("place", "wrong", "said"),
    [
        ("kick-off", Reply(200), "asking for an export was answered 200"),
        ("kick-off", Reply(202), "names no Content-Location"),
        ("status", Reply(200, {}, b"[]"), "its manifest is not in form"),
        ("status", Reply(200, {}, b'{"transactionTime": "yesterday", "output": []}'), "not in form"),
        ("status", Reply(200, {}, STRANGE_TYPE), "not in form"),
        ("file:1", Reply(418), "fetching a file was answered 418"),
    ],
)  # fmt: skip
def test_what_cannot_be_followed_is_refused_with_what_was_expected(
    desk: Desk, server: BulkServer, place: str, wrong: Reply, said: str
) -> None:
    server.misbehave(place, wrong)
    with pytest.raises(InputRefusedError, match=said):
        desk.fetch()
    assert desk.jobs()[0]["state"] == "failed"
    assert desk.delivered() == []


@pytest.mark.parametrize("status", [401, 403])
def test_a_server_that_does_not_let_us_in_is_a_matter_of_set_up(
    desk: Desk, server: BulkServer, status: int
) -> None:
    server.misbehave("kick-off", Reply(status))
    with pytest.raises(SetupError, match="check what the registration is allowed"):
        desk.fetch()


def test_two_fetches_of_one_server_do_not_meet(desk: Desk, server: BulkServer) -> None:
    with held(desk.house.zones, set_up(server).name), pytest.raises(RunLockedError):
        desk.fetch()
    assert server.asked == []
