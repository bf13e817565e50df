"""The fixed numbers of the residue's linkage: blocks, thresholds and guards, each with its reason.

A weight is the log2 Bayes factor of a pair including the model's prior, so that 0 is an even chance
between two records drawn from the model's population.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class ResidueRules:
    """How the residue is blocked, scored and clustered; the defaults were measured (docs/decisions/0014).

    ``floor`` is the lowest weight that is kept at all and so the loose threshold's lower limit. ``join``
    and ``break_apart`` are the middle threshold's memory: a pair joins at the one and holds down to the
    other, as live person services do so that one mistyped letter does not split a person.
    """

    strict: float = 14.0
    join: float = 7.0
    break_apart: float = 4.0
    loose: float = 2.0
    floor: float = 0.0
    # Nodes of one side (index, residue) that may hold one key, and pairs that it may bring. A birth date
    # and a family name, the widest block of real data, meets some dozens of people in 2.4 million; what
    # meets more is a placeholder.
    largest_block: int = 150
    pairs_a_block: int = 20_000
    # Off only for data without twins and households, as public test sets are; verified numbers bind still.
    guard_names: bool = True
    # Nobody has more records than this in the residue of one system; what grows beyond is a default value.
    largest_cluster: int = 200
    pairs_a_chunk: int = 2_000_000
    # Chances that no score gives: that a pair of the bucket rules alone is false; that an unlinked record
    # without any candidate, or with too little data to have one, has its person among the others after all;
    # and one whose number was verified although its birth date is plainly not the holder's.
    bucket_false: float = 0.05
    missed_without_candidate: float = 0.5
    missed_one_time: float = 0.95
    missed_verified_conflict: float = 0.95

    def __post_init__(self) -> None:
        ordered = (self.floor, self.loose, self.break_apart, self.join, self.strict)
        if list(ordered) != sorted(ordered):
            raise ValueError("weights must not fall in the order floor, loose, break_apart, join, strict")
        if min(self.largest_block, self.pairs_a_block, self.largest_cluster, self.pairs_a_chunk) < 1:
            raise ValueError(
                "largest_block, pairs_a_block, largest_cluster and pairs_a_chunk must be at least 1"
            )
        chances = (
            self.bucket_false,
            self.missed_without_candidate,
            self.missed_one_time,
            self.missed_verified_conflict,
        )
        if not all(0.0 <= chance <= 1.0 for chance in chances):
            raise ValueError("bucket_false and the chances of missed links must be from 0 to 1")


DEFAULT_RULES = ResidueRules()
