"""Tells the lines of a large NDJSON file that are sound from those to be looked at, in one pass over it.

Most lines of most files are sound. They are read once to be told so and once more to be written, by all
threads and without a table of them in between, which would be as large as the file. Only the others,
the suspects, go through what a small file goes through whole; it alone says what is wrong with a line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from connectors.declare import Severity
from connectors.fhir.lines import Lines, OtherLinesError, Rows
from connectors.fhir.reader import doubted, probed_lines, read_lines, typed_lines
from connectors.fhir.rules import RecordRule
from pipeline.duck import literal
from pipeline.errors import WsicError
from pipeline.landing import conformance, extensions
from pipeline.landing.tables import count, write_parquet

LARGE_FROM = 16 * 1024 * 1024  # bytes; below, a second pass costs less than to tell the lines apart
# Suspects among the lines. Up to half of them, a file costs less told apart than in one piece (processor
# seconds of 20,000 encounters, apart and in one piece: 3.6 and 4.1 with a twentieth of suspects, 7.9 and 8.4
# with two fifths, 11.8 and 11.1 with three fifths).
_MOSTLY = 0.5
_USUAL_AT_MOST = 50  # sets of members
# Two sets of as many names read alike only where they are alike: a name of FHIR has no comma.
_NAMES_SAID = "len(names) || ':' || array_to_string(names, ',')"


@dataclass(frozen=True, slots=True)
class Sieved:
    """A file whose suspects are in the table ``resources``. ``warnings``: of its other lines, how many broke
    which rule, by its place; ``texts``: SELECT of the suspects' ``_row, line``."""

    path: Path
    resource_type: str
    rows: int
    warnings: Mapping[int, int]
    texts: str

    def write(self, con: duckdb.DuckDBPyConnection, select: str, part: Path, *, refused: Rows) -> None:
        """Write the rows that were not refused, by a SELECT over ``sound_rows`` (``_row`` and elements)."""
        with Lines(self.path, without=refused).readable(con, "sound_lines", as_json=True):
            written = write_parquet(con, f"with sound_rows as ({self._sound_rows}) {select}", part)
        if written != self.rows - len(refused):
            part.unlink()
            raise WsicError(f"{self.rows} lines, {len(refused)} of them refused, {written} rows written")

    def repeated(self, con: duckdb.DuckDBPyConnection, part: Path | None, *, refused: Rows) -> int:
        """How many rows that were not refused have an id that another had; from ``part`` if written."""
        asked = "select count(id) - count(distinct id) from"
        if part is not None:
            return count(con, f"{asked} read_parquet({literal(part)}, hive_partitioning = false)")
        with Lines(self.path, without=refused).readable(con, "sound_lines", as_json=True):
            return count(con, f"{asked} ({self._sound_rows})")

    @property
    def _sound_rows(self) -> str:
        return typed_lines("sound_lines", self.resource_type)


def refused_rows(con: duckdb.DuckDBPyConnection) -> Rows:
    """The rows of the table ``refused_resources``, in order."""
    found = con.execute("select distinct _row from refused_resources order by 1").fetchnumpy()
    return np.asarray(found["_row"], dtype=np.int64)


def sieve(
    con: duckdb.DuckDBPyConnection, path: Path, resource_type: str, rules: Sequence[RecordRule], work: Path
) -> Sieved | None:
    """Tell the lines apart and read the suspects into ``resources``; None where the file's lines are not
    such that they can be cut by their line feeds, or too many of them are suspects."""
    conformance.define(con, resource_type)
    strange = f"coalesce({conformance.is_strange(con, resource_type)}, true)"
    try:
        strange_top = _unless_usual(con, path, strange)
        sieving = _sieving(resource_type, rules, strange_top)
        if (
            _tell(con, Lines(path, is_head=True), sieving) > _MOSTLY
            or _tell(con, Lines(path), sieving) > _MOSTLY
        ):
            return None
    except OtherLinesError:
        return None
    rows = count(con, "select sum(rows) from sieved")
    texts = _stage(con, path, work, rows)
    suspects = f"select _row, line, in_doubt from read_parquet({literal(texts)}) where in_doubt is not null"
    read_lines(con, suspects, resource_type, into="resources")
    lines = f"select _row, line from read_parquet({literal(texts)})"
    sound = con.execute("select warned, rows from sieved where named is null").fetchall()
    warnings = {
        place: sum(rows for warned, rows in sound if warned >> bit & 1)
        for bit, place in enumerate(_warning(rules))
    }
    return Sieved(path, resource_type, rows, warnings, lines)


