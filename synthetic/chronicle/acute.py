"""Hospital care as the trusts send it."""

from __future__ import annotations

import numpy as np

from synthetic.chronicle import marks
from synthetic.lives import episodes, planned
from synthetic.lives import spells as spells_of
from synthetic.people import Block
from synthetic.rates import errors
from synthetic.rates.causes import CAUSES
from synthetic.rates.conditions import CANCER_SITES_ICD10, CONDITIONS
from synthetic.rates.planned import PLANNED
from synthetic.records import identity, local
from synthetic.rows import Array, Rows, either, present, stack

UNREGISTERED_PRACTICE = "V81997"  # no registered practice (NHS ODS)


def add(block: Block, tables: dict[str, Rows], planted: list[Rows]) -> tuple[Rows, Rows]:
    """Add the tables of hospital care; gives (attendances, spells) for what follows from them.

    Tables: acute_record, attendance, spell, episode, secondary_code, outpatient.
    """
    rng = block.rng("acute records")
    attended, spells = spells_of.make(block)
    episode = episodes.make(block, spells)
    outpatient = episodes.outpatients(block)
    records = _records(block, rng, attended, spells, outpatient)
    planted.append(
        marks.planted_rows(
            identity.write_down(block, rng, records, errors.ACUTE), source="acute", table="acute_record"
        )
    )
    practices_of(block, records)
    _attendance_marks(block, rng, attended)
    _codes(block, spells)
    _spell_marks(block, rng, spells)
    for rows, day in ((episode, episode["start"]), (outpatient, outpatient["booked"])):
        rows["deleted_on"] = marks.deleted_on(rng, block, day)
    episode["deleted_on"] = np.where(
        spells["is_withheld"][episode["spell_row"]], 100_000, episode["deleted_on"]
    )
    outpatient["is_withheld"] = marks.sometimes(rng, outpatient.height, errors.WITHHELD_ROWS)
    _episode_codes(rng, spells, episode)
    tables.update(
        acute_record=records,
        attendance=attended,
        spell=spells,
        episode=episode,
        outpatient=outpatient,
        secondary_code=_secondary(block, spells, episode),
    )
    return attended, spells


def _records(block: Block, rng: np.random.Generator, attended: Rows, spells: Rows, outpatient: Rows) -> Rows:
    """One record a person and trust, over all three kinds of event; fills ``record`` of the events."""
    kinds = ((attended, attended["day"]), (spells, spells["admit"]), (outpatient, outpatient["booked"]))
    for rows, _ in kinds:
        rows["variant"] = local.variants(
            block.rng("second records"), block, rows["person"], errors.SECOND_LOCAL_RECORD
        )
    events = stack(
        [
            Rows(person=rows["person"], sender=rows["trust"], day=day, variant=rows["variant"])
            for rows, day in kinds
        ]
    )
    records, record = local.make(block, events, salt=0)
    for (rows, _), part in zip(
        kinds, np.split(record, np.cumsum([rows.height for rows, _ in kinds])[:-1]), strict=True
    ):
        rows["record"] = part
    records["ethnic_draw"] = rng.random(records.height)
    marks.of_records(block, records, "ethnic_category", "death", "switched_on")
    return records


def practices_of(block: Block, records: Rows) -> None:
    """Add practice_before and practice_now (codes) of the person, as the sender knows them."""
    codes = np.append(block.world.practices["code"], UNREGISTERED_PRACTICE)
    records["practice_before"] = codes[block.rows["practice"][records["person"]]]
    records["practice_now"] = codes[block.rows["practice_now"][records["person"]]]


def _attendance_marks(block: Block, rng: np.random.Generator, rows: Rows) -> None:
    """Numbers missing from attendances booked in a hurry, withheld rows, deletions, departure day."""
    rows["departs"] = rows["day"] + (rows["minute"] + rows["wait"]) // 1440
    homeless = block.rows["is_homeless"][rows["person"]]
    chance = np.where(homeless, errors.ECDS_NUMBER_MISSING_HOMELESS, errors.ECDS_NUMBER_MISSING)
    rows["number_absent"] = rng.random(rows.height) < chance
    rows["is_withheld"] = marks.sometimes(rng, rows.height, errors.WITHHELD_ROWS)
    rows["deleted_on"] = marks.deleted_on(rng, block, rows["departs"])
    rows["given"], rows["surname"] = (
        block.rows["given"][rows["person"]],
        block.rows["surname"][rows["person"]],
    )
    rows["in_care_home"] = block.rows["in_care_home"][rows["person"]]


