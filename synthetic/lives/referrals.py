"""Referrals and contacts of community and mental health services, made alike."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from synthetic.days import NEVER, YEAR, working_day
from synthetic.lives import draws
from synthetic.people import Block
from synthetic.rates import community as rates
from synthetic.rates.causes import INDEX as CAUSE
from synthetic.rates.community import Team
from synthetic.rates.conditions import INDEX as CONDITION
from synthetic.rates.places import BOROUGHS, COMMUNITY_TRUSTS, MENTAL_HEALTH_TRUSTS
from synthetic.rows import Array, Rows, repeat, stack
from synthetic.span import days_of


def community(block: Block, spells: Rows) -> tuple[Rows, Rows]:
    """(referrals, contacts) of community services; see :func:`_referrals` and :func:`_contacts`."""
    rng = block.rng("community")
    age = block.age(block.span.middle)
    stays = spells.take(
        spells["is_emergency"]
        & ~spells["died"]
        & ~spells["moved_on"]
        & (spells["leave"] > spells["admit"])
        & (spells["leave"] <= block.span.end)
    )
    older = (stays["leave"] - block.rows["birth"][stays["person"]]) >= 65 * YEAR
    followed = stays.take(
        rng.random(stays.height) < np.where(older, rates.AFTER_DISCHARGE[1], rates.AFTER_DISCHARGE[0])
    )
    frail = block.frailty >= 0.24
    nursing = np.select(
        [frail, age >= 65],
        [rates.DISTRICT_NURSING_FRAIL_A_YEAR, rates.DISTRICT_NURSING_OTHERS_65_A_YEAR],
        default=0.001,
    )
    therapy = np.where(age >= 65, rates.THERAPY_A_YEAR[1], np.where(age >= 16, rates.THERAPY_A_YEAR[0], 0.01))
    born = np.flatnonzero((block.rows["birth"] > block.span.start) & (block.rows["birth"] <= block.span.end))
    until = block.span.end
    asked = [
        (0, followed["person"], followed["leave"]),
        (1, *_pair(draws.events(rng, block, nursing, until=until))),
        (2, *_pair(draws.events(rng, block, therapy, until=until))),
        (
            3,
            *_pair(
                draws.events(
                    rng, block, np.where(age >= 65, rates.OCCUPATIONAL_THERAPY_65_A_YEAR, 0.002), until=until
                )
            ),
        ),
        (4, born, block.rows["birth"][born]),
    ]
    trust = np.array([COMMUNITY_TRUSTS.index(b.community) for b in BOROUGHS])
    referrals = _referrals(block, asked, trust)
    return _contacts(rng, block, referrals, rates.COMMUNITY)


def mental_health(block: Block, attended: Rows) -> tuple[Rows, Rows]:
    """(referrals, contacts) of mental health services."""
    rng = block.rng("mental health")
    until = block.span.end
    first = block.exposure()[0]
    listed, begun = _listed(rng, block)
    low = block.with_condition("depression")
    crisis = attended.take(
        (attended["cause"] == CAUSE["mental_health"])
        & ~attended["is_admitted"]
        & (rng.random(attended.height) < rates.CRISIS_AFTER_ATTENDANCE)
    )
    demented = block.onset[:, CONDITION["dementia"]]
    memory = np.flatnonzero((demented > block.span.start + rates.MEMORY_WITHIN_DAYS) & (demented < NEVER))
    asked = [
        (0, listed, begun),
        (
            0,
            *_pair(
                draws.events(
                    rng, block, np.where(low, rates.COMMUNITY_TEAM_DEPRESSION_A_YEAR, 0.002), until=until
                )
            ),
        ),
        (
            2,
            *_pair(
                draws.events(
                    rng, block, np.where(low, rates.PRIMARY_CARE_DEPRESSION_A_YEAR, 0.004), until=until
                )
            ),
        ),
        (1, crisis["person"], crisis["day"]),
        (
            3,
            memory,
            np.maximum(
                demented[memory] - rng.integers(60, rates.MEMORY_WITHIN_DAYS, len(memory)), first[memory]
            ),
        ),
    ]
    trust = np.array([MENTAL_HEALTH_TRUSTS.index(b.mental_health) for b in BOROUGHS])
    referrals = _referrals(block, asked, trust)
    return _contacts(rng, block, referrals, rates.MENTAL_HEALTH)


def _listed(rng: np.random.Generator, block: Block) -> tuple[Array, Array]:
    """People with severe illness on a team's list, and when they come on it: once in every two years."""
    severe = block.with_condition("serious_mental_illness") | block.with_condition("bipolar")
    listed = np.flatnonzero(severe & (rng.random(block.rows.height) < rates.COMMUNITY_TEAM_SMI))
    first, last = block.exposure()
    onset = np.minimum(
        block.onset[listed, CONDITION["serious_mental_illness"]], block.onset[listed, CONDITION["bipolar"]]
    )
    earliest = np.maximum(np.maximum(first[listed], onset), block.span.start)
    last = np.minimum(last[listed], block.span.end)
    two_years, people, days = days_of(2), [], []
    for start in range(0, block.span.days, two_years):
        day = earliest + start + rng.integers(0, 500, len(listed))
        people.append(listed[day < last])
        days.append(day[day < last])
    return np.concatenate(people), np.concatenate(days)


