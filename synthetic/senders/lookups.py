"""Words that the senders' SQL looks up: practices, codes, teams, trusts, councils."""

from __future__ import annotations

import numpy as np

from synthetic.lives import primary_care as codes
from synthetic.lives.social_care import words as care
from synthetic.rates import community, hospital, places, primary_care
from synthetic.rates.causes import CAUSES
from synthetic.rates.conditions import CONDITIONS, DRUGS
from synthetic.rates.social_care import COSTS
from synthetic.rows import Array, Rows
from synthetic.world import World

CARE_REASONS = (
    "Physical Support: Personal care support",
    "Physical Support: Access & mobility only",
    "Support with Memory & Cognition",
    "Learning Disability Support",
    "Social Support: Support to Carer",
    "Mental Health Support",
)


def tables(world: World) -> dict[str, Rows]:
    """Every lookup table by its name in the SQL; ``ix`` is the number that the events carry."""
    geography = world.geography
    practices = Rows(ix=np.arange(world.practices.height), **world.practices)
    found = {
        "practice": practices,
        "postcode": Rows(ix=np.arange(geography.postcodes.height), **geography.postcodes),
        "lsoa": Rows(ix=np.arange(geography.lsoas.height), **geography.lsoas),
        "condition_type": Rows(
            _words("id", [c.id for c in CONDITIONS]),
            snomed=_text([c.snomed for c in CONDITIONS]),
            icd10=_text([c.icd10 for c in CONDITIONS]),
        ),
        "code": _codes(),
        "contact": _words("term", [name for name, _ in primary_care.CONTACTS]),
        "drug": _drugs(),
        "acute_trust": _words("code", places.ACUTE_TRUSTS),
        "community_trust": _words("code", places.COMMUNITY_TRUSTS),
        "mental_trust": _words("code", places.MENTAL_HEALTH_TRUSTS),
        "council": Rows(
            _words("gss", [b.gss for b in places.BOROUGHS]),
            name=_text([b.name for b in places.BOROUGHS]),
            council=_text([b.council for b in places.BOROUGHS]),
        ),
        "cause": Rows(
            _words("id", [c.id for c in CAUSES]),
            complaint=_text([c.complaint for c in CAUSES]),
            diagnosis=_text([c.diagnosis for c in CAUSES]),
        ),
        "outpatient_specialty": _words("code", hospital.SPECIALTIES),
        "community_team": _teams(community.COMMUNITY),
        "mental_team": _teams(community.MENTAL_HEALTH),
        "activity": _activities(),
        "care_reason": _words("reason", CARE_REASONS),
        "care_event_type": _words("event_type", care.EVENT_TYPES),
        "care_outcome": _words("outcome", care.OUTCOMES),
        "care_route": _words("route", care.ROUTES),
        "care_service": _words("service", care.SERVICES),
        "care_component": Rows(
            _words("component", care.COMPONENTS),
            frequency=_text([COSTS[name][1] if name in COSTS else None for name in care.COMPONENTS]),
        ),
    }
    return found


def _text(words: list[str | None] | list[str]) -> Array:
    return np.array(words, dtype=object)


def _words(column: str, words: tuple[str, ...] | list[str]) -> Rows:
    """A numbered list of words; the empty word becomes null."""
    return Rows({"ix": np.arange(len(words)), column: _text([word or None for word in words])})


def _codes() -> Rows:
    """The GP dictionary: SNOMED CT concept, term, EMIS observation type and code id."""
    known: list[tuple[str, str, str, bool]] = [(*entry, False) for entry in primary_care.CODES.values()]
    known += [(c.snomed, c.term, "Observation", True) for c in CONDITIONS]
    known += [
        (snomed, f"Ethnic category {letter} (2001 census)", "Observation", False)
        for letter, snomed in primary_care.ETHNICITY_CODES.items()
    ]
    if len(known) != len(codes.CODE_KEYS):
        raise ValueError("the GP dictionary and the generator's code numbers have drifted apart")
    return Rows(
        ix=np.arange(len(known)),
        code_id=1000 + np.arange(len(known)),
        snomed=_text([entry[0] for entry in known]),
        term=_text([entry[1] for entry in known]),
        kind=_text([entry[2] for entry in known]),
        is_condition=np.array([entry[3] for entry in known]),
    )


def _drugs() -> Rows:
    return Rows(
        ix=np.arange(len(DRUGS)),
        **{
            name: np.array(
                [drug[at] for drug in DRUGS.values()], dtype=object if at in (0, 1, 2, 4) else np.int64
            )
            for at, name in enumerate(("dmd", "name", "dose", "quantity", "unit", "pence"))
        },
    )


def _teams(teams: tuple[community.Team, ...]) -> Rows:
    return Rows(
        _words("team", [t.team for t in teams]),
        source=_text([t.source for t in teams]),
        reason=_text([t.reason for t in teams]),
    )


def _activities() -> Rows:
    return Rows(
        _words("snomed", [a[0] for a in community.ACTIVITIES]),
        is_observed=np.array([a[1] for a in community.ACTIVITIES]),
        low=np.array([float(a[2]) for a in community.ACTIVITIES]),
        high=np.array([float(a[3]) for a in community.ACTIVITIES]),
        unit=_text([a[4] for a in community.ACTIVITIES]),
    )