def _codes(block: Block, spells: Rows) -> None:
    """Primary diagnosis, external cause, procedure, specialty and HRG of each spell."""
    cause, plan, draw = spells["cause"], spells["planned"], spells["detail"]
    most = max(len(c.icd10) for c in CAUSES)
    icd10 = np.array([[c.icd10[i % len(c.icd10)] for i in range(most)] for c in CAUSES], dtype=object)
    sizes = np.array([len(c.icd10) for c in CAUSES])
    urgent = icd10[cause, np.floor(draw * sizes[cause]).astype(np.int64)]
    birth = np.where(plan == planned.MOTHER, "O809", "Z380")

    def code(of_cause: list[str | None], of_plan: list[str], mother: str | None, baby: str | None) -> Array:
        by_birth = either(plan == planned.MOTHER, mother, baby)
        by_plan = np.array(of_plan, dtype=object)[np.maximum(plan, 0)]
        by_cause = np.array(of_cause, dtype=object)[np.maximum(cause, 0)]
        return np.where(cause >= 0, by_cause, np.where(plan >= 0, by_plan, by_birth)).astype(object)

    by_plan = np.array([kind.icd10 for kind in PLANNED], dtype=object)[np.maximum(plan, 0)]
    spells["primary_icd10"] = np.where(cause >= 0, urgent, np.where(plan >= 0, by_plan, birth)).astype(object)
    spells["specialty"] = code([c.specialty for c in CAUSES], [k.specialty for k in PLANNED], "501", "424")
    spells["hrg"] = code([c.hrg for c in CAUSES], [k.hrg for k in PLANNED], "NZ30C", "PB03Z")
    spells["procedure"] = code([c.procedure for c in CAUSES], [k.opcs for k in PLANNED], "R249", None)
    external = [c.external for c in CAUSES]
    spells["external"] = np.array(
        [
            external[c][int(d * 997) % len(external[c])] if c >= 0 and external[c] else None
            for c, d in zip(cause, draw, strict=True)
        ],
        dtype=object,
    )


def _spell_marks(block: Block, rng: np.random.Generator, spells: Rows) -> None:
    restricted = [number for number, kind in enumerate(PLANNED) if kind.id == "restricted"]
    spells["is_restricted"] = np.isin(spells["planned"], restricted)
    anonymised = spells["is_restricted"] & (
        rng.random(spells.height) < 0.5
    )  # half arrive with identity left in
    spells["is_withheld"] = anonymised | marks.sometimes(rng, spells.height, errors.WITHHELD_ROWS)


def _episode_codes(rng: np.random.Generator, spells: Rows, episode: Rows) -> None:
    """Later episodes now and then have a complication as their primary diagnosis."""
    complication = np.array(["J189", "N390", "N179", "R54X", "T814"], dtype=object)
    other = (episode["number"] > 1) & (rng.random(episode.height) < 0.4)
    episode["primary_icd10"] = np.where(
        other,
        complication[rng.integers(0, len(complication), episode.height)],
        spells["primary_icd10"][episode["spell_row"]],
    )


def _secondary(block: Block, spells: Rows, episode: Rows) -> Rows:
    """Secondary diagnoses: episode (id), order, code: external cause first, then conditions in force."""
    row = episode["spell_row"]
    hurt = np.flatnonzero(present(spells["external"][row]))
    parts = [
        Rows(
            episode=episode["id"][hurt],
            order=np.zeros(len(hurt), dtype=np.int64),
            code=spells["external"][row][hurt],
        )
    ]
    in_force = block.onset[episode["person"]] <= episode["start"][:, None]
    in_force &= (spells["classification"][row] == "1")[:, None] & (spells["planned"][row] >= -1)[:, None]
    at, condition = np.nonzero(in_force)
    codes = np.array([c.icd10 for c in CONDITIONS], dtype=object)[condition]
    site = np.array(CANCER_SITES_ICD10, dtype=object)[episode["person"][at] % len(CANCER_SITES_ICD10)]
    codes = np.where(np.array([c.id == "cancer" for c in CONDITIONS])[condition], site, codes)
    parts.append(Rows(episode=episode["id"][at], order=1 + condition, code=codes))
    frail = np.flatnonzero((block.frailty[episode["person"]] >= 0.36) & (spells["cause"][row] >= 0))
    parts.append(
        Rows(
            episode=episode["id"][frail],
            order=np.full(len(frail), 90),
            code=np.full(len(frail), "R54X", dtype=object),
        )
    )
    dying = np.flatnonzero(spells["died"][row] & (episode["person"] % 2 == 0))
    parts.append(
        Rows(
            episode=episode["id"][dying],
            order=np.full(len(dying), 91),
            code=np.full(len(dying), "Z515", dtype=object),
        )
    )
    return stack(parts)
