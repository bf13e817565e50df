"""Diminutives and spellings of given names: ``nicknames.csv`` (nickname, name, gender), one row each.

Names are upper case, without accents. A name that two full names share (Chris, Sam) is mapped by the
gender of the record, and left as it is where that does not say; elsewhere gender is empty.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import literal

LIST = Path(__file__).parents[1] / "nicknames.csv"
_BY_GENDER = """
create or replace temp table nickname_of_gender as
select l.nickname, g.gender, l.name as root
from read_csv({file}, header = true, delim = ',', quote = '', columns = {{
    'nickname': 'varchar', 'name': 'varchar', 'gender': 'varchar'}}) as l
inner join (values ('male'), ('female'), ('other'), ('unknown'), (null)) as g(gender)
    on l.gender is null or l.gender = g.gender
"""


def load(connection: DuckDBPyConnection) -> None:
    """Build ``nickname_of_gender`` (nickname, gender, root), one row a nickname and gender of a record."""
    connection.execute(_BY_GENDER.format(file=literal(LIST)))
