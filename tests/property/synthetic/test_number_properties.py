"""Local ids never collide, stays never overlap, names are changed but never emptied."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic.lives.draws import not_overlapping
from synthetic.people.names import misspelt, plain
from synthetic.records.local import local_numbers
from synthetic.world.nhs_numbers import check_digits, draw

small = settings(max_examples=60, deadline=None, derandomize=True)
STAYS = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 60), st.integers(0, 20)), min_size=1, max_size=30
)


@small
@given(first=st.integers(0, 2_000_000), sender=st.integers(0, 7), salt=st.integers(0, 7))
def test_local_numbers_of_a_sender_are_unique(first, sender, salt):
    person = np.repeat(np.arange(first, first + 500), 2)
    variant = np.tile([0, 1], 500)
    numbers = local_numbers(person, sender=np.full(1000, sender), variant=variant, salt=salt)
    assert len(np.unique(numbers)) == 1000
    assert numbers.max() < 10**8


@small
@given(stays=STAYS)
def test_what_is_kept_does_not_overlap_and_the_first_stay_is_kept(stays):
    person, start, nights = (np.array(column) for column in zip(*stays, strict=True))
    keep = not_overlapping(person, start, start + nights)
    for one in np.unique(person):
        mine = np.flatnonzero(keep & (person == one))
        assert len(mine) >= 1
        order = mine[np.lexsort(((start + nights)[mine], start[mine]))]
        assert all(start[b] > (start + nights)[a] for a, b in pairwise(order))


@small
@given(seed=st.integers(0, 1000), count=st.integers(1, 5000))
def test_drawn_numbers_are_different_valid_and_of_the_999_range(seed, count):
    numbers = draw(np.random.default_rng(seed), count)
    assert len(np.unique(numbers)) == count
    assert (check_digits(numbers // 10) == numbers % 10).all()
    assert (numbers // 10_000_000 == 999).all()


def test_more_numbers_than_the_range_holds_come_from_the_next_range():
    numbers = draw(np.random.default_rng(1), 1_000_000)
    assert set(np.unique(numbers // 10_000_000)) == {998, 999}


@small
@given(name=st.text(st.characters(categories=["L"]), min_size=1, max_size=20), at=st.floats(0, 0.999))
def test_a_misspelt_or_plain_name_is_still_a_name(name, at):
    assert misspelt(name, at)
    assert plain("Łukasz Søren İbrahim Gonçalves") == "Lukasz Soren Ibrahim Goncalves"
