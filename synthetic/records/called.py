"""A record's names: as given, or as a front desk heard, kept or cut them."""

from __future__ import annotations

import numpy as np

from synthetic.people import Block, names
from synthetic.rates.errors import ErrorRates
from synthetic.records.planted import Planted
from synthetic.rows import Rows, present


def add(block: Block, rng: np.random.Generator, records: Rows, rates: ErrorRates, planted: Planted) -> None:
    rows, person = block.rows, records["person"]
    count = len(person)
    given, surname = rows["given"][person].copy(), rows["surname"][person].copy()
    known = names.nicknames()
    nick = np.array([known.get(name) for name in given], dtype=object)
    called = present(nick) & (rng.random(count) < rates.nickname)
    given[called] = nick[called]
    former = rows["former_surname"][person]
    kept = present(former) & (rng.random(count) < rates.former_surname)
    surname[kept] = former[kept]
    barrel = np.array(["-" in name for name in surname]) & (rng.random(count) < rates.double_barrel_cut)
    surname[barrel] = [name.split("-")[-1] for name in surname[barrel]]
    slip, at = rng.random(count) < rates.name_misspelt, rng.random(count)
    surname[slip] = [names.misspelt(name, draw) for name, draw in zip(surname[slip], at[slip], strict=True)]
    accented = np.array([not (a.isascii() and b.isascii()) for a, b in zip(given, surname, strict=True)])
    folded = accented & (rng.random(count) < rates.letters_plain)
    for name_column in (given, surname):
        name_column[folded] = [names.plain(name) for name in name_column[folded]]
    records["given"], records["surname"], records["middle"] = given, surname, rows["middle"][person]
    for which, kind, column in (
        (called, "nickname", "given_name"),
        (kept, "former_surname", "family_name"),
        (barrel, "double_barrel_cut", "family_name"),
        (slip, "name_misspelt", "family_name"),
        (folded, "letters_plain", "name"),
    ):
        planted.note(which, kind, column)
