"""Hospital spells: emergency, planned and births together, with transfers, deaths and discharges."""

from __future__ import annotations

import numpy as np

from synthetic.lives import draws, emergency, planned
from synthetic.people import Block
from synthetic.rates import hospital as rates
from synthetic.rates.places import ACUTE_TRUSTS
from synthetic.rates.planned import PLANNED
from synthetic.rows import Array, Rows, stack


def make(block: Block) -> tuple[Rows, Rows]:
    """(attendances, spells) of the block, consistent with each other.

    Attendances: see :func:`emergency.attend`, and id, spell (id or -1).
    Spells: person, trust, admit, leave, method, source, cause (index or -1), planned (index or -1,
    MOTHER, BABY), terminal, attendance (id or -1), id, group (continuous inpatient spell), is_emergency,
    classification, destination, discharge_method, ready (day or NEVER), detail, variant.
    """
    attended = emergency.attend(block, emergency.arrivals(block), "attend")
    first = emergency.admissions(block, attended, "admit")
    again = emergency.attend(block, emergency.readmissions(block, first), "attend again")
    second = emergency.admissions(block, again, "admit again")
    second["attendance"] = np.where(second["attendance"] >= 0, second["attendance"] + attended.height, -1)
    attended = stack([attended, again])
    urgent = stack([first, second])
    urgent["planned"] = np.full(urgent.height, -1)
    spells = stack([urgent, _as_spells(planned.admissions(block)), _as_spells(planned.births(block))])
    spells = _possible(block, spells)
    attended = _kept(block, attended, spells)
    return attended, _finish(block, _transfers(block, draws.identify(block, spells)))


def _as_spells(rows: Rows) -> Rows:
    extra = {
        "cause": np.full(rows.height, -1),
        "terminal": np.zeros(rows.height, dtype=bool),
        "attendance": np.full(rows.height, -1),
    }
    return Rows({**rows, **extra})


def _possible(block: Block, spells: Rows) -> Rows:
    """Spells that can all have happened: one at a time, none after death; a last stay comes first."""
    death = block.rows["death"][spells["person"]]
    spells = spells.take(spells["admit"] <= np.minimum(death, block.span.end))
    last_admit = np.full(block.rows.height, 10**6)
    np.minimum.at(last_admit, spells["person"][spells["terminal"]], spells["admit"][spells["terminal"]])
    clear = spells["terminal"] | (spells["leave"] < last_admit[spells["person"]])
    spells = spells.take(clear)
    spells = spells.take(draws.not_overlapping(spells["person"], spells["admit"], spells["leave"]))
    death = block.rows["death"][spells["person"]]
    spells["leave"] = np.minimum(spells["leave"], death)
    order = np.lexsort((spells["admit"], spells["person"]))
    return spells.take(order)


def _kept(block: Block, attended: Rows, spells: Rows) -> Rows:
    """Attendances with a spell that stayed, and the others that fall outside every stay.

    Fills ``attendance`` of the spells with attendance ids and ``spell_row`` of attendances.
    """
    spell_row = np.full(attended.height, -1)
    with_attendance = np.flatnonzero(spells["attendance"] >= 0)
    spell_row[spells["attendance"][with_attendance]] = with_attendance
    keep = np.where(attended["is_admitted"], spell_row >= 0, ~_inside(attended, spells))
    keep &= attended["day"] <= np.minimum(block.rows["death"][attended["person"]], block.span.end)
    number = np.cumsum(keep) - 1
    spells["attendance"] = np.where(
        spells["attendance"] >= 0,
        number[np.maximum(spells["attendance"], 0)] + block.number * 20_000_000 + 1,
        -1,
    )
    attended["spell_row"] = spell_row
    attended = draws.identify(block, attended.take(keep))
    first = block.number * 20_000_000 + 1
    attended["spell"] = np.where(attended["spell_row"] >= 0, first + attended["spell_row"], -1)
    return attended


def _inside(attended: Rows, spells: Rows) -> Array:
    """Whether an attendance falls on a day of one of the person's stays (spells are ordered)."""
    key = spells["person"].astype(np.int64) * 1_000_000
    at = attended["person"].astype(np.int64) * 1_000_000 + attended["day"]
    before = np.maximum(np.searchsorted(key + spells["admit"], at, side="right") - 1, 0)
    same = spells["person"][before] == attended["person"]
    return np.asarray(
        same
        & (attended["day"] >= spells["admit"][before])
        & (attended["day"] <= spells["leave"][before])
        & (spells["leave"][before] > spells["admit"][before])
    )


