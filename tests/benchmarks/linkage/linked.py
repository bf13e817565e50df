"""Scores of one deployment's links: every threshold that there is, by group, and what the steps did."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipeline import identity
from pipeline.settings import Settings
from tests.benchmarks.linkage import report, targets
from tests.benchmarks.linkage.score import Score, score, verified_clashes

THRESHOLDS = {"strict": "strict_person_id", "middle": "person_id", "loose": "loose_person_id"}


def show(connection: duckdb.DuckDBPyConnection, title: str, truth: str, home: Path) -> Score:
    """Print how right the links in ``home`` are; returns the score of all identified records.

    ``truth``: a relation as :func:`score` wants it, with ``is_identified``. A record that came without
    anything that identifies (identity withheld by law or wish) cannot be linked by anybody: the tables by
    group leave these out, and the first lines show both.
    """
    exported = home / "identity" / "exported.parquet"
    identity.export_links(Settings(home=home), exported)
    links = f"read_parquet('{exported}')"
    identified = f"(select * from {truth} where is_identified)"
    whole = []
    for words, relation in (("every record", f"(select * from {truth})"), ("identified", identified)):
        for name, column in THRESHOLDS.items():
            found = score(connection, relation, links, linked_id=column, by_group=False)[0]
            whole.append((f"{words}, {name}", found, verified_clashes(connection)))
    report.table(
        f"{title}: all pairs",
        ("records, threshold", "records", "true pairs", "false pairs", "precision", "recall", "F1",
         "verified clashes"),
        [
            (words, s.records, s.true_pairs, s.false_pairs, report.per_cent(s.precision),
             report.per_cent(s.recall), report.per_cent(s.f1), clashes)
            for words, s, clashes in whole
        ],
    )  # fmt: skip
    clashes_of = {words: clashes for words, _, clashes in whole}
    groups = score(connection, identified, links)
    report.scores(f"{title}: by group, identified records, middle threshold", groups[1:])
    _steps(connection, title)
    targets.show(title, targets.of_quality(groups[0], groups, clashes_of["identified, middle"]))
    return groups[0]


def _steps(connection: duckdb.DuckDBPyConnection, title: str) -> None:
    """What each link step did, and how many of its records are alone though their person has others."""
    rows = connection.execute("""
        with mate as (
            select t.source, t.sender, t.record_id, l.link_step,
                count(*) over (partition by t.person_id) > 1 as has_mates,
                count(*) over (partition by l.linked_id) = 1 as is_alone
            from truth as t join links as l using (source, sender, record_id)
        )
        select link_step, count(*), count(*) / sum(count(*)) over (), count(*) filter (has_mates and is_alone)
        from mate group by link_step order by 2 desc
    """).fetchall()
    report.table(
        f"{title}: steps",
        ("step", "records", "share", "alone, but the person has other records"),
        [(step, records, report.per_cent(share), alone) for step, records, share, alone in rows],
    )
