"""Structure-aware fuzzing of every format: sound files are damaged in ways that keep most of their structure,
and landed. No damage may end in an exception, hang, or leave an account that does not balance.

``python -m tests.benchmarks.damaged_files --files 10000 --seed 1`` runs as many as asked for, two hundred in
a home, on every processor; the tests run a small fixed number. Every night gets a few files. A seed gives
the same files again, and each home has its own, which is told where one fails.
"""

from __future__ import annotations

import argparse
import functools
import gzip
import io
import json
import os
import random
import sys
import tempfile
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import date
from pathlib import Path

from connectors import registry
from connectors.declare import Column, Kind, NativeFile
from connectors.fhir.shapes import SHAPES
from pipeline.landing import Feed, build_fhir, land_feed
from pipeline.ledger import Ledger
from pipeline.settings import Settings

AS_OF = date(2026, 3, 31)
SLOWEST_SECONDS = 120  # of one night of a few small files; beyond, something hangs
_FILES_A_NIGHT, _FILES_A_HOME = 10, 200  # a home in which everything was landed before is slow to build
_NASTY = (
    "", " ", '"', '""', ",", "\n", "\r", "\x00", "\ufeff", "\u2028", "'", "=1+1", "NULL", "é",
    "999999999999999999999", "-1", "1e999", "2026-02-30",
    "31/12/2025", "true", "[]", "{}", "\\", "\t", "x" * 5000, "😀",
)  # fmt: skip
_SOUND = {
    Kind.DATE: "2026-01-02", Kind.DATETIME: "2026-01-02T03:04:05", Kind.TIME: "03:04", Kind.INTEGER: "7",
    Kind.DECIMAL: "1.5", Kind.BOOLEAN: "true",
}  # fmt: skip
Damage = Callable[[bytes, random.Random], bytes]


def native_text(file: NativeFile, dates: str, rng: random.Random) -> bytes:
    """A sound small file of a declaration, now and then with a nasty value in a field."""
    names = [column.name for column in file.columns]
    lines = [_line(names)]
    for row in range(rng.randint(0, 12)):
        lines.append(_line([_value(column, row, dates, rng) for column in file.columns]))
    return "".join(lines).encode("utf-8", errors="replace")


def _value(column: Column, row: int, dates: str, rng: random.Random) -> str:
    if rng.random() < 0.02:
        return rng.choice(_NASTY)
    kind = column.kind
    if dates == "tpp" and kind in (Kind.DATE, Kind.DATETIME):
        return "02 Jan 2026 00:00:00"
    values = sorted(column.values)
    return _SOUND.get(kind) or (rng.choice(values) if values else f"v{row % 5}")


def _line(values: list[str]) -> str:
    def field(value: str) -> str:
        bare = not any(mark in value for mark in ',"\r\n')
        return value if bare else '"' + value.replace('"', '""') + '"'

    return ",".join(field(value) for value in values) + "\n"


def fhir_text(resource_type: str, rng: random.Random) -> bytes:
    """Lines of a resource type whose elements are mostly of their shape, now and then of another."""
    lines = []
    for row in range(rng.randint(0, 8)):
        resource: dict[str, object] = {"resourceType": resource_type, "id": f"r{row}"}
        for name, kind in SHAPES[resource_type].items():
            if name != "id" and rng.random() < 0.4:
                resource[name] = _of_shape(kind, rng)
        lines.append(json.dumps(resource, ensure_ascii=rng.random() < 0.5))
    return "".join(f"{line}\n" for line in lines).encode("utf-8", errors="replace")


def _of_shape(kind: str, rng: random.Random) -> object:
    if rng.random() < 0.1:
        return rng.choice([None, 1, True, "x", [], {}, [[]], [None], {"extension": [{"url": "u"}]}])
    if kind.endswith("[]"):
        return [_of_shape(kind[:-2], rng) for _ in range(rng.randint(0, 2))]
    if kind.startswith("STRUCT"):
        return {"reference": rng.choice(["Patient/r1", "Patient/zz", "#a", ""]), "system": "s", "code": "c"}
    return {"BOOLEAN": True, "BIGINT": 3, "DOUBLE": 1.5}.get(kind) or rng.choice(
        ["2026-01-02", "final", *_NASTY]
    )


def _somewhere(text: bytes, rng: random.Random) -> int:
    return rng.randrange(len(text) + 1)


def _flip(text: bytes, rng: random.Random) -> bytes:
    if not text:
        return text
    place = rng.randrange(len(text))
    return text[:place] + bytes([rng.randrange(256)]) + text[place + 1 :]


def _insert(text: bytes, rng: random.Random) -> bytes:
    place = _somewhere(text, rng)
    return text[:place] + rng.choice(_NASTY).encode("utf-8") + text[place:]


def _shuffle_lines(text: bytes, rng: random.Random) -> bytes:
    lines = text.splitlines(keepends=True)
    rng.shuffle(lines)
    return b"".join(lines)


def _drop_field(text: bytes, rng: random.Random) -> bytes:
    lines = text.split(b"\n")
    place = rng.randrange(len(lines))
    lines[place] = b",".join(lines[place].split(b",")[1:])
    return b"\n".join(lines)


