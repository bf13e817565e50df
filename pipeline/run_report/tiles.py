"""The map of boroughs: a tile each, placed roughly as the boroughs lie, and no licensed boundary.

Codes and names are those of the Office for National Statistics. A borough outside London, or an area of no
known place, has no tile: it is listed below the map.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pipeline.ig_report.release import Row, Rows

# Code -> name, what stands on its tile, column and row: London from west to east and north to south.
PLACES: Mapping[str, tuple[str, str, int, int]] = {
    "E09000010": ("Enfield", "ENF", 4, 0),
    "E09000015": ("Harrow", "HRW", 1, 1), "E09000003": ("Barnet", "BNT", 2, 1),
    "E09000014": ("Haringey", "HGY", 4, 1), "E09000031": ("Waltham Forest", "WTH", 5, 1),
    "E09000017": ("Hillingdon", "HDN", 0, 2), "E09000009": ("Ealing", "ELG", 1, 2),
    "E09000005": ("Brent", "BRT", 2, 2), "E09000007": ("Camden", "CMD", 3, 2),
    "E09000019": ("Islington", "ISL", 4, 2), "E09000012": ("Hackney", "HCK", 5, 2),
    "E09000026": ("Redbridge", "RDB", 6, 2), "E09000016": ("Havering", "HVG", 7, 2),
    "E09000018": ("Hounslow", "HNS", 0, 3), "E09000013": ("Hammersmith and Fulham", "HMS", 1, 3),
    "E09000020": ("Kensington and Chelsea", "KNS", 2, 3), "E09000033": ("Westminster", "WST", 3, 3),
    "E09000001": ("City of London", "CTY", 4, 3), "E09000030": ("Tower Hamlets", "TOW", 5, 3),
    "E09000025": ("Newham", "NWM", 6, 3), "E09000002": ("Barking and Dagenham", "BAR", 7, 3),
    "E09000027": ("Richmond upon Thames", "RCH", 1, 4), "E09000032": ("Wandsworth", "WNS", 2, 4),
    "E09000022": ("Lambeth", "LAM", 3, 4), "E09000028": ("Southwark", "SWR", 4, 4),
    "E09000023": ("Lewisham", "LSH", 5, 4), "E09000011": ("Greenwich", "GRN", 6, 4),
    "E09000004": ("Bexley", "BXL", 7, 4),
    "E09000021": ("Kingston upon Thames", "KNG", 2, 5), "E09000024": ("Merton", "MRT", 3, 5),
    "E09000008": ("Croydon", "CRD", 4, 5), "E09000006": ("Bromley", "BRM", 5, 5),
    "E09000029": ("Sutton", "STN", 3, 6),
}  # fmt: skip
SIDE, GAP = 72, 4  # of a tile and between two, in units of the drawing
LEVELS = ("complete", "partial", "missing")


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One borough, from its corner ``x, y``. ``level``: the worst coverage that any metric of it has."""

    name: str
    letters: str
    level: str
    said: str
    x: int
    y: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TileMap:
    """Tiles, what is listed for want of a place, and the table of all areas."""

    tiles: tuple[Tile, ...]
    unplaced: tuple[str, ...]
    rows: Rows
    description: str
    width: int
    height: int


def map_of(boroughs: Rows) -> TileMap:
    """The map of the areas that the night knows, cut to where they lie."""
    placed = [row for row in boroughs if row["area_code"] in PLACES]
    columns = [PLACES[row["area_code"]][2] for row in placed] or [0]
    lines = [PLACES[row["area_code"]][3] for row in placed] or [0]
    whole = SIDE + GAP
    return TileMap(
        tiles=tuple(_tile(row, min(columns), min(lines)) for row in placed),
        unplaced=tuple(_name(row) for row in boroughs if row["area_code"] not in PLACES),
        rows=[_told(row) for row in sorted(boroughs, key=_name)],
        description=_describe(boroughs),
        width=whole * (max(columns) - min(columns) + 1) - GAP,
        height=whole * (max(lines) - min(lines) + 1) - GAP,
    )  # fmt: skip


def level_of(row: Row) -> str:
    """The worst coverage of any metric of an area."""
    return next((level for level in reversed(LEVELS) if row[level]), LEVELS[-1])


def _tile(row: Row, first_column: int, first_line: int) -> Tile:
    name, letters, column, line = PLACES[row["area_code"]]
    whole = SIDE + GAP
    return Tile(
        name=name, letters=letters, level=level_of(row), said=f"{row['complete']}/{row['metrics']}",
        x=whole * (column - first_column), y=whole * (line - first_line),
    )  # fmt: skip


def _name(row: Row) -> str:
    return PLACES[row["area_code"]][0] if row["area_code"] in PLACES else str(row["area_code"])


def _told(row: Row) -> Row:
    return {
        "borough": _name(row), "area_code": row["area_code"], "coverage": level_of(row),
        **{name: row[name] for name in ("metrics", *LEVELS)},
    }  # fmt: skip


def _describe(boroughs: Rows) -> str:
    count = {level: sum(level_of(row) == level for row in boroughs) for level in LEVELS}
    return (
        f"Of {len(boroughs)} areas {count['complete']} are wholly covered, {count['partial']} partly, and of "
        f"{count['missing']} at least one metric has no feed behind it."
    )
