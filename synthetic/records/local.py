"""Records of people at trusts and councils: one a person and sender, now and then two."""

from __future__ import annotations

import numpy as np

from synthetic.people import Block
from synthetic.rows import Array, Rows

MODULUS = 99_999_989  # the largest prime of eight digits: multiplying by anything less keeps ids apart
FACTORS = (7_368_787, 15_485_863, 32_452_843, 49_979_687, 67_867_967, 86_028_121, 27_644_437, 39_916_801)


def local_numbers(person: Array, *, sender: Array, variant: Array, salt: int) -> Array:
    """Eight-digit numbers that differ between people, senders and variants, in no visible order."""
    factor = np.array(FACTORS)[(sender + salt) % len(FACTORS)]
    return np.asarray(((person.astype(np.int64) * 2 + variant + 1) * factor) % MODULUS)


def make(block: Block, events: Rows, *, salt: int) -> tuple[Rows, Array]:
    """Records of the people in ``events``, and the record (row) of each event.

    ``events``: person, sender (index), day, variant (0 or 1).

    Columns: person, sender, variant, since (first day), local (number), record (row).
    """
    key = (events["sender"].astype(np.int64) * 10_000_000 + events["person"]) * 2 + events["variant"]
    unique, first, of_event = np.unique(key, return_index=True, return_inverse=True)
    since = np.full(len(unique), 10**6)
    np.minimum.at(since, of_event, events["day"])
    records = Rows(
        person=events["person"][first],
        sender=events["sender"][first],
        variant=events["variant"][first],
        since=since,
    )
    records["local"] = local_numbers(
        records["person"] + block.base, sender=records["sender"], variant=records["variant"], salt=salt
    )
    records["record"] = np.arange(len(unique))
    return records, of_event.reshape(-1)


def variants(rng: np.random.Generator, block: Block, person: Array, share: float) -> Array:
    """0 for most events; for ``share`` of people half of their events are under a second record."""
    twice = rng.random(block.rows.height) < share
    return (twice[person] & (rng.random(len(person)) < 0.5)).astype(np.int64)