def _zipped(text: bytes, name: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return held.getvalue()


DAMAGES: dict[str, Damage] = {
    "none": lambda text, _: text,
    "cut short": lambda text, rng: text[: _somewhere(text, rng)],
    "byte flipped": _flip,
    "bytes inserted": _insert,
    "line doubled": lambda text, rng: text + b"".join(text.splitlines(keepends=True)[-1:]),
    "lines shuffled": _shuffle_lines,
    "no header": lambda text, _: text.partition(b"\n")[2],
    "field dropped": _drop_field,
    "carriage returns": lambda text, _: text.replace(b"\n", b"\r\n"),
    "old line ends": lambda text, _: text.replace(b"\n", b"\r"),
    "byte-order mark": lambda text, _: b"\xef\xbb\xbf" + text,
    "cp1252": lambda text, _: text.decode("utf-8").encode("cp1252", errors="replace"),
    "utf-16": lambda text, _: text.decode("utf-8").encode("utf-16"),
    "quote opened": lambda text, rng: text[: (p := _somewhere(text, rng))] + b'"' + text[p:],
    "trailing commas": lambda text, _: text.replace(b"\n", b",\n"),
    "total behind": lambda text, rng: text + f"TOTAL,{rng.randint(0, 12)}\n".encode(),
    "gzip": lambda text, _: gzip.compress(text, mtime=0),
    "gzip cut short": lambda text, rng: gzip.compress(text, mtime=0)[: rng.randint(1, 40)],
    "zip": lambda text, _: text,  # packed under its own name where it is written
    "empty": lambda *_: b"",
    "noise": lambda _, rng: rng.randbytes(rng.randint(1, 400)),
}


def sound_files(rng: random.Random) -> Iterator[tuple[str, str, bytes]]:
    """Endlessly ``(source, file name, content)`` of every format, FHIR among them."""
    formats = [(source.word, one) for source in registry.SOURCES.values() for one in source.formats]
    while True:
        word, format_ = rng.choice(formats)
        if rng.random() < 0.3:
            resource_type = rng.choice(list(SHAPES))
            yield word, f"{resource_type}.ndjson", fhir_text(resource_type, rng)
        else:
            file = rng.choice(format_.files)
            yield word, file.name, native_text(file, format_.dates, rng)


def run(folder: Path, *, files: int, seed: int) -> Counter[str]:
    """Land ``files`` damaged files; returns how many had which outcome.

    Raises :class:`AssertionError` for an account that does not balance, for a file that is not accounted for,
    and for a night that takes too long; whatever landing raises passes on.
    """
    rng = random.Random(seed)
    settings = Settings(home=folder / "home", memory_limit="1GB", threads=1)
    (folder / "home" / "audit").mkdir(parents=True)
    ledger = Ledger(folder / "home" / "audit" / "ledger.sqlite")
    made, outcomes = 0, Counter[str]()
    stream = sound_files(rng)
    for night in range((files + _FILES_A_NIGHT - 1) // _FILES_A_NIGHT):
        extracts, sent = folder / f"extracts-{night}", set()
        for _ in range(min(_FILES_A_NIGHT, files - made)):
            source, name, content = next(stream)
            damage = rng.choice(list(DAMAGES))
            outcomes[f"damage: {damage}"] += 1
            path = extracts / source / f"X{night % 7}" / "2026-03-30" / _named(name, damage, rng)
            path.parent.mkdir(parents=True, exist_ok=True)
            damaged = DAMAGES[damage](content, rng)
            path.write_bytes(_zipped(damaged, name) if damage == "zip" else damaged)
            sent.add((source, path.parent.parent.name))
            made += 1
        for source, sender in sorted(sent):
            outcomes += _land(settings, ledger, Feed(source, sender), extracts, night)
        _require_balance(ledger)
    return outcomes


def _named(name: str, damage: str, rng: random.Random) -> str:
    ending = {"gzip": ".gz", "gzip cut short": ".gz", "zip": ".zip"}.get(damage, "")
    name += ending if rng.random() < 0.9 else ""
    return name.upper() if rng.random() < 0.1 else name


def _land(settings: Settings, ledger: Ledger, feed: Feed, extracts: Path, night: int) -> Counter[str]:
    began = time.monotonic()
    outcome = land_feed(settings, ledger, run_id=f"r{night}", feed=feed, extracts=extracts, as_of=AS_OF)
    build_fhir(settings, ledger, run_id=f"r{night}", feed=feed, as_of=AS_OF)
    took = time.monotonic() - began
    assert took < SLOWEST_SECONDS, f"a night of {feed} took {took:.0f} s"
    assert "could not be landed now" not in outcome.message, f"{feed}, night {night}: {outcome.message}"
    return Counter(f"file {file.outcome}" for file in outcome.files)


def _require_balance(ledger: Ledger) -> None:
    unbalanced = ledger.query(
        """select file_id, stage from stage
        where rows_in <> rows_out + rows_quarantined + rows_withheld + rows_superseded or rows_out < 0
            or rows_superseded < 0
        union all select file_id, 'file' from file where rows_in <> rows_landed + rows_quarantined"""
    )
    assert not unbalanced, f"{len(unbalanced)} accounts do not balance"


def _run_home(seed: int, files: int) -> Counter[str]:
    try:
        with tempfile.TemporaryDirectory() as folder:
            return run(Path(folder), files=files, seed=seed)
    except BaseException as error:
        error.add_note(f"again: --files {files} --seed {seed} --in-one-home")
        raise


def main() -> None:
    """Run from the command line."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--files", type=int, default=10_000)
    asked.add_argument("--seed", type=int, default=1)
    asked.add_argument("--in-one-home", action="store_true", help="as the run did that told this seed")
    given = asked.parse_args()
    if given.in_one_home:
        outcomes = _run_home(given.seed, given.files)
    else:
        left = range(given.files, 0, -_FILES_A_HOME)
        seeds = [given.seed * 1_000_000 + number for number in range(len(left))]
        with ProcessPoolExecutor(os.cpu_count()) as pool:
            found = pool.map(_run_home, seeds, [min(some, _FILES_A_HOME) for some in left])
            outcomes = functools.reduce(Counter.__add__, found)
    for word, number in sorted(outcomes.items()):
        sys.stdout.write(f"{word:28} {number:7,}\n")


if __name__ == "__main__":
    main()