def _transfers(block: Block, spells: Rows) -> Rows:
    """Split some emergency stays in two: the second part at another trust, in one group."""
    rng = block.rng("transfers")
    spells["group"] = spells["id"]
    spells["moved_on"] = np.zeros(spells.height, dtype=bool)  # ends in another hospital
    spells["moved_in"] = np.zeros(spells.height, dtype=bool)  # comes from another hospital
    nights = spells["leave"] - spells["admit"]
    goes = (spells["cause"] >= 0) & (nights >= 3) & (rng.random(spells.height) < rates.TRANSFERRED)
    second = spells.take(goes)
    cut = second["admit"] + 1 + np.floor(rng.random(second.height) * (nights[goes] - 2)).astype(np.int64)
    next_day = rng.random(second.height) < 0.2
    second["admit"] = np.minimum(cut + next_day, second["leave"])
    second["trust"] = (second["trust"] + rng.integers(1, len(ACUTE_TRUSTS), second.height)) % len(
        ACUTE_TRUSTS
    )
    second["method"] = np.where(rng.random(second.height) < 0.65, "2B", "81").astype(object)
    second["source"] = np.full(second.height, "51", dtype=object)
    second["moved_in"] = np.ones(second.height, dtype=bool)
    second["attendance"] = np.full(second.height, -1)
    second["id"] = spells["id"][-1:].repeat(second.height) + 1 + np.arange(second.height)
    leave = spells["leave"].copy()
    leave[goes] = cut
    spells["leave"], spells["moved_on"] = leave, goes
    both = stack([spells, second])
    return both.take(both["admit"] <= block.span.end)


def _finish(block: Block, spells: Rows) -> Rows:
    """Discharge: how, where to, when ready; class of patient."""
    rng = block.rng("discharge")
    count, person = spells.height, spells["person"]
    age = (spells["leave"] - block.rows["birth"][person]) / 365.25
    nights = spells["leave"] - spells["admit"]
    spells["is_emergency"] = (spells["cause"] >= 0) & (spells["method"] != "81")
    by_plan = np.array([kind.classification for kind in PLANNED], dtype=object)
    spells["classification"] = np.where(
        spells["planned"] >= 0, by_plan[np.maximum(spells["planned"], 0)], "1"
    )
    died = (spells["leave"] == block.rows["death"][person]) & ~spells["moved_on"]
    home = np.where(block.rows["in_care_home"][person], "85", "19")
    to_care = (age >= 75) & (nights >= 5) & (home == "19") & (rng.random(count) < rates.CARE_HOME_DISCHARGE)
    to_care &= ~died & ~spells["moved_on"]
    other = rng.random(count)
    destination = np.select(
        [spells["moved_on"], died, to_care, other < 0.008], ["51", "79", "54", "29"], default=home
    )
    spells["destination"] = np.where(to_care & (other > 0.5), "85", destination).astype(object)
    leaves_alone = (age >= 16) & spells["is_emergency"] & (rng.random(count) < rates.SELF_DISCHARGE)
    spells["discharge_method"] = np.select(
        [died, leaves_alone & ~spells["moved_on"]], ["4", "6"], default="1"
    ).astype(object)
    spells["died"] = died
    spells["ready"] = _ready(rng, spells, age=age, nights=nights, died=died)
    spells["detail"] = rng.random(count)
    return spells


def _ready(rng: np.random.Generator, spells: Rows, *, age: Array, nights: Array, died: Array) -> Array:
    """Discharge ready date of adults' overnight stays; NEVER where not recorded."""
    delayed = rng.random(spells.height) < draws.by_band(age, (65, 75), rates.DELAYED)
    delay = np.where(delayed, rng.geometric(1 / rates.DELAY_DAYS, spells.height), 0)
    day = spells["leave"] - np.minimum(delay, np.maximum(nights - 1, 0))
    has = (
        (age >= 18)
        & (nights > 0)
        & ~died
        & (spells["classification"] == "1")
        & (spells["planned"] != planned.MOTHER)
    )
    has &= rng.random(spells.height) >= rates.READY_DATE_MISSING
    return np.where(has, day, 100_000)
