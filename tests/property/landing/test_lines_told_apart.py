"""A large FHIR file is landed by telling its sound lines apart; it must land as it would in one piece."""

from __future__ import annotations

import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipeline.landing import conformance, ndjson, sieve
from pipeline.landing.sieve import Sieved
from tests.benchmarks.damaged_files import DAMAGES, fhir_text
from tests.landing_house import House

IN_ONE_PIECE = 1 << 40
# What is packed is unpacked before anything is told apart.
_DAMAGES = sorted(set(DAMAGES) - {"zip", "gzip", "gzip cut short"})
_TYPES = ("Encounter", "Observation", "Patient")
_FILES, _SOUND_LINES = 4, 60
_LINES = {
    "sound": '{"resourceType": "Encounter", "id": "e1", "status": "finished", "class": {"code": "AMB"}, '
    '"subject": {"reference": "Patient/p1", "identifier": {"value": "x"}}, '
    '"period": {"start": "2026-01-02"}}',
    "text for an object": '"period": "2026-01-02"',
    "text for a list": '"type": "x"',
    "text in a list of objects": '"type": ["x"]',
    "a number behind an object in a list": '"type": [{"text": "a"}, 5]',
    "text behind null in a list": '"reasonCode": [null, "x"]',
    "an object for a list": '"extension": {"url": "u"}',
    "a list within": '"identifier": [{"extension": {"url": "u"}}]',
    "an object whose name is a list's": '"location": [{"location": []}]',
    "a reference's identifier": '"partOf": {"reference": "Encounter/e0", "identifier": ["x"]}',
    "a reference's identifier as text": '"partOf": {"identifier": "{x}"}',
    "a number as text": '"length": {"value": "12"}',
    "no number": '"length": {"value": "x"}',
    "a truth value": '"extension": [{"url": "u", "valueBoolean": 5}]',
    "a number too large": '"extension": [{"url": "u", "valueInteger": 123456789012345678901}]',
    "an unknown extension": '"extension": [{"url": "https://x.example/y"}]',
    "an unknown extension where nothing is landed": '"participant": [{"extension": [{"url": "https://x.example"}]}]',
    "an unknown extension, then a wrong value": '"extension": [{"url": "https://x.example"}], "period": 5',
    "an unknown extension, then no JSON": '"extension": [{"url": "https://x.example"}], "period": \x01',
    "a number for a text": '"serviceType": {"text": 5}',
    "a number beyond all": '"length": {"value": 1e999}',
    "a whole number with a point": '"extension": [{"url": "u", "valueInteger": 5.0}]',
    "a fraction for a whole number": '"extension": [{"url": "u", "valueInteger": 5.5}]',
    "a whole number with an exponent": '"extension": [{"url": "u", "valueInteger": 1e2}]',
    "a whole number just too large": '"extension": [{"url": "u", "valueInteger": 9223372036854775808}]',
    "a whole number too small": '"extension": [{"url": "u", "valueInteger": -9223372036854775809}]',
    "a truth value as text": '"extension": [{"url": "u", "valueBoolean": "true"}]',
    "a number for a truth value, in a known place": '"participant": [{"extension": [{"valueBoolean": 1}]}]',
    "a member twice, once wrong": '"period": {"start": "2026-01-02"}, "period": 5',
    "a member twice, first wrong": '"period": 5, "period": {"start": "2026-01-02"}',
    "an unknown extension, then a name with an escape": '"extension": [{"url": "u"}], "p\\u0065riod": 5',
    "an unknown extension, and nothing in a list": '"extension": [null, {"url": "https://x.example"}]',
    "an unknown extension, and a list for a text": '"extension": [{"url": ["https://x.example"]}]',
    "an object for a text": '"extension": [{"url": "u"}], "serviceType": {"text": {"a": [1]}}',
    "a member beside": '"_status": {"extension": [{"url": "https://x.example"}]}',
    "a member beside, and a wrong value": '"_status": {"extension": [{"url": "u"}]}, "type": {}',
    "an unknown extension, then a wrong escape": '"extension": [{"url": "u"}], "note": "\\q"',
    "an unknown extension, then half a pair": '"extension": [{"url": "u"}], "note": "\\ud800"',
    "a contained resource": '"contained": [{"resourceType": "Practitioner", "id": "x"}]',
    "an extension in a contained one": '"contained": [{"resourceType": "Flag", "extension": [{"url": "u"}]}]',
    "a date of no calendar": '"period": {"start": "2026-02-29"}',
    "a modifier within": '"participant": [{"modifierExtension": [{"url": "https://x.example"}]}]',
    "a name with an escape": '"p\\u0065riod": 5',
    "nothing": '"period": null, "type": [null], "extension": []',
    "a unit separator": '"serviceType": {"text": "a\x1fb"}',
    "what looks like nothing, in a text": '"serviceType": {"text": "null [] {} \\"\\""}',
    "an end before its start": '"period": {"start": "2026-01-02T10:00:00Z", "end": "2026-01-02T09:00:00Z"}',
}


