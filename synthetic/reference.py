"""Reference data: organisations, postcodes, deprivation, unit costs, code lists."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

from synthetic.days import date_of
from synthetic.rates import places, prices
from synthetic.span import FEWEST_YEARS, Span
from synthetic.world import World

ORGANISATION = ("ods_code", "name", "role", "parent_ods_code", "valid_from", "valid_to")
OPENED = "2013-04-01"
NETWORKS_BEGAN = "2019-07-01"  # primary care networks (NHS England, Network Contract DES)
ICB_BEGAN = "2022-07-01"  # integrated care boards (Health and Care Act 2022)


def write(folder: Path, world: World, span: Span) -> None:
    """Write the five reference files."""
    folder.mkdir(parents=True, exist_ok=True)
    _csv(folder / "organisations.csv", ORGANISATION, _organisations(world, span))
    geography = world.geography
    lsoa = geography.lsoas["code"][geography.postcodes["lsoa"]]
    gss = [places.BOROUGHS[b].gss for b in geography.postcode_borough]
    _csv(
        folder / "postcodes.csv",
        ("postcode", "lsoa_code", "local_authority_code"),
        zip(geography.postcodes["postcode"], lsoa, gss, strict=True),
    )
    _csv(
        folder / "deprivation.csv",
        ("lsoa_code", "imd_version", "imd_rank", "imd_decile"),
        _deprivation(world),
    )
    _csv(
        folder / "unit_costs.csv",
        ("currency", "financial_year", "unit_cost_gbp", "price_year", "source"),
        (
            (currency, year, pounds, prices.PRICE_YEAR, source)
            for currency, (pounds, source) in prices.UNIT_COSTS.items()
            for year in _financial_years(span)
        ),
    )
    _csv(
        folder / "codelists.csv",
        ("codelist", "code_system", "code", "term"),
        (
            (name, *entry)
            for name, entries in (
                ("legally_restricted", prices.LEGALLY_RESTRICTED),
                ("type_1_dissent", prices.TYPE_1_DISSENT),
                ("type_1_withdrawn", prices.TYPE_1_WITHDRAWN),
            )
            for entry in entries
        ),
    )


def _financial_years(span: Span) -> list[str]:
    """Years with a price: of every year that the history has beyond two, one more before them."""
    first = int(prices.FINANCIAL_YEARS[0][:4])
    more = range(first - (span.years - FEWEST_YEARS), first)
    return [*(f"{year}/{(year + 1) % 100:02d}" for year in more), *prices.FINANCIAL_YEARS]


def _csv(path: Path, header: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)


def _organisations(world: World, span: Span) -> list[tuple[str, str, str, str, str, str]]:
    practices = world.practices
    rows = [(places.ICB, places.ICB_NAME, "icb", "", ICB_BEGAN, "")]
    networks = dict(zip(practices["pcn"], practices["pcn_name"], strict=True))
    rows += [(code, name, "pcn", places.ICB, NETWORKS_BEGAN, "") for code, name in networks.items()]
    changed = date_of(span.start + 200).isoformat()  # one practice changed its network in the history
    for number, (code, name, pcn) in enumerate(
        zip(practices["code"], practices["name"], practices["pcn"], strict=True)
    ):
        if number == 1 and len(networks) > 1:
            former = next(other for other in networks if other != pcn)
            rows.append((code, name, "gp_practice", former, OPENED, date_of(span.start + 199).isoformat()))
            rows.append((code, name, "gp_practice", pcn, changed, ""))
        else:
            rows.append((code, name, "gp_practice", pcn, OPENED, ""))
    rows += [(code, name, "trust", places.ICB, OPENED, "") for code, name in places.TRUSTS.items()]
    rows += [
        (f"{code}01", f"{places.TRUSTS[code]}, main site", "site", code, OPENED, "") for code in places.TRUSTS
    ]
    rows += [
        (f"{code}03", f"{places.TRUSTS[code]}, urgent treatment centre", "site", code, OPENED, "")
        for code in places.ACUTE_TRUSTS
    ]
    rows += [(b.council, f"{b.name} Council", "council", places.ICB, OPENED, "") for b in places.BOROUGHS]
    return rows


def _deprivation(world: World) -> list[tuple[str, str, int, int]]:
    lsoas = world.geography.lsoas
    return [
        (code, version, int(rank), int(decile))
        for version, ranks, deciles in (
            ("2019", lsoas["rank_2019"], lsoas["decile"]),
            ("2025", lsoas["rank_2025"], lsoas["decile_2025"]),
        )
        for code, rank, decile in zip(lsoas["code"], ranks, deciles, strict=True)
    ]
