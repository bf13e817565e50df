"""Writes a large NDJSON file in one pass, and tells the lines on the way that are to be looked at.

Most lines of most files are sound. They are read once, told to be so, put through the rules and written, by
all threads and without a table of them in between, which would be as large as the file. Only the others, the
suspects, go through what a small file goes through whole; it alone says what is wrong with a line. What it
will say of them is guessed, so that those that are sound are written in their place; where the guess is
wrong, the file is written again.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
from duckdb.func import ARROW, SPECIAL
from duckdb.sqltypes import BIGINT, BOOLEAN, VARCHAR

from connectors.declare import Severity
from connectors.fhir.lines import Lines, OtherLinesError, Rows
from connectors.fhir.reader import judged_lines, read_lines, typed_lines
from connectors.fhir.rules import RecordRule
from connectors.fhir.shapes import SHAPES
from connectors.fhir.teller import Telling
from connectors.types import quoted
from pipeline.duck import literal
from pipeline.errors import WsicError
from pipeline.landing import conformance
from pipeline.landing.suspects import Suspects
from pipeline.landing.tables import count, write_parquet

LARGE_FROM = 16 * 1024 * 1024  # bytes; below, a file costs less in one piece
# Suspects among the lines. Up to half of them, a file costs less told apart than in one piece.
_MOSTLY = 0.5
_PASSED = "passed"
_BROKEN, _STRANGE, _WARNED = 1, 2, 4  # bits that tell of a line; from the last on one a warning


@dataclass(frozen=True, slots=True)
class Sieved:
    """A file written but for its suspects' verdicts, with the suspects in the table ``resources``.

    ``warnings``: of its other lines, how many broke which rule, by its place; ``texts``: SELECT of the
    suspects' ``_row, line``; ``withheld``: the rows that were not written, in order.
    """

    path: Path
    resource_type: str
    rows: int
    warnings: Mapping[int, int]
    texts: str
    withheld: Rows

    def write(self, con: duckdb.DuckDBPyConnection, select: str, part: Path, *, refused: Rows) -> None:
        """Write the rows that were not refused, by a SELECT over ``sound_rows`` (``_row`` and elements)."""
        with Lines(self.path, without=refused).readable(con, "sound_lines", as_json=True):
            sound = typed_lines("sound_lines", self.resource_type)
            written = write_parquet(con, f"with sound_rows as ({sound}) {select}", part)
        _require(self.rows - len(refused), written, part)


@dataclass(slots=True)
class _Rules:
    """What the rules said of the lines that a pass read; filled by the function ``passed``."""

    warned: int  # rules that only warn
    suspects: Suspects | None = None
    broken: list[Rows] = field(default_factory=list)
    strange: list[Rows] = field(default_factory=list)
    failure: Exception | None = field(default=None, init=False)
    warnings: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.warnings = [0] * self.warned

    def passed(self, rows: pa.Array, bits: pa.Array, lines: pa.Array) -> pa.Array:
        try:
            return self._passed(rows, bits, lines)
        except Exception as error:
            self.failure = error
            raise

    def _passed(self, rows: pa.Array, bits: pa.Array, lines: pa.Array) -> pa.Array:
        """Which rows, of which there is something to tell, are written. ``lines``: null of those that were
        suspects before; of suspects no warning is counted: what they broke is asked of them later."""
        said = bits.to_numpy(zero_copy_only=False)
        is_broken, is_strange = (said & _BROKEN) > 0, (said & _STRANGE) > 0
        row = rows.to_numpy(zero_copy_only=False)
        self.broken.append(row[is_broken])
        self.strange.append(row[is_strange & ~is_broken])
        is_sound = ~(is_broken | is_strange)
        if self.suspects:
            found = ~is_sound & lines.is_valid().to_numpy(zero_copy_only=False)
            of_shape = np.zeros(np.count_nonzero(found), dtype=np.bool_)
            self.suspects.keep(row[found], lines.filter(pa.array(found)), of_shape)
        sound = said[is_sound]
        for bit in range(self.warned):
            self.warnings[bit] += int(np.count_nonzero(sound & (_WARNED << bit)))
        return pa.array(~is_broken)

    @contextlib.contextmanager
    def callable(self, con: duckdb.DuckDBPyConnection) -> Iterator[None]:
        """Let a statement in the block call the function ``passed``. Raises what went wrong in it in place of
        what the engine makes of it."""
        con.create_function(
            _PASSED,
            self.passed,
            [BIGINT, BIGINT, VARCHAR],
            BOOLEAN,
            type=ARROW,
            null_handling=SPECIAL,  # else of a row without a line nothing would be asked
            side_effects=True,
        )
        try:
            yield
        except duckdb.Error:
            if self.failure:
                raise self.failure from None
            raise
        finally:
            con.remove_function(_PASSED)


def refused_rows(con: duckdb.DuckDBPyConnection) -> Rows:
    """The rows of the table ``refused_resources``, in order."""
    found = con.execute("select distinct _row from refused_resources order by 1").fetchnumpy()
    return np.asarray(found["_row"], dtype=np.int64)


def sieve(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    resource_type: str,
    rules: Sequence[RecordRule],
    work: Path,
    select: str,
    part: Path,
) -> Sieved | None:
    """Write to ``part``, by a SELECT over ``sound_rows`` (``_row``, ``_is_suspect`` and elements), the lines
    that are sound and the suspects that are held for such, and read all suspects into ``resources``. None
    where the file's lines are not such that they can be cut by their line feeds, or too many are suspects."""
    conformance.define(con, resource_type)
    texts = work / "suspects.parquet"
    judged = _judging(con, resource_type, rules)
    warning = _warning(rules)
    try:
        if _mostly_suspect(con, path, resource_type, judged, len(warning)):
            return None
        with Suspects(texts) as kept:
            telling = Telling(resource_type, kept.keep)
            told, said = Lines(path, teller=telling), _Rules(len(warning), kept)
            with told.readable(con, "told_lines", as_json=True), said.callable(con):
                written = write_parquet(con, f"with sound_rows as ({judged}) {select}", part)
            suspects = _joined(telling.withheld, telling.given, *said.broken, *said.strange)
            anyway = _looked_at_anyway(telling.rows, suspects)
            kept.keep(anyway, told.texts_of(anyway), None)
    except (OtherLinesError, duckdb.InvalidInputException):
        # The latter is the engine's own: what one library takes for JSON and it does not. What goes wrong in
        # the functions that it calls comes as it is, and is nothing to land a file in one piece for.
        part.unlink(missing_ok=True)
        return None
    withheld = _joined(telling.withheld, *said.broken)
    _require(telling.rows - len(withheld), written, part)
    if len(suspects) > _MOSTLY * telling.rows:
        part.unlink()
        return None
    in_doubt = f"select _row, line, in_doubt from read_parquet({literal(texts)}) where in_doubt is not null"
    read_lines(con, in_doubt, resource_type, into="resources")
    lines = f"select _row, line from read_parquet({literal(texts)})"
    warnings = dict(zip(warning, said.warnings, strict=True))
    return Sieved(path, resource_type, telling.rows, warnings, lines, withheld)


