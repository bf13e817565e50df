"""Households and who lives in them: role, age, sex, surname, ethnic group, twins."""

from __future__ import annotations

import numpy as np

from synthetic.days import YEAR
from synthetic.people import names
from synthetic.rates import population as rates
from synthetic.rates.places import BOROUGHS
from synthetic.rows import Array, Rows, either, repeat
from synthetic.world.geography import Geography, borough_shares

TYPES = tuple(rates.HOUSEHOLD_TYPES)
GROUPS = ("white", "asian", "black", "mixed", "other")


def make(rng: np.random.Generator, geography: Geography, *, people: int, end: int) -> Rows:
    """``people`` people in households.

    Columns: household (number within the block), role (letter), position, sex, birth (day),
    ethnic_category, tradition, given, middle, surname, former_surname, twin_of (row or -1),
    postcode (index), type (index of TYPES).
    """
    homes = _homes(rng, geography, people)
    parent, position = repeat(homes["size"])
    parent, position = parent[:people], position[:people]
    members = homes.take(parent)
    members["household"], members["position"] = parent, position
    members["role"] = _roles(members["type"], position)
    members["group"] = _group_of_members(rng, members)
    _ethnicity(rng, members)
    age = _ages(rng, members)
    members["twin_of"] = _twins(rng, members, age)
    members["birth"] = _births(rng, members, age, end=end)
    _sexes(rng, members)
    _names(rng, members)
    return members


def _homes(rng: np.random.Generator, geography: Geography, people: int) -> Rows:
    count = people  # more than enough: every household has at least one member
    shares = np.array([share for share, _ in rates.HOUSEHOLD_TYPES.values()])
    kind = rng.choice(len(TYPES), count, p=shares / shares.sum())
    fixed = np.array([len(members) for _, members in rates.HOUSEHOLD_TYPES.values()])[kind]
    more = rng.choice(len(rates.CHILDREN), count, p=rates.CHILDREN)
    with_children = np.isin(
        kind, [i for i, name in enumerate(TYPES) if "C" in rates.HOUSEHOLD_TYPES[name][1]]
    )
    size = fixed + np.where(with_children, more, 0)
    count = int(np.searchsorted(np.cumsum(size), people)) + 1
    borough = rng.choice(len(BOROUGHS), count, p=borough_shares())
    mix = np.array([[getattr(b, group) for group in GROUPS] for b in BOROUGHS]).cumsum(axis=1)[borough]
    return Rows(
        type=kind[:count],
        size=size[:count],
        borough=borough,
        home_group=(rng.random(count)[:, None] * mix[:, -1:] > mix).sum(axis=1),
        postcode=_postcode_in(rng, geography, borough),
        parent_age=np.clip(rng.normal(42, 8, count), 20, 62),
    )


def _postcode_in(rng: np.random.Generator, geography: Geography, borough: Array) -> Array:
    """A postcode (index) of each borough: postcodes are ordered by borough."""
    of = geography.postcode_borough
    low, high = np.searchsorted(of, borough), np.searchsorted(of, borough, side="right")
    return low + np.floor(rng.random(len(borough)) * (high - low)).astype(np.int64)


def _roles(kind: Array, position: Array) -> Array:
    """Role letter by household type and place; places past the last are children."""
    width = max(len(members) for _, members in rates.HOUSEHOLD_TYPES.values())
    table = np.array([list(members.ljust(width, "C")) for _, members in rates.HOUSEHOLD_TYPES.values()])
    return np.asarray(table[kind, np.minimum(position, width - 1)])


def _group_of_members(rng: np.random.Generator, members: Rows) -> Array:
    """The household's ethnic group, or now and then another for partners and sharers."""
    mix = np.array([[getattr(b, group) for group in GROUPS] for b in BOROUGHS]).cumsum(axis=1)[
        members["borough"]
    ]
    other = (rng.random(members.height)[:, None] * mix[:, -1:] > mix).sum(axis=1)
    own = np.isin(members["role"], ["S", "R"]) | (
        (members["role"] == "P") & (rng.random(members.height) < rates.OTHER_TRADITION)
    )
    return np.where(own, other, members["home_group"])


def _ethnicity(rng: np.random.Generator, members: Rows) -> None:
    """Detailed category and naming tradition; one draw a household and group, so families agree."""
    draw = rng.random(members.height)
    first = np.where(members["position"] == 0, np.arange(members.height), 0)
    draw = np.where(np.isin(members["role"], ["S", "R"]), draw, draw[np.maximum.accumulate(first)])
    category = np.empty(members.height, dtype=object)
    tradition = np.zeros(members.height, dtype=np.int64)
    for number, group in enumerate(GROUPS):
        mine = members["group"] == number
        words = rates.ETHNIC_CATEGORIES[group]
        chosen = np.searchsorted(np.cumsum([share for _, share, _ in words])[:-1], draw[mine], side="right")
        category[mine] = np.array([word[0] for word in words], dtype=object)[chosen]
        tradition[mine] = np.array([names.TRADITIONS.index(word[2]) for word in words])[chosen]
    members["ethnic_category"], members["tradition"] = category, tradition


