"""A block's whole story as tables: what happened, and how each sender knows it.

The tables' names are those that the senders' SQL and the truth read.
"""

from __future__ import annotations

from synthetic.chronicle import acute, ambulance, gp, social, teams
from synthetic.people import Block
from synthetic.rows import Rows, stack

Tables = dict[str, Rows]


def tell(block: Block, *, with_ambulance: bool = False) -> Tables:
    """All tables of a block, and ``planted`` (errors in records); the ambulance's where it is asked for."""
    tables: Tables = {}
    planted: list[Rows] = []
    attended, spells = acute.add(block, tables, planted)
    gp.add(block, tables, planted)
    teams.add(block, tables, planted, attended=attended, spells=spells)
    social.add(block, tables, planted, spells=spells)
    if with_ambulance:
        ambulance.add(block, tables, planted, attended=attended)
    tables["planted"] = stack(planted)
    return tables
