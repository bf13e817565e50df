"""The residue's linker (blocks, scores, clusters) over FEBRL, with a model trained on FEBRL's own columns."""

from __future__ import annotations

import logging
import math
from typing import Any

import duckdb
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, block_on

from pipeline.identity.residue import Model, ResidueRules, cluster, score_residue
from pipeline.identity.residue.nodes import define_macros, residue_nodes
from tests.benchmarks.febrl.sets import PROBABILITIES, Found, judged

_RECORD = """
    select
        rec_id as record_key, 'acute' as source, soc_sec_id as nhs_number,
        'valid_untraced' as nhs_number_outcome,
        null::varchar as nhs_number_status, soc_sec_id as traceable_number, birth_date,
        year(birth_date)::smallint as birth_year, month(birth_date)::smallint as birth_month,
        day(birth_date)::smallint as birth_day, upper(surname) as family_name,
        upper(given_name) as given_name,
        null::varchar as other_given_name, letters_of(surname) as family_folded,
        letters_of(given_name) as given_folded, letters_of(given_name) as given_root,
        []::varchar[] as former_family_names, []::varchar[] as former_given_names, null::varchar as gender,
        postcode, state as outcode,
        known_words([address_1, address_1 || '|' || street_number]) as former_postcodes,
        suburb as practice_code, null::date as death_date, false as is_of_several_born
    from (select *, try_strptime(date_of_birth, '%Y%m%d')::date as birth_date from febrl)
"""
_LINKED = """
    with linked as (select record_key, middle_anchor as anchor from assignment
        union all select record_key, 'nhs|' || nhs_number from person_index)
    select a.record_key as l, b.record_key as r
    from linked as a join linked as b on b.anchor = a.anchor and a.record_key < b.record_key
"""


def residue_linker(
    connection: duckdb.DuckDBPyConnection, *, has_index: bool, weights: tuple[float, ...] = ()
) -> dict[float, Found]:
    """What is found at each probability, then at each of ``weights`` (keys: as given).

    Where a data set has two files, the first is the index. FEBRL has neither twins nor households, so that
    the guard for them is off.
    """
    define_macros(connection)
    connection.execute(f"create table everybody as {_RECORD}")
    indexed = "record_key like '%-org'" if has_index else "false"
    connection.execute(f"create table residue_known as from everybody where not ({indexed})")
    connection.execute("create view residue_new as from residue_known")
    connection.execute(f"create table person_index as from everybody where {indexed}")
    for name in ("bucket_pair", "edge_joined_before"):
        connection.execute(f"create table {name} (left_key varchar, right_key varchar)")
    connection.execute(
        "create table national_record as select *, null::varchar as matched_number from everybody limit 0"
    )
    connection.execute("create table national_identity (record_key varchar, national_id varchar)")
    connection.execute("create table decision (left_key varchar, right_key varchar, verdict varchar)")
    least = {p: math.log2(p / (1 - p)) for p in PROBABILITIES} | {w: w for w in weights}
    score_residue(connection, febrl_model(connection), _rules(min(least.values())))
    connection.execute("create table edge_known as from edge_built")
    found = {}
    for key, weight in least.items():
        cluster(connection, _rules(weight))
        found[key] = judged(connection, _LINKED)
    return found


def _rules(weight: float) -> ResidueRules:
    """The product's rules, judged at one weight."""
    return ResidueRules(
        guard_names=False, floor=weight, loose=weight, break_apart=weight, join=weight, strict=weight
    )


def febrl_model(connection: duckdb.DuckDBPyConnection) -> Model:
    connection.execute(
        "create table febrl_node as select node as unique_id, * exclude (node) "
        f"from ({residue_nodes('everybody')})"
    )
    parts = "+".join(f"(birth_{part}_l = birth_{part}_r)::integer" for part in ("year", "month", "day"))
    birth = [
        cll.CustomLevel("birth_date_l is null or birth_date_r is null").configure(is_null_level=True),
        cll.CustomLevel("birth_date_l = birth_date_r"),
        cll.CustomLevel(f"({parts}) = 2 or swapped_birth_l = birth_date_r"),
        cll.CustomLevel(f"({parts}) = 1"),
        cll.ElseLevel(),
    ]
    # FEBRL has no practices and no former postcodes: suburb, street and house stand in their columns.
    street = [
        cll.CustomLevel("len(postcode_instances_l) = 0 or len(postcode_instances_r) = 0").configure(
            is_null_level=True
        ),
        *(
            cll.CustomLevel(f"len(list_intersect(postcode_instances_l, postcode_instances_r)) = {shared}")
            for shared in (3, 2, 1)
        ),
        cll.ElseLevel(),
    ]
    settings = {
        "link_type": "dedupe_only", "unique_id_column_name": "unique_id",
        "blocking_rules_to_generate_predictions": [], "retain_matching_columns": False,
        "comparisons": [
            cl.ForenameSurnameComparison("given_folded", "family_folded"),
            cl.CustomComparison(output_column_name="birth", comparison_levels=birth),
            cl.DamerauLevenshteinAtThresholds("number_compared", [1, 2]),
            cl.CustomComparison(output_column_name="place", comparison_levels=street),
            cl.JaroWinklerAtThresholds("practice_code", [0.9]),
        ],
    }  # fmt: skip
    same = [block_on("number_compared"), block_on("given_folded", "family_folded", "birth_date")]
    linker = trained(connection, "febrl_node", settings, same, [block_on("birth_date"), block_on("postcode")])
    rare = {"family_folded": 1e-3, "given_folded": 1e-3}
    return Model("febrl", 1, rare, {}, dict(linker.misc.save_model_to_json(None)), "")


def trained(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    settings: dict[str, Any],
    same: list[Any],
    passes: list[Any],
) -> Linker:
    """Splink as its demonstrations train it: the prior from certain rules, u at random, m by EM."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = Linker(
        DuckDBAPI(connection).register(table, table_name=f"input_{table}"), settings, log_level=None
    )
    linker.training.estimate_probability_two_random_records_match(same, recall=0.8)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in passes:
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    return linker
