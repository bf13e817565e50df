"""Splink alone, with the settings of its own published demonstrations of FEBRL.

From Splink's examples "Deduplicating the febrl3 dataset" and (febrl4) "Linking two tables of persons":
the same blocking rules, comparisons, training and link type.
"""

from __future__ import annotations

import logging
from typing import Any

import duckdb
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from tests.benchmarks.febrl.sets import PROBABILITIES, Found, judged

_NAMES_SWAPPED = "l.given_name = r.surname and l.surname = r.given_name"
_NAMES_AND_DAY = block_on("given_name", "surname", "date_of_birth")
_BIRTH = cl.DateOfBirthComparison(
    "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True
)


def febrl3(connection: duckdb.DuckDBPyConnection) -> Linker:
    """One file, to be deduplicated."""
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="dedupe_only",
        blocking_rules_to_generate_predictions=[
            block_on(column)
            for column in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")
        ],
        comparisons=[
            cl.NameComparison("given_name"),
            cl.NameComparison("surname"),
            _BIRTH,
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.ExactMatch("postcode").configure(term_frequency_adjustments=True),
        ],
    )
    table = DuckDBAPI(connection).register("febrl")
    certain = [
        block_on("soc_sec_id"),
        _NAMES_AND_DAY,
        f"{_NAMES_SWAPPED} and l.date_of_birth = r.date_of_birth",
    ]
    return _trained(Linker(table, settings, log_level="ERROR"), certain, recall=0.9)


def febrl4(connection: duckdb.DuckDBPyConnection) -> Linker:
    """Two files without doubles of their own, to be linked."""
    settings = SettingsCreator(
        unique_id_column_name="rec_id",
        link_type="link_only",
        blocking_rules_to_generate_predictions=[
            block_on("given_name", "surname"),
            _NAMES_SWAPPED,
            block_on("date_of_birth"),
            block_on("soc_sec_id"),
            block_on("state", "address_1"),
            block_on("street_number", "address_1"),
            block_on("postcode"),
        ],
        comparisons=[
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("surname").configure(term_frequency_adjustments=True),
            _BIRTH,
            cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
            cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
            cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True),
        ],
    )
    connection.execute("create table first_file as from febrl where rec_id like '%-org'")
    connection.execute("create table second_file as from febrl where rec_id not like '%-org'")
    api = DuckDBAPI(connection)
    linker = Linker([api.register("first_file"), api.register("second_file")], settings, log_level="ERROR")
    certain = [block_on("soc_sec_id"), _NAMES_AND_DAY]
    return _trained(linker, certain, recall=0.8, estimate_without_term_frequencies=True)


def splink_alone(connection: duckdb.DuckDBPyConnection, name: str) -> dict[str, dict[float, Found]]:
    """By kind of pair (``edges`` as scored, ``clusters`` made of them) and probability: what is found."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    linker = {"febrl3": febrl3, "febrl4": febrl4}[name](connection)
    scored = linker.inference.predict(threshold_match_probability=min(PROBABILITIES))
    edges, clusters = {}, {}
    for least in PROBABILITIES:
        edges[least] = judged(
            connection,
            f"select rec_id_l as l, rec_id_r as r from {scored.physical_name} "
            f"where match_probability >= {least}",
        )
        made = linker.clustering.cluster_pairwise_predictions_at_threshold(scored, least).physical_name
        clusters[least] = judged(
            connection,
            f"select a.rec_id as l, b.rec_id as r from {made} as a "
            f"join {made} as b on b.cluster_id = a.cluster_id and a.rec_id < b.rec_id",
        )
    return {"edges": edges, "clusters": clusters}


def _trained(linker: Linker, certain: list[Any], *, recall: float, **em: bool) -> Linker:
    linker.training.estimate_probability_two_random_records_match(certain, recall=recall)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for rule in (block_on("date_of_birth"), block_on("postcode")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule, **em)
    return linker
