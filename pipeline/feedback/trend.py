"""How a sender's nights went before this one."""

from __future__ import annotations

from typing import Any

from pipeline.landing.feeds import Feed
from pipeline.ledger import Ledger

NIGHTS = 14  # this one and those before it
# The nights of a feed up to the one asked for, newest first; a run made for an earlier day is no later night.
_NIGHTS = """
    select run.run_id, run.as_of, run.started_at from run
    where run.as_of <= (select as_of from run where run_id = :run_id)
        and run.started_at <= (select started_at from run where run_id = :run_id)
        and exists (select 1 from feed as f
            where f.run_id = run.run_id and f.source = :source and f.sender = :sender)"""


def nights_of(ledger: Ledger, run_id: str, feed: Feed) -> list[dict[str, Any]]:
    """The last nights of a feed, oldest first: ``run_id, as_of, files, files_refused, rows_in, rows_lost,
    share_lost, warnings``."""
    rows = ledger.query(
        f"""with night as ({_NIGHTS} order by as_of desc, started_at desc, run_id desc limit {NIGHTS})
        select n.run_id, n.as_of, count(f.file_id) as files,
            coalesce(sum(f.outcome = 'refused'), 0) as files_refused,
            coalesce(sum(f.rows_in), 0) as rows_in, coalesce(sum(f.rows_quarantined), 0) as rows_lost,
            (select coalesce(sum(r.rows), 0) from file_rule as r join file as w using (file_id)
             where w.run_id = n.run_id and w.source = :source and w.sender = :sender
                and r.severity = 'warning') as warnings
        from night as n left join file as f
            on f.run_id = n.run_id and f.source = :source and f.sender = :sender
        group by n.run_id, n.as_of, n.started_at order by n.as_of, n.started_at, n.run_id""",
        _asked(run_id, feed),
    )
    return [{**row, "share_lost": round(row["rows_lost"] / row["rows_in"], 4) if row["rows_in"] else 0.0}
            for row in rows]  # fmt: skip


def rules_before(ledger: Ledger, run_id: str, feed: Feed) -> dict[tuple[str, str, str], int]:
    """By file name, rule and column the rows of it the last time, before this night, that the file came."""
    rows = ledger.query(
        f"""with night as ({_NIGHTS}),
        came as (
            select f.*, row_number() over (partition by f.file_name
                order by n.as_of desc, n.started_at desc, f.received_seq desc) as place
            from file as f join night as n using (run_id)
            where f.source = :source and f.sender = :sender and f.run_id <> :run_id)
        select c.file_name, r.rule_id, r.column_name, r.rows
        from came as c join file_rule as r using (file_id)
        where c.place = 1 order by 1, 2, 3""",
        _asked(run_id, feed),
    )
    return {(row["file_name"], row["rule_id"], row["column_name"]): row["rows"] for row in rows}


def _asked(run_id: str, feed: Feed) -> dict[str, str]:
    return {"run_id": run_id, "source": feed.source, "sender": feed.sender}
