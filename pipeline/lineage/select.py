"""What one SELECT reads of the relations below it: for each of its columns, and for which rows it has.

A value comes from every column in its expression, whatever is done with it. Which rows there are depends
on the columns of conditions, joins, groupings and orders, and on the relations read at all. What cannot be
followed raises :class:`LineageError`: the caller then takes it to read everything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

ROWS = ""  # in place of a column: that a row is there at all
_DIALECT = "duckdb"
_NOT_FOLLOWED = (exp.Pivot, exp.Columns, exp.TableColumn, exp.PositionalColumn)


class LineageError(Exception):
    """The SQL cannot be followed; the message names no value."""


class Place(NamedTuple):
    """One column of a relation, or its rows (:data:`ROWS`)."""

    relation: str
    column: str


@dataclass(frozen=True, slots=True)
class Reading:
    """``columns``: output column -> places its values come from; ``rows``: what decides which rows there
    are."""

    columns: Mapping[str, frozenset[Place]]
    rows: frozenset[Place]

    @property
    def everything(self) -> frozenset[Place]:
        """All that is read, for whatever reason."""
        return self.rows.union(*self.columns.values())


Parts = Callable[[exp.Expr], Iterable[exp.Expr]]
"""Which parts of a column's expression count."""


def parsed(sql: str) -> exp.Query:
    """``sql`` as a tree; raises :class:`LineageError` unless it is one query."""
    try:
        tree = parse_one(sql, dialect=_DIALECT)
    except SqlglotError:
        raise LineageError("its SQL cannot be parsed") from None
    if not isinstance(tree, exp.Query):
        raise LineageError("it is not a query")
    return tree


def reading_of(tree: exp.Query, schema: Mapping[str, Iterable[str]]) -> Reading:
    """What the query reads; ``schema`` names the columns of every relation that it may read.

    Relations are written with their dots, as the query writes them. Raises :class:`LineageError`.
    """
    return Followed(tree, schema).reading()


class Followed:
    """A query whose names are resolved; raises :class:`LineageError` where they cannot be."""

    def __init__(self, tree: exp.Query, schema: Mapping[str, Iterable[str]]) -> None:
        tree = _unpivots_written_out(tree)
        if tree.find(*_NOT_FOLLOWED):
            raise LineageError("it pivots, or picks columns by a pattern, a place or a whole row")
        whole, self._scope = _resolved(tree, schema)
        if whole.find(*_NOT_FOLLOWED):
            raise LineageError("it picks a whole row")
        self.names = tuple(whole.named_selects)
        if not self.names or "*" in self.names or "" in self.names:
            raise LineageError("its columns cannot be named")
        self._reader = _Reader()

    def reading(self) -> Reading:
        """All columns and rows."""
        values = {name: self._reader.values(self._scope, name) for name in self.names}
        return Reading(values, self._reader.rows(self._scope))

    def part(self, name: str, parts: Parts) -> frozenset[Place]:
        """Places that some parts of the column ``name`` come from: of the expression that first makes it."""
        return frozenset(self._reader.part(self._scope, name, parts))


def _unpivots_written_out(tree: exp.Query) -> exp.Query:
    """The query with ``unpivot x on a, b into name n value v`` as a SELECT: v comes of all that it is made
    of."""
    tree = tree.copy()
    for pivot in list(tree.find_all(exp.Pivot)):
        into, columns = pivot.args.get("into"), pivot.expressions
        is_plain = isinstance(pivot.this, exp.Table) and all(isinstance(item, exp.Column) for item in columns)
        if pivot.args.get("unpivot") and into and is_plain and len(into.expressions) == 1:
            listed = ", ".join(item.sql(dialect=_DIALECT) for item in columns)
            pivot.replace(
                parse_one(
                    f"select * exclude ({listed}), '' as {into.this.name}, coalesce({listed}) as "
                    f"{into.expressions[0].name} from {pivot.this.sql(dialect=_DIALECT)}",
                    dialect=_DIALECT,
                )
            )
    return tree