def _unless_usual(con: duckdb.DuckDBPyConnection, path: Path, strange: str) -> str:
    """``strange``, a predicate over ``names``, asked only of lines whose members are not those of a sound
    line at the head of the file: most lines of a file have one of few sets of members."""
    with Lines(path, is_head=True).readable(con, "all_lines", as_json=True):
        found = con.execute(
            f"""select distinct {_NAMES_SAID} from (
                select json_keys(case when json_valid(line) then line end) as names from all_lines
            ) where not {strange} limit {_USUAL_AT_MOST}"""
        ).fetchall()
    usual = ", ".join(literal(said) for (said,) in found)  # names of FHIR's own: others are strange
    return f"case when {_NAMES_SAID} in ({usual}) then false else {strange} end" if found else strange


def _tell(con: duckdb.DuckDBPyConnection, lines: Lines, sieving: str) -> float:
    """Make ``sieved`` of ``lines``; returns the share of them that are suspects."""
    with lines.readable(con, "all_lines", as_json=True):
        con.execute(f"create or replace temp table sieved as {sieving}")
    share = con.execute("select coalesce(sum(len(named)) / nullif(sum(rows), 0), 0) from sieved").fetchone()
    return float(share[0]) if share else 0.0


def _stage(con: duckdb.DuckDBPyConnection, path: Path, work: Path, rows: int) -> Path:
    """The text of the suspects, and of lines that are looked at anyway (whose ``in_doubt`` is null)."""
    step = conformance.looked_at(rows)
    con.execute(
        f"""create or replace temp table staged as
        select _row, any_value(in_doubt) as in_doubt from (
            select unnest(named) as _row, in_doubt from sieved where named is not null
            union all
            select unnest(range({step}, {rows} + 1, {step})), null::boolean
        ) group by _row order by _row"""
    )
    chosen = np.asarray(con.execute("select _row from staged").fetchnumpy()["_row"], dtype=np.int64)
    target = work / "suspects.parquet"
    with Lines(path, only=chosen).readable(con, "staged_lines"):
        write_parquet(
            con,
            """select _row, in_doubt, rtrim(line, chr(10) || chr(13)) as line
            from staged_lines join staged using (_row)""",
            target,
            compression="lz4_raw",  # read a few times and thrown away
        )
    return target


def _sieving(resource_type: str, rules: Sequence[RecordRule], strange_top: str) -> str:
    """SELECT of ``in_doubt, warned`` (a bit a warning), ``rows`` and, of suspects, ``named`` (their rows)."""
    by_text, by_reading = doubted(resource_type, signs=conformance.SIGNS)
    doubts = ["_is_broken", extensions.hidden_names("line"), by_text, by_reading]
    refusing = [f"coalesce({rule.predicate}, false)" for rule in rules if rule.severity is Severity.ROW]
    strange = [
        extensions.told_otherwise("line", resource_type),
        extensions.unknown(resource_type),
        *refusing,
    ]
    warned = [f"coalesce({rules[place].predicate}, false)" for place in _warning(rules)]
    flags = {"_doubt": doubts, "_strange": strange, "_warned": warned}
    asked = ", ".join(f"{sql} as {word}_{n}" for word, found in flags.items() for n, sql in enumerate(found))
    bits = " + ".join(f"if(_warned_{bit}, {1 << bit}, 0)" for bit in range(len(warned))) or "0"
    # Of what stands below the top nothing is read for its names: ``asked`` alone says which elements are.
    return f"""
        with probed as ({probed_lines("all_lines", resource_type, asked=asked)}),
        flagged as (select _row, {strange_top} as _strange_top, {asked} from probed),
        told as (
            select _row, {" or ".join(f"_doubt_{n}" for n in range(len(doubts)))} as in_doubt,
                {" or ".join(f"_strange_{n}" for n in range(len(strange)))} or _strange_top as is_suspect,
                ({bits})::bigint as warned
            from flagged
        )
        select in_doubt, warned, count(*) as rows,
            list(_row) filter (where in_doubt or is_suspect) as named
        from told group by in_doubt, is_suspect, warned"""


def _warning(rules: Sequence[RecordRule]) -> list[int]:
    """Places of the rules that only warn."""
    return [place for place, rule in enumerate(rules) if rule.severity is Severity.WARNING]