def _pair(rows: Rows) -> tuple[Array, Array]:
    return rows["person"], rows["day"]


def _referrals(block: Block, asked: Sequence[tuple[int, Array, Array]], trust: Array) -> Rows:
    """Referrals: person, day, team (index), trust (index), minute, id; adults and children alike."""
    rows = stack(
        [
            Rows(person=person, day=day.astype(np.int64), team=np.full(len(person), team))
            for team, person, day in asked
        ]
    )
    first, last = block.exposure()
    rows = rows.take(
        (rows["day"] >= first[rows["person"]])
        & (rows["day"] < last[rows["person"]])
        & (rows["day"] <= block.span.end)
    )
    rows = rows.take(np.lexsort((rows["team"], rows["day"], rows["person"])))
    rows["trust"] = trust[block.borough[rows["person"]]]
    rows["minute"] = 540 + rows["person"] * 37 % 480
    return draws.identify(block, rows)


def _contacts(
    rng: np.random.Generator, block: Block, referrals: Rows, teams: tuple[Team, ...]
) -> tuple[Rows, Rows]:
    """Contacts: referral (id), person, trust, team, day, minute, number, status, mechanism, place, minutes,
    activity (index or -1), value, id. Adds ``closed`` (day or NEVER) to the referrals."""
    mean = np.array([team.contacts for team in teams])[referrals["team"]]
    parent, number = repeat(1 + rng.poisson(mean * rng.gamma(2, 0.5, referrals.height)))
    team = referrals["team"][parent]
    gaps = rng.exponential(
        np.where(number == 0, np.array([t.wait for t in teams])[team], np.array([t.gap for t in teams])[team])
    )
    total = np.cumsum(gaps)
    before = np.concatenate([[0.0], total])[np.searchsorted(parent, parent)]
    day = working_day(referrals["day"][parent] + np.floor(total - before).astype(np.int64))
    done = np.full(referrals.height, 0)
    np.maximum.at(done, parent, day)
    last = block.exposure()[1][referrals["person"]]
    referrals["closed"] = np.where(done < last, done + rng.integers(0, 15, referrals.height), last)
    referrals["closed"] = np.where(referrals["closed"] > block.span.end, NEVER, referrals["closed"])
    rows = Rows(
        referral=referrals["id"][parent],
        person=referrals["person"][parent],
        trust=referrals["trust"][parent],
        team=team,
        day=day,
        number=number,
    )
    rows = rows.take((day <= block.span.end) & (day < last[parent]))
    count, team = rows.height, rows["team"]
    codes = np.array([code for code, _ in rates.ATTENDANCE], dtype=object)
    share = np.array([part for _, part in rates.ATTENDANCE])
    rows["status"] = codes[rng.choice(len(codes), count, p=share / share.sum())]
    remote = rng.random(count) < np.array([t.remote for t in teams])[team]
    rows["mechanism"] = np.where(remote, np.where(rng.random(count) < 0.7, "02", "11"), "01").astype(object)
    rows["place"] = np.array([t.place for t in teams], dtype=object)[team]
    in_home = block.rows["in_care_home"][rows["person"]] & (rows["place"] == "A01")
    rows["place"] = np.where(in_home, "G02", rows["place"])
    rows["minute"] = 510 + 15 * rng.integers(0, 34, count)
    rows["minutes"] = np.maximum(
        5, 5 * np.round(rng.normal(np.array([t.minutes for t in teams])[team], 10) / 5)
    ).astype(np.int64)
    rows["activity"] = np.where(
        rng.random(count) < rates.ACTIVITY_CODED, rng.integers(0, len(rates.ACTIVITIES), count), -1
    )
    rows["value"] = np.round(rng.random(count), 3)
    rows["refreshed"] = rng.random(count) < rates.REFRESHED_CONTACTS
    return referrals, draws.identify(block, rows)
