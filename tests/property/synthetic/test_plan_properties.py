"""Whatever the nights and the seed: nightly windows tile the time, folders are never two of one day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from synthetic.plan import deliveries
from synthetic.span import Span

YEARS = st.integers(2, 5)
ENDS = st.dates(date(2024, 1, 1), date(2027, 12, 31))
small = settings(max_examples=40, deadline=None, derandomize=True)


@small
@given(seed=st.integers(0, 10_000), nights=st.integers(1, 31), end=ENDS, years=YEARS)
def test_new_windows_of_a_nightly_feed_tile_the_time_to_the_end(seed, nights, end, years):
    span = Span.until(end, nights, years)
    feeds = defaultdict(list)
    for delivery in deliveries(seed, span):
        if delivery.format in ("emis", "tpp", "sus") and delivery.resends is None:
            feeds[delivery.source, delivery.sender].append(delivery.window)
    assert len(feeds) == 6
    for windows in feeds.values():
        assert windows[0].is_bulk
        assert windows[0].until == span.first_night
        assert windows[-1].until == span.end
        assert all(later.after == earlier.until for earlier, later in pairwise(windows))


@small
@given(seed=st.integers(0, 10_000), nights=st.integers(1, 31), end=ENDS, years=YEARS)
def test_no_sender_has_two_folders_of_one_day_and_none_comes_after_the_end(seed, nights, end, years):
    span = Span.until(end, nights, years)
    folders = [(d.source, d.sender, d.day) for d in deliveries(seed, span)]
    assert len(set(folders)) == len(folders)
    assert all(day <= span.end for _, _, day in folders)


@small
@given(nights=st.integers(1, 31), end=ENDS, years=YEARS)
def test_monthly_periods_are_whole_months_without_a_gap(nights, end, years):
    periods = defaultdict(list)
    for delivery in deliveries(1, Span.until(end, nights, years)):
        if delivery.source in ("community", "mental_health") and not delivery.is_refresh:
            periods[delivery.source, delivery.sender].append(delivery.period)
            assert delivery.day > delivery.period[1]
    for found in periods.values():
        assert all(later[0] == earlier[1] + 1 for earlier, later in pairwise(found))
        last = date(1970, 1, 1) + timedelta(days=found[-1][1] + 1)
        assert last.day == 1
