"""Community and mental health care as the trusts send it."""

from __future__ import annotations

import numpy as np

from synthetic.chronicle import marks
from synthetic.chronicle.acute import practices_of
from synthetic.days import NEVER
from synthetic.lives import referrals, wards
from synthetic.people import Block
from synthetic.rates import errors
from synthetic.rates.conditions import INDEX as CONDITION
from synthetic.rates.errors import ErrorRates
from synthetic.records import identity, local
from synthetic.rows import Rows, stack

DIAGNOSES = (
    ("serious_mental_illness", "F209", "58214004"),
    ("bipolar", "F319", "13746004"),
    ("dementia", "F03X", "52448006"),
    ("depression", "F329", "35489007"),
)


def add(block: Block, tables: dict[str, Rows], planted: list[Rows], *, attended: Rows, spells: Rows) -> None:
    """Add community_* and mental_* tables, ward_stay, practice_history."""
    referred, contacts = referrals.community(block, spells)
    tables["community_record"] = _records(
        block, planted, [referred], word="community", rates=errors.COMMUNITY, salt=2
    )
    tables["community_referral"], tables["community_contact"] = referred, contacts
    referred, contacts = referrals.mental_health(block, attended)
    referred, stays, ward_stays = wards.make(block, referred)
    tables["mental_record"] = _records(
        block, planted, [referred], word="mental_health", rates=errors.MENTAL_HEALTH, salt=5
    )
    _diagnoses(block, referred)
    tables.update(
        mental_referral=referred,
        mental_contact=contacts,
        mental_spell=stays,
        ward_stay=ward_stays,
        practice_history=_practice_history(block),
    )


def _records(
    block: Block, planted: list[Rows], kinds: list[Rows], *, word: str, rates: ErrorRates, salt: int
) -> Rows:
    rng = block.rng(f"{word} records")
    events = stack(
        [
            Rows(
                person=rows["person"],
                sender=rows["trust"],
                day=rows["day"],
                variant=np.zeros(rows.height, dtype=np.int64),
            )
            for rows in kinds
        ]
    )
    records, record = local.make(block, events, salt=salt)
    for rows, part in zip(
        kinds, np.split(record, np.cumsum([rows.height for rows in kinds])[:-1]), strict=True
    ):
        rows["record"] = part
    made = identity.write_down(block, rng, records, rates)
    planted.append(
        marks.planted_rows(
            made, source=word, table={"community": "community_record"}.get(word, "mental_record")
        )
    )
    records["ethnic_draw"] = rng.random(records.height)
    marks.of_records(block, records, "ethnic_category", "death", "switched_on")
    practices_of(block, records)
    return records


def _diagnoses(block: Block, referred: Rows) -> None:
    """Primary diagnosis of a referral: the first of the conditions above that the person had by then."""
    icd10 = np.full(referred.height, None, dtype=object)
    snomed = np.full(referred.height, None, dtype=object)
    for name, code, concept in reversed(DIAGNOSES):
        has = block.onset[referred["person"], CONDITION[name]] <= referred["day"]
        icd10[has], snomed[has] = code, concept
    referred["diagnosis_icd10"], referred["diagnosis_snomed"] = icd10, snomed


def _practice_history(block: Block) -> Rows:
    """Practices of each person as other senders know them: person, practice_code, start, stop."""
    rows = block.rows
    codes = np.append(block.world.practices["code"], "V81997")
    people = np.arange(rows.height)
    first = Rows(
        person=people,
        practice_code=codes[rows["practice"]],
        start=rows["registered_on"],
        stop=np.minimum(rows["switched_on"], rows["left_on"]),
    )
    again = np.flatnonzero(rows["switched_on"] < NEVER)
    second = Rows(
        person=again,
        practice_code=codes[rows["practice_now"][again]],
        start=rows["switched_on"][again],
        stop=rows["left_on"][again],
    )
    return stack([first, second])
