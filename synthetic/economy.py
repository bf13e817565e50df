"""Make a whole economy: world, blocks of people, files, reference data, opt-out replies, truth."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date
from multiprocessing import get_context
from pathlib import Path

from synthetic import assemble, chronicle, opt_outs, people, reference, truth, world
from synthetic.plan import Delivery, deliveries
from synthetic.senders import render
from synthetic.span import FEWEST_YEARS, MOST_YEARS, Span

BLOCK_PEOPLE = 20_000
"""People made at a time: bounds memory, and keeps a household whole."""

Told = Callable[[int, int, str], None]
"""Hears how many parts are done, of how many, and what they are."""

_BLOCKS = f"blocks of {BLOCK_PEOPLE:,} people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """What was written: people, deliveries (folders), rows of native files, planted errors."""

    people: int
    nights: int
    deliveries: int
    rows: int
    planted_errors: int
    practices: int

    def as_dict(self) -> dict[str, int]:
        """The counts by name."""
        return asdict(self)


@dataclass(frozen=True, slots=True)
class _Task:
    """One block to make: everything a worker process needs."""

    people: int
    seed: int
    out: Path
    span: Span
    number: int
    with_ambulance: bool = False


def synthesise(
    people: int,
    seed: int,
    out: Path,
    end_date: date = date(2026, 3, 31),
    nights: int = 1,
    *,
    years: int = FEWEST_YEARS,
    workers: int = 1,
    with_ambulance: bool = False,
    told: Told = lambda done, of, what: None,
) -> Summary:
    """Write an economy of ``people`` people into ``out``; the same arguments give the same bytes.

    Writes ``<source>/<sender>/<date>/<file>``, ``reference/*.csv``, ``opt_outs/<date>/*.dat`` and
    ``truth/*.parquet``. The history is ``years``, two to five, to ``end_date``; the first extracts carry it
    whole, and each of the other ``nights`` carries what changed. ``with_ambulance`` adds an ambulance trust
    and its truth, and changes no byte of another source. ``workers`` processes share the blocks; their
    number does not change a byte. ``told`` hears of every block done. Raises ValueError for a size, seed,
    number of nights or of years that cannot be made, FileExistsError where ``out`` already holds something.
    """
    _check(people, seed, nights, years)
    if out.exists() and any(out.iterdir()):
        raise FileExistsError(f"{out} is not empty; give an empty folder or one that does not exist")
    out.mkdir(parents=True, exist_ok=True)
    span = Span.until(end_date, nights, years)
    fixed = world.build(seed, people)
    blocks = range(-(-people // BLOCK_PEOPLE))
    tasks = [_Task(people, seed, out, span, number, with_ambulance) for number in blocks]
    _run(tasks, workers, told)
    rows, sent = _join(out, fixed, span, deliveries(seed, span, with_ambulance=with_ambulance))
    reference.write(out / "reference", fixed, span)
    opt_outs.write(out, fixed, span)
    planted = truth.join(out, fixed, span)
    shutil.rmtree(out / assemble.PARTS)
    return Summary(
        people=people,
        nights=nights,
        deliveries=sent,
        rows=rows,
        planted_errors=planted,
        practices=fixed.practices.height,
    )


def _check(people: int, seed: int, nights: int, years: int) -> None:
    if people < 200:
        raise ValueError(f"people must be at least 200, so that every practice has some; given {people}")
    if seed < 0:
        raise ValueError(f"seed must not be negative; given {seed}")
    if not 1 <= nights <= 31:
        raise ValueError(f"nights must be from 1 to 31; given {nights}")
    if not FEWEST_YEARS <= years <= MOST_YEARS:
        raise ValueError(f"years must be from {FEWEST_YEARS} to {MOST_YEARS}; given {years}")


def _run(tasks: list[_Task], workers: int, told: Told) -> None:
    told(0, len(tasks), _BLOCKS)
    if workers == 1 or len(tasks) == 1:
        for done, task in enumerate(tasks, start=1):
            make_block(task)
            told(done, len(tasks), _BLOCKS)
        return
    with ProcessPoolExecutor(min(workers, len(tasks)), mp_context=get_context("spawn")) as pool:
        for done, _ in enumerate(pool.map(make_block, tasks), start=1):
            told(done, len(tasks), _BLOCKS)


def make_block(task: _Task) -> None:
    """Make one block's people and write their parts of every file and of the truth."""
    fixed = world.build(task.seed, task.people)
    base = task.number * BLOCK_PEOPLE
    block = people.make(
        fixed, task.span, number=task.number, base=base, size=min(BLOCK_PEOPLE, task.people - base)
    )
    tables = chronicle.tell(block, with_ambulance=task.with_ambulance)
    connection = render.connect(fixed, task.span)
    render.load_block(connection, tables)
    for delivery in deliveries(task.seed, task.span, with_ambulance=task.with_ambulance):
        if delivery.resends is None:
            render.write(connection, delivery, assemble.parts_folder(task.out, delivery), block=task.number)
    parts = task.out / assemble.PARTS / "truth"
    truth.write_block(connection, block, parts, with_ambulance=task.with_ambulance)
    opt_outs.write_block(block, tables, parts)
    connection.close()


def _join(out: Path, fixed: world.World, span: Span, planned: list[Delivery]) -> tuple[int, int]:
    headers = _headers(fixed, span, planned)
    rows = sum(assemble.join(out, delivery, headers[delivery.format]) for delivery in planned)
    return rows, len(planned)


def _headers(fixed: world.World, span: Span, planned: list[Delivery]) -> dict[str, dict[str, list[str]]]:
    """Column names of every file, from a block of few people (the queries need tables to read)."""
    block = people.make(fixed, span, number=0, base=0, size=200)
    connection = render.connect(fixed, span)
    render.load_block(connection, chronicle.tell(block, with_ambulance=True))
    found: dict[str, dict[str, list[str]]] = {}
    for delivery in planned:
        if delivery.format in found:
            continue
        render.set_variables(connection, delivery)
        if delivery.format in render.PREPARED_BY:
            connection.execute(render.query(delivery.format, render.PREPARED_BY[delivery.format]))
        found[delivery.format] = {
            name: render.header(connection, delivery.format, name) for name in render.FILES[delivery.format]
        }
    connection.close()
    return found
