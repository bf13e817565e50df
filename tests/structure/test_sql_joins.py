"""No join of any SQL file makes DuckDB compare every row with every other.

DuckDB (tried on 1.5) joins by a hash table only where every condition of ON is a comparison of the one side
with the other, and one of these an equality. A condition on one side alone is pushed down to that side where
this cannot change the result: to the joined table of a left, semi or anti join, and to the first of a semi
join. Everything else makes of an outer, semi or anti join a loop over all pairs.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import duckdb
import pytest
import sqlglot
from sqlglot import exp

ROOT = Path(__file__).parent.parent.parent
COMPARISONS = (exp.EQ, exp.NullSafeEQ, exp.LT, exp.LTE, exp.GT, exp.GTE, exp.NEQ)
# Which sides a condition on one side alone may be about: "joined" is the table behind the word join.
PUSHED_DOWN = {"left": {"joined"}, "anti": {"joined"}, "semi": {"joined", "first"}, "right": {"first"}}

# Joins that may stay as they are, by file and joined table, each with its reason.
EXCEPTIONS = {
    (
        "dbt_project/models/intermediate/linkage/int_lives__contradicted.sql", "births",
    ): "births are one row a month, and DuckDB merges months in their order",
    (
        "pipeline/identity/person_index/record.sql", "r",
    ): "what is put in later compares the columns of the two records one by one",
}  # fmt: skip
PLACED = "placed"  # stands for what a template puts in

_OUTER = re.compile(r"\b(left|right|full|semi|anti)\b[a-z\s]*\bjoin\b", re.IGNORECASE)
_MAKING = re.compile(
    r"^create\s+(or\s+replace\s+)?(temp\s+|temporary\s+)?(table|view|macro)\s+(if\s+not\s+exists\s+)?"
    r"[\w.]+\s*(\([^()]*(\([^()]*\)[^()]*)*\))?\s*as\s+(table\b)?",
    re.IGNORECASE,
)


def sql_files() -> list[Path]:
    places = ("connectors", "dbt_project", "expectations", "pipeline", "synthetic", "tests")
    found = [path for place in places for path in sorted((ROOT / place).rglob("*.sql"))]
    return [path for path in found if not {"target", "dbt_packages"} & set(path.parts)]


def plain(text: str) -> str:
    """SQL without what dbt's templates and Python's ``format`` put in later."""
    text = re.sub(r"\{#.*?#\}|\{%-?.*?-?%\}|\{\{\s*config\(.*?\}\}", "", text, flags=re.DOTALL)
    text = re.sub(r"\{\{\s*(?:ref|source)\(([^)]*)\)\s*\}\}", _name, text)
    if re.search(r"\{[a-z_]+\}", text) and "{{ " not in text:
        text = text.replace("{{", "{").replace("}}", "}")  # the text of a format doubles braces of its own
    text = re.sub(r"\{\{.*?\}\}", PLACED, text, flags=re.DOTALL)
    # A loop of a template ends without the word that goes between its rounds.
    return re.sub(r"(\s*\bunion all)+\s*$", "", re.sub(r"\{[a-z_]+\}", PLACED, text))


def _name(call: re.Match[str]) -> str:
    return call.group(1).replace("'", "").replace(", ", "__")


def statements(text: str) -> Iterator[str]:
    """Statements of a text, without comments and the words that name what they make."""
    text, start = re.sub(r"--[^\n]*", "", text), 0
    ends = [
        token.start
        for token in sqlglot.tokenize(text, read="duckdb")
        if token.token_type is sqlglot.TokenType.SEMICOLON
    ]
    for end in [*ends, len(text)]:
        if statement := text[start:end].strip():
            yield _MAKING.sub("", statement).strip()
        start = end + 1


def loops(statement: str) -> list[str]:
    """The joined tables of joins that would be loops over all pairs; raises ParseError for no SQL."""
    parsed = sqlglot.parse_one(statement, read="duckdb")
    if isinstance(parsed, exp.Command) and _OUTER.search(statement):
        raise sqlglot.ParseError("a statement that the parser does not know joins")
    return [join.this.alias_or_name for join in parsed.find_all(exp.Join) if _is_loop(join)]


def _is_loop(join: exp.Join) -> bool:
    kind = (join.side or join.kind).lower()
    on = join.args.get("on")
    if kind not in (*PUSHED_DOWN, "full") or join.args.get("using"):
        return False
    if on is None:
        return True
    conditions = list(on.flatten()) if isinstance(on, exp.And) else [on]
    joined = join.this.alias_or_name
    compared = [condition for condition in conditions if _compares_sides(condition, joined)]
    alone = [condition for condition in conditions if condition not in compared]
    equal = any(isinstance(condition.unnest(), exp.EQ | exp.NullSafeEQ) for condition in compared)
    allowed = PUSHED_DOWN.get(kind, set())
    return not equal or any(len(s := _sides(c, joined)) != 1 or not s <= allowed for c in alone)


def _compares_sides(condition: exp.Expression, joined: str) -> bool:
    bare = condition.unnest()
    if isinstance(bare, exp.Between):
        pairs = [(bare.this, bare.args["low"]), (bare.this, bare.args["high"])]
    elif isinstance(bare, COMPARISONS):
        pairs = [(bare.left, bare.right)]
    else:
        return False
    sides = [(_sides(one, joined), _sides(other, joined)) for one, other in pairs]
    return all(len(one) == len(other) == 1 and one != other for one, other in sides)


def _sides(condition: exp.Expression, joined: str) -> set[str]:
    """Which tables a condition is about: the joined one, those before it, or one that it does not name."""
    bound = {name.name for one in condition.find_all(exp.Lambda) for name in one.expressions}
    bound.add(PLACED)
    columns = [
        column for column in condition.find_all(exp.Column) if column.table or column.name not in bound
    ]
    return {"joined" if c.table == joined else "first" if c.table else "unnamed" for c in columns}


@cache
def judged(path: Path) -> tuple[list[str], list[str]]:
    """(joins that are loops, statements with joins that could not be read) of one file."""
    found, unread = [], []
    for statement in statements(plain(path.read_text(encoding="utf-8"))):
        try:
            found += loops(statement)
        except sqlglot.ParseError:
            if _OUTER.search(statement):
                unread.append(statement.splitlines()[0])
    return found, unread


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR, logger="sqlglot")


def test_there_are_joins_to_look_at() -> None:
    texts = [plain(path.read_text(encoding="utf-8")) for path in sql_files()]
    assert sum(len(_OUTER.findall(text)) for text in texts) > 200


def test_no_join_is_a_loop_over_all_pairs() -> None:
    looping = {(str(path.relative_to(ROOT)), table) for path in sql_files() for table in judged(path)[0]}
    assert looping == set(EXCEPTIONS)


def test_every_join_could_be_read() -> None:
    """A statement that nobody looked at would pass the test above for nothing."""
    unread = {str(path.relative_to(ROOT)): found for path in sql_files() if (found := judged(path)[1])}
    assert unread == {}


FINE = (
    "a left join b on b.id = a.id",
    "a left join b on b.id = a.id and b.y > 3",
    "a anti join b on b.id = a.id and starts_with(b.z, 'x')",
    "a semi join b on b.id = a.id and a.x > 3",
    "a left join b on b.id = a.id and a.x < b.y",
    "a left join b on b.id = a.id and a.x between b.y and b.id",
    "a left join b on b.id is not distinct from a.id",
    "a left join b on b.id = nullif(a.id, a.x)",
    "a full join b on a.id = b.id",
    "a left join b using (id)",
    "a join b on a.x > b.y",
)
LOOPS = (
    "a left join b on b.id = a.id and a.x > 3",
    "a left join b on b.id = a.id and a.x is not null",
    "a anti join b on b.id = a.id and a.x = 3",
    "a full join b on b.id = a.id and b.y > 3",
    "a left join b on b.id = a.id and contains(a.z, b.z)",
    "a left join b on b.id = a.id or a.x = b.y",
    "a left join b on a.x > 3",
    "a semi join b on a.x > 3",
    "a left join b on b.id + a.id = 5",
    "a left join b on true",
)


@pytest.mark.parametrize("joined", FINE)
def test_what_duckdb_hashes_is_let_through(joined: str) -> None:
    assert loops(f"select 1 from {joined}") == []
    assert "NL_JOIN" not in plan(joined)


@pytest.mark.parametrize("joined", LOOPS)
def test_what_duckdb_loops_over_is_found(joined: str) -> None:
    assert loops(f"select 1 from {joined}") == ["b"]
    assert "NL_JOIN" in plan(joined)


def plan(joined: str) -> str:
    """What DuckDB itself makes of it."""
    with duckdb.connect() as connection:
        for table, column in (("a", "x"), ("b", "y")):
            connection.execute(
                f"create table {table} as select range as id, range % 7 as {column}, range::varchar as z "
                "from range(5000)"
            )
        return str(connection.execute(f"explain select count(*) from {joined}").fetchall())


def test_a_macro_and_a_template_are_looked_into(tmp_path: Path) -> None:
    path = tmp_path / "m.sql"
    path.write_text(
        "-- a; b\ncreate or replace temp macro m(x) as table select 1 from {table} as t "
        "left join {{ ref('b') }} as b on b.id = t.id and t.x > ';';\n"
        "create table c as select 1 from (select 1 from t left join u on u.id = t.id and t.x in (1, 2)) as s;"
    )
    assert judged(path) == (["b", "u"], [])