def _resolved(tree: exp.Query, schema: Mapping[str, Iterable[str]]) -> tuple[exp.Query, Scope]:
    nested: dict[str, object] = {}
    for relation, columns in schema.items():
        _put(nested, relation.split("."), dict.fromkeys(columns, "VARCHAR"))
    try:
        whole = qualify(tree.copy(), dialect=_DIALECT, schema=nested, quote_identifiers=False, identify=False)
        scope = build_scope(whole)
    except (SqlglotError, KeyError, AttributeError, TypeError, ValueError):
        raise LineageError("its columns cannot be resolved") from None
    if scope is None or not isinstance(whole, exp.Query):
        raise LineageError("its columns cannot be resolved")
    return whole, scope


def _put(nested: dict[str, object], path: list[str], columns: Mapping[str, str]) -> None:
    for part in path[:-1]:
        below = nested.setdefault(part, {})
        if not isinstance(below, dict):
            raise LineageError("a relation has a column's name")
        nested = below
    nested[path[-1]] = columns


class _Reader:
    """Walks the scopes of one query; every (scope, column) is worked out once."""

    def __init__(self) -> None:
        self._values: dict[tuple[int, str], frozenset[Place]] = {}
        self._rows: dict[int, frozenset[Place]] = {}

    def values(self, scope: Scope, name: str) -> frozenset[Place]:
        key = (id(scope), name.lower())
        if key not in self._values:
            self._values[key] = frozenset()  # a recursive query adds nothing by coming back to itself
            self._values[key] = frozenset(self._value(scope, name))
        return self._values[key]

    def part(self, scope: Scope, name: str, parts: Parts) -> Iterator[Place]:
        if isinstance(scope.expression, exp.SetOperation):
            for branch, own in self._branches(scope, name):
                yield from self.part(branch, own, parts)
            return
        for item in _query(scope).selects:
            if item.alias_or_name.lower() == name.lower():
                inner = item.unalias()
                source = scope.sources.get(inner.table) if isinstance(inner, exp.Column) else None
                if isinstance(source, Scope) and isinstance(source.expression, exp.Query):
                    yield from self.part(source, inner.name, parts)
                else:
                    for node in parts(inner):
                        yield from self._inside(scope, node)

    def rows(self, scope: Scope) -> frozenset[Place]:
        if id(scope) not in self._rows:
            self._rows[id(scope)] = frozenset()
            self._rows[id(scope)] = frozenset(self._row(scope))
        return self._rows[id(scope)]

    def _value(self, scope: Scope, name: str) -> Iterator[Place]:
        tree = scope.expression
        if isinstance(tree, exp.SetOperation) and _is_recursive(tree):
            for branch in scope.set_operation_scopes:  # a round later any column may hold any other's value
                yield from self._all_values(branch)
                yield from self.rows(branch)
        elif isinstance(tree, exp.SetOperation):
            yield from self._of_branches(scope, name)
        elif isinstance(tree, exp.Select):
            for item in tree.selects:
                if item.alias_or_name.lower() == name.lower():
                    yield from self._inside(scope, item)
                    return
            raise LineageError("a column that is read is not there")
        else:  # unnest, a table function, values: all that stands in it
            yield from self._inside(scope, tree)

    def _of_branches(self, scope: Scope, name: str) -> Iterator[Place]:
        for branch, own in self._branches(scope, name):
            yield from self.values(branch, own)

    def _branches(self, scope: Scope, name: str) -> Iterator[tuple[Scope, str]]:
        """The branches of a union that have the column, and what each calls it."""
        names = [
            [item.lower() for item in _query(branch).named_selects] for branch in scope.set_operation_scopes
        ]
        for branch, own in zip(scope.set_operation_scopes, names, strict=True):
            if not scope.expression.args.get("by_name"):
                yield branch, own[_position(name, names)]
            elif name.lower() in own:
                yield branch, name

    def _row(self, scope: Scope) -> Iterator[Place]:
        tree = scope.expression
        if isinstance(tree, exp.SetOperation):
            for branch in scope.set_operation_scopes:
                yield from self.rows(branch)
            if tree.args.get("distinct") or _is_recursive(tree):
                for branch in scope.set_operation_scopes:
                    yield from self._all_values(branch)
            return
        for part in _row_parts(tree):
            yield from self._inside(scope, part)
        for source in _read_sources(scope):
            if _is_recursion(source):
                continue
            if isinstance(source, Scope):
                yield from self.rows(source)
            else:
                yield Place(_name(source), ROWS)
        for below in scope.subquery_scopes:
            yield from self.rows(below)

    def _all_values(self, scope: Scope) -> Iterator[Place]:
        for name in _query(scope).named_selects:
            yield from self.values(scope, name)

    def _inside(self, scope: Scope, tree: exp.Expr) -> Iterator[Place]:
        """Places of every column that stands in ``tree``, those of its subqueries with all that they read."""
        subqueries = {id(below.expression): below for below in scope.subquery_scopes}
        for node in tree.walk(prune=lambda node: id(node) in subqueries):
            if id(node) in subqueries:
                below = subqueries[id(node)]
                yield from self._all_values(below)
                yield from self.rows(below)
            elif isinstance(node, exp.Column):
                yield from self._column(scope, node)
            elif isinstance(node, exp.Star) and not isinstance(node.parent, exp.Count):
                raise LineageError("a star was left unexpanded")

    def _column(self, scope: Scope, column: exp.Column) -> Iterator[Place]:
        place: Scope | None = scope
        while place is not None and column.table not in place.sources:
            place = place.parent
        if place is None:
            if column.table or not _is_parameter(column):
                raise LineageError("a column that is read belongs to no relation")
            return
        source = place.sources[column.table]
        if _is_recursion(source):
            return
        if isinstance(source, Scope):
            yield from self.values(source, column.name)
        else:
            yield Place(_name(source), column.name)


