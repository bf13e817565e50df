"""Pseudonymising beside the bare hash.

The bare hash: the same landed Parquet is read, the same columns of it are written as Parquet again, and every
pseudonym is made by the same macro under the same key. Left out is all that governs: whose person a record
is, rows that stay out, dates of newborns, what a text may look like, withheld references, accounts, evidence.

The step is measured whole, deciding whom objections, codes and marks keep out with it, and for both products
of a night, as what is decided about rows is found for the first of them and holds for the second. Both sides
read the same rows, so speed is rows read in a second.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from pathlib import Path

import duckdb

from connectors.declare import SOURCE_WORDS, Handling
from connectors.fhir import shapes
from connectors.register import Entity, entities
from pipeline import identity
from pipeline.duck import connect, identifier, literal, parquet
from pipeline.identity.eligibility.codings import kept_codings
from pipeline.identity.eligibility.rows import kept_rows
from pipeline.identity.keyed_hash import keyed
from pipeline.identity.standardise import define_macros
from pipeline.keys import load_keys, product_purpose
from pipeline.run import open_ledger
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import Zones
from tests.benchmarks.gates.clock import Clock, Stopwatch, Taken
from tests.benchmarks.gates.night import AS_OF
from tests.benchmarks.linkage import report, targets
from tests.benchmarks.linkage.targets import Judged

LEAST_OF_BARE = 0.70
DECIDING = "identity.eligibility:decide"
TURNS = 3  # in turn, and the quickest of each counts: whoever else uses the machine disturbs both alike


def run(settings: Settings, run_id: str) -> None:
    """Time both in one process, print them, and judge the step by its rows a second."""
    step, deciding, bare, rows, hashes = Taken(), Taken(), Taken(), 0, 0
    for turn in range(TURNS):
        clock, watch = Clock(), Stopwatch()
        for kept in (kept_rows, kept_codings):  # as in a night: nothing is decided yet
            kept(Zones(settings.home)).unlink(missing_ok=True)
        with clock.around([DECIDING]):
            for product in PRODUCTS:
                identity.pseudonymise(settings, open_ledger(settings), run_id, product, AS_OF)
        step, deciding = _quicker(step, watch.taken(), turn), _quicker(deciding, clock.taken[DECIDING], turn)
        watch, done = Stopwatch(), [_bare_beside(settings, product) for product in PRODUCTS]
        bare = _quicker(bare, watch.taken(), turn)
        rows, hashes = sum(each[0] for each in done), sum(each[1] for each in done)
    written = sum(_rows_of(Zones(settings.home).pseudonymised(product)) for product in PRODUCTS)
    report.table(
        f"pseudonymising {len(PRODUCTS)} products, {rows:,} rows in all, the quickest of {TURNS}",
        ("", "rows written", "seconds", "rows a second", "CPU seconds", "rows a CPU second"),
        [("the step", written, step.wall, round(rows / step.wall), step.cpu, round(rows / step.cpu)),
         ("deciding who may be in, a part of it", 0, deciding.wall, round(rows / deciding.wall), deciding.cpu,
          round(rows / deciding.cpu)),
         (f"bare SQL HMAC ({hashes:,} hashes)", rows, bare.wall, round(rows / bare.wall), bare.cpu,
          round(rows / bare.cpu))],
    )  # fmt: skip
    targets.show("pseudonymising", [
        _speed("wall", bare.wall / step.wall), _speed("processor", bare.cpu / step.cpu),
    ])  # fmt: skip


def _speed(kind: str, share: float) -> Judged:
    words, target = f"its speed, of the bare SQL HMAC's ({kind} seconds)", f"at least {LEAST_OF_BARE:.0%}"
    return Judged(words, f"{share:.0%}", target, share >= LEAST_OF_BARE)  # fmt: skip


def _quicker(one: Taken, other: Taken, turn: int) -> Taken:
    return other if not turn else Taken(min(one.wall, other.wall), min(one.cpu, other.cpu), 1)


def _rows_of(folder: Path) -> int:
    with duckdb.connect() as connection:
        files = [str(path) for path in folder.glob("*__*.parquet")]
        return int(
            (
                connection.execute(
                    f"select count(*) from read_parquet({files}, union_by_name = true)"
                ).fetchone()
                or (0,)
            )[0]
        )


def _bare_beside(settings: Settings, product: str) -> tuple[int, int]:
    with tempfile.TemporaryDirectory(dir=Zones(settings.home).pseudonymised(product).parent) as beside:
        return _bare(settings, product, Path(beside))


def _bare(settings: Settings, product: str, beside: Path) -> tuple[int, int]:
    """Rows written and hashes made."""
    connection, zones, rows, hashes = connect(settings), Zones(settings.home), 0, 0
    define_macros(connection)
    connection.execute("set preserve_insertion_order = false")
    with keyed(connection, load_keys(settings).key(product_purpose(product))):
        for source in SOURCE_WORDS:
            for entity in entities().values():
                files = sorted((zones.fhir / entity.resource).glob(f"source={source}/sender=*/*.parquet"))
                if files:
                    written = _write(connection, entity, files, beside / f"{source}__{entity.name}.parquet")
                    rows, hashes = rows + written, hashes + written * _hashes_of(entity)
    connection.close()
    return rows, hashes


def _write(connection: duckdb.DuckDBPyConnection, entity: Entity, files: Iterable[Path], target: Path) -> int:
    columns = ["keyed_hash(id) as own_key", "_source", "_sender"]
    if entity.about_a_person:
        columns += ["keyed_hash(coalesce(_record_id, id)) as person_key", "_file_id", "_row"]
    columns += [
        f"{_value(column.expression, column.type, column.handling)} as {identifier(column.name)}"
        for column in entity.columns
    ]
    items = f", unnest({identifier(entity.unnest)}) as item" if entity.unnest else ""
    relation = parquet(list(files), shapes.columns(entity.resource))
    done = connection.execute(
        f"copy (select {', '.join(columns)} from (select *{items} from {relation})) to {literal(target)} "
        "(format parquet, compression zstd)"
    ).fetchone()
    return int(done[0]) if done else 0


def _value(expression: str, kind: str, handling: Handling) -> str:
    value = f"try_cast(({expression}) as {kind})"
    return f"keyed_hash({value})" if handling is Handling.PSEUDONYMISE else value


def _hashes_of(entity: Entity) -> int:
    own = 1 + entity.about_a_person
    return own + sum(column.handling is Handling.PSEUDONYMISE for column in entity.columns)