def _mostly_suspect(
    con: duckdb.DuckDBPyConnection, path: Path, resource_type: str, judged: str, warned: int
) -> bool:
    """Whether most lines at the head of the file are suspects."""
    telling, said = Telling(resource_type), _Rules(warned)
    with Lines(path, is_head=True, teller=telling).readable(con, "told_lines", as_json=True):
        with said.callable(con):
            count(con, f"select count(_row) from ({judged})")
    found = _joined(telling.withheld, telling.given, *said.broken, *said.strange)
    return len(found) > _MOSTLY * telling.rows


def _joined(*found: Rows) -> Rows:
    return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *found]))


def _require(expected: int, written: int, part: Path) -> None:
    if written != expected:
        part.unlink()
        raise WsicError(f"{expected} lines were to be written, {written} rows were")


def _looked_at_anyway(rows: int, suspects: Rows) -> Rows:
    step = conformance.looked_at(rows)
    return np.setdiff1d(np.arange(step, rows + 1, step, dtype=np.int64), suspects, assume_unique=True)


def _judging(con: duckdb.DuckDBPyConnection, resource_type: str, rules: Sequence[RecordRule]) -> str:
    """SELECT of the rows of ``told_lines`` that are written: ``_row``, ``_is_suspect`` and elements."""
    choices = _choices(con, resource_type)
    names = [name for names, _ in choices for name in names]
    beside = [name for name in names if name not in SHAPES[resource_type]]
    broken = [f"({rule.predicate})" for rule in rules if rule.severity is Severity.ROW]  # null is not broken
    several = [_not_one(names, is_required=is_required) for names, is_required in choices]
    bits = [
        f"if({' or '.join(broken)}, {_BROKEN}, 0)",
        f"if({' or '.join(several) or 'false'}, {_STRANGE}, 0)",
        *(
            f"if(not _is_suspect and ({rules[place].predicate}), {_WARNED << bit}, 0)"
            for bit, place in enumerate(_warning(rules))
        ),
    ]
    elements = ", ".join(quoted(name) for name in SHAPES[resource_type])
    # The function is called of rows alone of which there is something to tell: it would wait for the telling.
    return f"""
        with read_once as ({judged_lines("told_lines", resource_type, beside=beside)}),
        judged as (select *, ({" + ".join(bits)})::bigint as _bits from read_once)
        select _row, _is_suspect, {elements} from judged
        where case when _bits = 0 then true else {_PASSED}(_row, _bits, if(_is_suspect, null, line)) end"""


def _choices(con: duckdb.DuckDBPyConnection, resource_type: str) -> list[tuple[list[str], bool]]:
    """The forms of each choice at the top of a record, and whether there must be one."""
    return con.execute(
        """select list(name order by name), max(least) > 0 from fhir_element
        where owner = ? and choice <> '' group by choice order by choice""",
        [resource_type],
    ).fetchall()


def _not_one(names: Sequence[str], *, is_required: bool) -> str:
    """SQL predicate: of the forms of a choice there are several, or none where one is required."""
    found = " + ".join(f"({quoted(name)} is not null)::int" for name in names)
    return f"({found}) <> 1" if is_required else f"({found}) > 1"


def _warning(rules: Sequence[RecordRule]) -> list[int]:
    """Places of the rules that only warn."""
    return [place for place, rule in enumerate(rules) if rule.severity is Severity.WARNING]