def _ages(rng: np.random.Generator, members: Rows) -> Array:
    """Ages at the end of the history, in years."""
    count, role = members.height, members["role"]
    adult = np.where(
        np.isin(members["type"], [TYPES.index("single_adult"), TYPES.index("couple")]),
        np.clip(rng.gamma(6, 7, count) + 4, 19, 75),
        members["parent_age"],
    )
    older = np.clip(65 + rng.gamma(1.6, 6.2, count), 65, 103)
    of_first = np.where(members["position"] == 0, np.where(role == "O", older, adult), 0)
    firsts = np.maximum.accumulate(np.where(members["position"] == 0, np.arange(count), 0))
    partner = np.clip(of_first[firsts] + rng.normal(-1, 3.5, count), 19, 101)
    oldest_child = np.minimum(rates.DEPENDENT_CHILD_OLDEST, np.maximum(members["parent_age"] - 18, 1))
    ages = np.select(
        [role == "A", role == "P", role == "O", role == "R", role == "S"],
        [
            adult,
            partner,
            older,
            np.clip(rng.normal(86, 7, count), 65, 104),
            np.clip(rng.gamma(5, 3, count) + 17, 18, 60),
        ],
        default=rng.random(count) * oldest_child,
    )
    return np.asarray(ages)


def _twins(rng: np.random.Generator, members: Rows, age: Array) -> Array:
    """Row of the twin for a child born with the child before it, else -1."""
    before = np.roll(np.arange(members.height), 1)
    both = (members["role"] == "C") & (members["role"][before] == "C")
    same_home = members["household"] == members["household"][before]
    twin = both & same_home & (rng.random(members.height) < 2 * rates.TWIN_CHILD)
    twin &= ~np.roll(twin, 1)  # no triplets
    return np.where(twin, before, -1)


def _births(rng: np.random.Generator, members: Rows, age: Array, *, end: int) -> Array:
    birth = end - np.floor(age * YEAR).astype(np.int64)
    birth = np.minimum(birth, end)
    twin = members["twin_of"]
    return np.where(twin >= 0, birth[np.maximum(twin, 0)], birth)


def _sexes(rng: np.random.Generator, members: Rows) -> None:
    count, role = members.height, members["role"]
    female = np.select([role == "O", role == "R"], [0.62, 0.70], default=0.5)
    sex = np.where(rng.random(count) < female, 2, 1)
    before = np.roll(sex, 1)
    opposite = (role == "P") & (rng.random(count) < 0.97)
    sex = np.where(opposite, 3 - before, sex)
    alike = (members["twin_of"] >= 0) & (rng.random(count) < rates.SAME_SEX_TWINS)
    members["sex"] = np.where(alike, sex[np.maximum(members["twin_of"], 0)], sex)


def _names(rng: np.random.Generator, members: Rows) -> None:
    count, role = members.height, members["role"]
    own = names.draw_surnames(rng, members["tradition"])
    rows = np.arange(count)
    firsts = np.maximum.accumulate(np.where(members["position"] == 0, rows, 0))
    partner_of = np.minimum(firsts + 1, count - 1)
    takes = (role == "P") & (rng.random(count) < rates.SHARES_SURNAME)
    surname = np.where(takes | np.isin(role, ["C"]), own[firsts], own)
    surname = np.where(
        (role == "O") & (members["position"] > 0) & (rng.random(count) < 0.7), own[firsts], surname
    )
    has_partner = (role[partner_of] == "P") & (surname[partner_of] != own[firsts])
    barrel = (role == "C") & has_partner & (rng.random(count) < rates.CHILD_DOUBLE_BARRELLED)
    joined = np.array([f"{a}-{b}" for a, b in zip(own[firsts], own[partner_of], strict=True)], dtype=object)
    members["surname"] = np.where(barrel, joined, surname)
    changed = takes & (members["sex"] == 2) & (rng.random(count) < rates.CHANGED_SURNAME)
    members["former_surname"] = either(changed & (own != surname), own, None)
    members["given"] = names.draw_given(rng, members["tradition"], members["sex"])
    middle = names.draw_given(rng, members["tradition"], members["sex"])
    members["middle"] = either(rng.random(count) < rates.MIDDLE_NAME, middle, None)
    alike = (members["twin_of"] >= 0) & (
        members["given"] == members["given"][np.maximum(members["twin_of"], 0)]
    )
    members["given"] = np.where(alike, middle, members["given"])