def _query(scope: Scope) -> exp.Query:
    if not isinstance(scope.expression, exp.Query):
        raise LineageError("a step of it is not a query")
    return scope.expression


def _position(name: str, names: list[list[str]]) -> int:
    for own in names:
        if name.lower() in own:
            return own.index(name.lower())
    raise LineageError("a column of a union is not there")


def _row_parts(tree: exp.Expr) -> Iterator[exp.Expr]:
    """What decides which rows a SELECT has: all its clauses but the columns and the relations themselves."""
    if not isinstance(tree, exp.Select):
        yield tree
        return
    for name, part in tree.args.items():
        if name in ("expressions", "from", "from_", "with", "with_", "laterals", "joins"):
            continue
        yield from (
            item for item in (part if isinstance(part, list) else [part]) if isinstance(item, exp.Expr)
        )
    if tree.args.get("distinct"):
        yield from tree.selects
    for join in tree.args.get("joins") or ():
        conditions = [join.args.get("on"), *(join.args.get("using") or ())]
        yield from (item for item in conditions if isinstance(item, exp.Expr))


def _read_sources(scope: Scope) -> Iterator[exp.Table | Scope]:
    names = {*scope.selected_sources, *scope.semi_or_anti_join_tables}
    yield from (scope.sources[name] for name in names)


def _is_recursion(source: exp.Expr | Scope) -> bool:
    """Whether a recursive step reads itself: it is given its first branch, which is counted with the
    whole."""
    if not isinstance(source, Scope):
        return False
    return isinstance(source.expression.parent, exp.SetOperation) and _is_recursive(source.expression)


def _is_recursive(tree: exp.Expr) -> bool:
    clause = tree.find_ancestor(exp.With)
    return clause is not None and bool(clause.recursive)


def _name(table: exp.Expr) -> str:
    if not isinstance(table, exp.Table) or not isinstance(table.this, exp.Identifier):
        raise LineageError("it reads a relation that has no name")
    return ".".join(part.name for part in table.parts)


def _is_parameter(column: exp.Column) -> bool:
    """Whether an unqualified name is that of a lambda around it."""
    around = column.find_ancestor(exp.Lambda)
    while around is not None:
        if column.name in {item.name for item in around.expressions}:
            return True
        around = around.find_ancestor(exp.Lambda)
    return False