# Sound lines of other types, to stand among damaged ones.
_OTHERS = {
    "Observation": '{"resourceType": "Observation", "id": "e1", "status": "final", "code": {"text": "x"}, '
    '"subject": {"reference": "Patient/p1"}, "effectiveDateTime": "2026-01-02"}',
    "Patient": '{"resourceType": "Patient", "id": "e1", "birthDate": "1980-01-02", "gender": "female"}',
}


class Apart:
    """Lands the same files twice: lines told apart, and in one piece; keeps which files were told apart."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.monkeypatch, self.told = monkeypatch, []
        self.houses = {}
        for word in ("apart", "whole"):
            (root / word).mkdir()
            self.houses[word] = House(root / word)
        sieve_ = sieve.sieve

        def spied(*given: Any) -> Sieved | None:
            found = sieve_(*given)
            self.told.append(found is not None)
            return found

        monkeypatch.setattr(ndjson.sieve, "sieve", spied)

    def send(self, name: str, content: bytes) -> None:
        for house in self.houses.values():
            house.send(name, content=content, feed="acute/X01")

    def landed(self) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
        """What landing left of the files, either way; once."""
        both = []
        for house, large_from in zip(self.houses.values(), (0, IN_ONE_PIECE), strict=True):
            self.monkeypatch.setattr(sieve, "LARGE_FROM", large_from)
            house.receive("acute/X01")
            assert not house.unbalanced()
            both.append(everything(house))
        return both[0], both[1]


def everything(house: House) -> Mapping[str, Any]:
    """Everything that landing leaves of what was sent, typed rows in the order in which they lie."""
    return {
        "files": [{k: v for k, v in row.items() if k != "run_id"} for row in house.files()],
        "rules": house.ledger.query("select * from file_rule order by 1, 2, 3"),
        "stages": house.ledger.query(
            "select file_id, rows_in, rows_out, rows_quarantined from stage order by 1"
        ),
        "stripped": house.ledger.query("select * from extension order by 1, 2, 3, 4"),
        "typed": {path.name: lying(path) for path in sorted(house.zones.typed.rglob("*.parquet"))},
        "quarantine": {path.name: lying(path) for path in sorted(house.zones.quarantine.rglob("*.parquet"))},
    }


def lying(path: Path) -> list[tuple[Any, ...]]:
    """The rows of a Parquet file as they lie in it."""
    with duckdb.connect() as con:
        con.execute("set threads = 1")
        return con.execute("from read_parquet(?, hive_partitioning = false)", [str(path)]).fetchall()


def file_of(resource_type: str, rng: random.Random) -> bytes:
    """Sound lines, among them a few lines of anything, and then one damage to the file."""
    sound = _OTHERS.get(resource_type, _LINES["sound"])
    lines = [sound.replace('"e1"', f'"e{rng.randrange(_SOUND_LINES * 9)}"') for _ in range(_SOUND_LINES)]
    lines += fhir_text(resource_type, rng).decode().splitlines()[:4]
    if resource_type == "Encounter":
        lines.append(sound.replace('"period": {"start": "2026-01-02"}', rng.choice(list(_LINES.values()))))
    rng.shuffle(lines)
    text = "".join(f"{line}\n" for line in lines).encode("utf-8", errors="replace")
    return DAMAGES[rng.choice(_DAMAGES)](text, rng)


@pytest.mark.parametrize("seed", [3])
def test_damaged_files_land_as_they_would_in_one_piece(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rng, both = random.Random(seed), Apart(tmp_path, monkeypatch)
    for number in range(_FILES):
        resource_type = _TYPES[number % len(_TYPES)]
        both.send(f"{resource_type}.{number}.ndjson", file_of(resource_type, rng))
    apart, whole = both.landed()
    assert sum(both.told) > _FILES / 2
    assert sum(row["rows_quarantined"] > 0 for row in whole["files"]) > _FILES / 2
    assert sum(row["rows_landed"] > _SOUND_LINES / 2 for row in whole["files"]) > _FILES / 2
    assert apart == whole


def test_every_kind_of_line_lands_as_it_would_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = _LINES["sound"]
    lines = [
        sound,
        "",
        *(sound.replace('"period": {"start": "2026-01-02"}', line) for line in _LINES.values()),
    ]
    lines[2:3] = ["  ", sound.replace("e1", "e2"), '{"resourceType": "Encounter"', "[]", "null", sound + " "]
    lines += [sound] * 200  # most lines of a file that is told apart are sound
    # Followed down without being in doubt is the last line alone: a line that does not conform would else
    # have the file landed in one piece.
    monkeypatch.setattr(conformance, "LOOKED_AT", 1)
    both = Apart(tmp_path, monkeypatch)
    both.send("Encounter.ndjson", "\n".join(lines).encode())
    both.send("Encounter.crlf.ndjson", "\r\n".join(lines).encode())
    apart, whole = both.landed()
    assert both.told == [True, True]
    assert apart == whole
    (quarantined,) = {len({row[0] for row in rows}) for rows in whole["quarantine"].values()}
    assert 15 <= quarantined < len(lines) - 200


@pytest.mark.parametrize(
    ("sound", "suspect", "told"),
    [(60, 40, [True]), (40, 60, [False])],
    ids=["few", "many"],
)
def test_a_file_of_mostly_suspects_is_landed_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, sound: int, suspect: int, told: list[bool]
) -> None:
    """The head may be sound and the rest not: the suspects of the whole file are counted too."""
    monkeypatch.setattr("connectors.fhir.lines._HEAD", 2_000)
    line = _LINES["sound"]
    strange = line.replace('"period": {', '"serviceType": {"text": "{}"}, "period": {')
    both = Apart(tmp_path, monkeypatch)
    both.send("Encounter.ndjson", "\n".join([line] * sound + [strange] * suspect).encode())
    apart, whole = both.landed()
    assert both.told == told
    assert whole["files"][0]["rows_landed"] == sound + suspect
    assert apart == whole


@pytest.mark.parametrize(
    ("member", "told"),
    [('"period": {"start": "2026-01-45"}', True), ('"participant": [{"shoe": 5}]', False)],
    ids=["a rule refuses it", "nothing else refuses it"],
)
def test_a_line_that_a_rule_refuses_has_not_all_others_followed_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, member: str, told: bool
) -> None:
    """Else a single bad date among a million lines would have each of them taken apart."""
    sound = _LINES["sound"]
    both = Apart(tmp_path, monkeypatch)
    lines = [sound] * 80 + [sound.replace('"period": {"start": "2026-01-02"}', member)]
    both.send("Encounter.ndjson", "\n".join(lines).encode())
    followed = []
    follow_all = conformance.follow_all
    monkeypatch.setattr(conformance, "follow_all", lambda *given: followed.append(follow_all(*given)))
    apart, whole = both.landed()
    assert bool(followed) is not told
    assert whole["files"][0]["rows_quarantined"] == 1
    assert apart == whole


class _OfOursError(Exception):
    pass


@pytest.mark.parametrize(
    "name", ["connectors.fhir.teller.Telling.__call__", "pipeline.landing.sieve._Rules._passed"]
)
def test_what_goes_wrong_in_our_own_functions_is_no_reason_to_land_in_one_piece(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """A fault in telling or judging would else be hidden behind the other way to the same rows."""
    line = _LINES["sound"]
    late = line.replace(
        '"period": {"start": "2026-01-02"}',
        '"period": {"start": "2026-01-02T10:00:00Z", "end": "2026-01-01"}',
    )
    house = House(tmp_path)
    house.send("Encounter.ndjson", content=f"{line}\n{late}\n".encode(), feed="acute/X01")
    monkeypatch.setattr(sieve, "LARGE_FROM", 0)

    def fails(*_: Any) -> None:
        raise _OfOursError

    monkeypatch.setattr(name, fails)
    with pytest.raises(_OfOursError):
        house.receive("acute/X01")
