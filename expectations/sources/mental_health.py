"""Mental health (MHSDS): contacts under referrals, spells with ward stays, readiness to leave."""

from __future__ import annotations

from expectations.results import WARNING
from expectations.rules import Suite, each_row
from expectations.sources import contacts, every, numbers
from expectations.thresholds import NUMBER_99

_SPELL = "activity_type = 'mental_health_spell'"

SPELLS = (
    each_row(
        "spell_ends_after_start",
        WARNING,
        "a hospital provider spell has a start, and does not end before it",
        table="encounter",
        checked=_SPELL,
        failed="start_at is null or end_at < start_at",
    ),
    each_row(
        "ward_stay_has_spell",
        WARNING,
        "a ward stay is part of a spell that arrived",
        table="spell_part",
        failed="not has_spell",
    ),
    each_row(
        "ward_stay_inside_spell",
        WARNING,
        "a ward stay lies inside its spell",
        table="spell_part",
        checked="has_spell",
        failed="start_at::date < spell_start_at::date or end_at < start_at or end_at::date > "
        "spell_end_at::date",
    ),
    each_row(
        "ready_to_leave_inside_spell",
        WARNING,
        "clinically ready for discharge begins inside the spell",
        table="encounter",
        checked=f"{_SPELL} and discharge_ready_on is not null",
        failed="discharge_ready_on < start_at::date or discharge_ready_on > end_at::date",
    ),
)

SUITE = Suite(
    word="arrived.mental_health",
    rules=(*every.RULES, *numbers.of_people(NUMBER_99), *contacts.RULES, *SPELLS),
)
