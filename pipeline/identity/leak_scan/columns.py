"""The columns of a product, and how each is read: as text, as a number, as a day."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection

from pipeline.duck import identifier, literal

_SCHEMAS = ("core", "wsic", "quality", "audit", "meta", "open")
_LISTED = """
select schema_name, table_name, column_name, data_type from duckdb_columns()
where database_name = 'product' and not internal and list_contains(?, schema_name) order by all
"""
_DAYS = ("DATE", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS")
_SAY_NOTHING = ("BOOLEAN", "TIME", "TIME WITH TIME ZONE")
_SMALL = ("TINYINT", "UTINYINT")  # no NHS number, and no count of days that would tell a birth
_WHOLE = ("SMALLINT", "USMALLINT", "INTEGER", "UINTEGER", "BIGINT", "UBIGINT", "HUGEINT", "UHUGEINT")
_LONG = 100_000_000  # an NHS number has ten digits, of which the first may be a nought
_EXACT = 2**53  # above it a DOUBLE does not hold every whole number


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table or view of the product attached as ``product``; ``kind`` is DuckDB's type."""

    schema: str
    table: str
    name: str
    kind: str

    @property
    def place(self) -> str:
        """Where a find is reported."""
        return f"{self.schema}.{self.table}.{self.name}"

    @property
    def relation(self) -> str:
        """The table, as SQL."""
        return f"product.{identifier(self.schema)}.{identifier(self.table)}"

    @property
    def value(self) -> str:
        """The column of a table that is called ``p``, as SQL."""
        return f"p.{identifier(self.name)}"

    @property
    def is_day(self) -> bool:
        """Whether it holds days or points in time."""
        return self.kind in _DAYS

    @property
    def is_number(self) -> bool:
        """Whether it holds numbers that can be more than a hundred or so."""
        return self.kind in _WHOLE or self.kind in ("DOUBLE", "FLOAT") or self.kind.startswith("DECIMAL")

    @property
    def text(self) -> str | None:
        """Its values as text, as SQL: of numbers those as long as an NHS number; none where none can be."""
        if self.is_day or self.kind in (*_SAY_NOTHING, *_SMALL):
            return None
        if self.is_number:
            return self._digits()
        if self.kind == "BLOB":
            return f"lower(hex({self.value}))"
        return self.value if self.kind == "VARCHAR" else f"{self.value}::varchar"

    def _digits(self) -> str:
        """Whole numbers without a sign, noughts in front up to ten digits; a float only while it is exact."""
        value, long = self.value, f"abs({self.value}::double) >= {_LONG}"
        if self.kind not in _WHOLE:
            long += f" and {value} = trunc({value})"
        if self.kind in ("DOUBLE", "FLOAT"):
            long += f" and abs({value}) <= {_EXACT}"
        whole = value if self.kind in _WHOLE else f"try_cast({value} as hugeint)"
        digits = f"ltrim({whole}::varchar, '-')"
        return f"case when {long} then lpad({digits}, greatest(10, length({digits}))::integer, '0') end"

    @property
    def is_of_people(self) -> bool:
        """Whether it holds keys of people, each in as many rows as tell of its person."""
        return self.name.endswith("person_key")

    @property
    def is_spoken(self) -> bool:
        """Whether its text is its own, not a number's."""
        return self.text is not None and not self.is_number


def columns_of(connection: DuckDBPyConnection) -> list[Column]:
    """Every column of the database attached as ``product`` that is published."""
    return [Column(*row) for row in connection.execute(_LISTED, [list(_SCHEMAS)]).fetchall()]


def by_table(columns: list[Column]) -> dict[str, list[Column]]:
    """The same, by table."""
    tables: dict[str, list[Column]] = {}
    for column in columns:
        tables.setdefault(column.relation, []).append(column)
    return tables


def place_of(column: Column) -> str:
    """The place as a SQL literal."""
    return literal(column.place)
