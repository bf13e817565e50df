"""Clusters of the residue at three thresholds, made once, from edges that were each scored once.

Links are taken the best first, and a link that would bring together what is never one person's is refused:
two verified numbers (and so two index persons), plainly different given names, what a person decided to be
different. The strict clusters are those after the strict links; the middle ones go on from there, and the
loose ones from these, so that strict refines middle and middle refines loose.
"""

from __future__ import annotations

from pathlib import Path

from duckdb import DuckDBPyConnection

from pipeline.duck import has_rows
from pipeline.identity.residue.nodes import define_macros, index_nodes, residue_nodes
from pipeline.identity.residue.rules import DEFAULT_RULES, ResidueRules

_ROOM = Path(__file__).parent
_PHASES = ("decided", "strict", "middle", "loose")
_NAMED_PERSONS = """
    select key[5:] from (
        select right_key as key from edge_known
        union select unnest([left_key, right_key]) from decision
        union select unnest([left_key, right_key]) from bucket_pair
    ) where starts_with(key, 'nhs|')"""
_NATIONAL = """
    select r.matched_number, n.*
    from ({nodes}) as n inner join national_record as r on r.record_key = n.node"""
_WORK = (
    "cluster_node", "cluster_decision", "cluster_link", "link_offered", "weighed_edge", "open_link",
    "refused_pair", "merged_pair", "cluster_decided", "cluster_strict", "cluster_middle", "cluster_loose",
    "level_member", "founding", "level_anchor", "cluster_anchor", "member",
)  # fmt: skip


def cluster(connection: DuckDBPyConnection, rules: ResidueRules = DEFAULT_RULES) -> int:
    """Cluster all residue records; writes ``assignment`` and ``edge_joined``, returns the rounds it took.

    Reads the relations ``residue_known`` (columns of identity_record), ``person_index``, ``edge_known``
    (left_key, right_key, weight), ``bucket_pair`` (left_key, right_key), ``decision`` (left_key, right_key,
    verdict ``same`` or ``different``, one row a pair), ``edge_joined_before`` (the last night's
    ``edge_joined``) and ``national_record`` (columns of identity_record, matched_number: records to which the
    national service gave a number that nobody of the index holds) and ``national_identity`` (record_key,
    national_id: records of one id are one person's, says the service). A record that the trace linked and a
    person decided otherwise belongs in ``residue_known``.

    ``assignment``: record_key, strict_anchor, middle_anchor, loose_anchor (``nhs|`` and number, or ``rec|``
    and the cluster's smallest record key), link_step, link_confidence (0 to 100), probability_false and
    probability_missed (0 to 1; no probability_false where number and birth date alone join).
    ``edge_joined``: left_key, right_key, weight of the scored pairs that the middle clusters hold.
    """
    _run(connection, "written")
    if not has_rows(connection, "residue_known"):
        return 0
    define_macros(connection)
    _set_variables(connection, rules)
    connection.execute(f"create or replace temp view cluster_residue as {residue_nodes('residue_known')}")
    persons = index_nodes(f"(from person_index where nhs_number in ({_NAMED_PERSONS}))")
    connection.execute(f"create or replace temp view cluster_person as {persons}")
    national = _NATIONAL.format(nodes=residue_nodes("national_record"))
    connection.execute(f"create or replace temp view cluster_national as {national}")
    _run(connection, "nodes")
    _run(connection, "links")
    rounds = sum(_phase(connection, phase, name) for phase, name in enumerate(_PHASES))
    _run(connection, "anchors")
    _run(connection, "assign")
    for table in _WORK:
        connection.execute(f"drop table if exists {table}")
    connection.execute("drop view cluster_residue")
    connection.execute("drop view cluster_person")
    connection.execute("drop view cluster_national")
    return rounds


def _set_variables(connection: DuckDBPyConnection, rules: ResidueRules) -> None:
    for name, value in (
        ("strict", rules.strict),
        ("join_weight", rules.join),
        ("break_weight", rules.break_apart),
        ("loose", rules.loose),
        ("largest_cluster", rules.largest_cluster),
        ("guard_names", rules.guard_names),
        ("bucket_false", rules.bucket_false),
        ("missed_without_candidate", rules.missed_without_candidate),
        ("missed_one_time", rules.missed_one_time),
        ("missed_verified_conflict", rules.missed_verified_conflict),
    ):
        connection.execute(f"set variable {name} = ?", [value])


def _phase(connection: DuckDBPyConnection, phase: int, name: str) -> int:
    """Rounds while a link is open; every round joins or refuses the best one, so there is an end."""
    connection.execute("set variable phase = ?", [phase])
    rounds = 0
    while _is_a_link_open(connection):
        _run(connection, "round")
        rounds += 1
    connection.execute(f"create or replace temp table cluster_{name} as select id, cluster from cluster_node")
    return rounds


def _is_a_link_open(connection: DuckDBPyConnection) -> bool:
    _run(connection, "open")
    return has_rows(connection, "open_link")


def _run(connection: DuckDBPyConnection, name: str) -> None:
    sql, apart = ((_ROOM / f"{file}.sql").read_text(encoding="utf-8") for file in (name, "apart"))
    connection.execute(sql.replace("{apart}", apart))
