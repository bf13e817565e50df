"""Splink alone over all landed records, as its documentation shows it, in a process of its own.

``python -m tests.benchmarks.linkage.splink_alone HOME OUT MEMORY_LIMIT BLOCKS U_PAIRS`` reads
``HOME/fhir/Patient``, writes ``OUT`` (source, sender, record_id and a column a threshold of
:data:`THRESHOLDS`) and prints a line of JSON.

What makes the comparison fair is written in README.md: Splink's own comparisons of the fields that ``link()``
compares, blocking rules that lose next to no true pair, parameters trained without labels on these very
records, term frequencies, the same threads and memory, no encryption. Preparing, training and predicting are
timed apart, because ``link()`` too comes with a trained model.
"""

from __future__ import annotations

import json
import logging
import os
import resource
import sys
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb

THRESHOLDS = (0.5, 0.9, 0.95, 0.99, 0.999, 0.99999)
TIMED_THRESHOLD = 0.95  # of Splink's tutorial
SEED = 1
# Pairs that parameters are estimated from. For u Splink's documentation says that a billion give the best
# results and calls ten million adequate while a model is tried out: at full size it is taken at its best.
U_PAIRS, U_PAIRS_OF_A_TRIAL, EM_PAIRS = 1e9, 1e7, 1e6
# Columns of each blocking rule. Few: enough for these records. Many: as wide as link() looks for its residue.
FEW_BLOCKS = (
    ("nhs_number",),
    ("birth_date", "family_name"),
    ("birth_date", "given_name"),
    ("birth_date", "postcode"),
    ("birth_date", "practice_code"),
    ("family_name", "given_name", "postcode"),
)
BLOCKS = {
    "few": FEW_BLOCKS,
    "many": (
        *FEW_BLOCKS,
        ("birth_date", "split_part(postcode, ' ', 1)", "gender"),
        ("family_name", "given_name", "month(birth_date)", "day(birth_date)"),
        ("family_name", "given_name", "year(birth_date)"),
        ("month(birth_date)", "day(birth_date)", "postcode"),
        ("year(birth_date)", "gender", "postcode"),
    ),
}

_RECORDS = Path(__file__).with_name("splink_alone.sql")


def main(home: str, out: str, memory_limit: str, blocks: str, u_pairs: str) -> None:
    """Deduplicate what is landed in ``home`` and say what it took."""
    warnings.simplefilter("ignore")
    logging.getLogger("splink").setLevel(logging.ERROR)
    connection = duckdb.connect(
        f"{out}.duckdb", config={"memory_limit": memory_limit, "threads": 2, "temp_directory": f"{out}.spill"}
    )
    connection.execute("set enable_progress_bar = false")
    seconds: dict[str, tuple[float, float]] = {}
    with _timed(seconds, "prepare"):
        records = _prepare(connection, Path(home))
    with _timed(seconds, "train"):
        linker = _trained(connection, BLOCKS[blocks], float(u_pairs))
    with _timed(seconds, "predict"):
        predicted = linker.inference.predict(threshold_match_probability=min(THRESHOLDS))
    with _timed(seconds, "cluster"):
        clusters = {TIMED_THRESHOLD: _clustered(linker, predicted, TIMED_THRESHOLD)}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    for threshold in THRESHOLDS:
        clusters.setdefault(threshold, _clustered(linker, predicted, threshold))
    _write(connection, clusters, Path(out))
    pairs = connection.execute(f"select count(*) from {predicted.physical_name}").fetchall()[0][0]
    said = {"records": records, "pairs": pairs, "peak_gb": peak, "seconds": seconds}
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    os._exit(0)


@contextmanager
def _timed(seconds: dict[str, tuple[float, float]], step: str) -> Iterator[None]:
    """Wall seconds and processor seconds of a step."""
    started, used = time.perf_counter(), time.process_time()
    yield
    seconds[step] = (time.perf_counter() - started, time.process_time() - used)


def _prepare(connection: duckdb.DuckDBPyConnection, home: Path) -> int:
    files = [str(path) for path in sorted((home / "fhir" / "Patient").glob("source=*/sender=*/*.parquet"))]
    connection.execute("set variable files = ?", [files])
    connection.execute(_RECORDS.read_text(encoding="utf-8"))
    return int(connection.execute("select count(*) from record").fetchall()[0][0])


def settings(blocks: tuple[tuple[str, ...], ...]) -> Any:
    """Comparisons and blocking rules, all of Splink's own library."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.NameComparison("family_name").configure(term_frequency_adjustments=True),
            cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
            cl.DateOfBirthComparison("birth_date", input_is_string=False),
            cl.PostcodeComparison("postcode").configure(term_frequency_adjustments=True),
            cl.ExactMatch("gender"),
            cl.ExactMatch("practice_code"),
            cl.DamerauLevenshteinAtThresholds("nhs_number", 1),
        ],
        blocking_rules_to_generate_predictions=[block_on(*columns) for columns in blocks],
        retain_matching_columns=False,
    )


def _trained(
    connection: duckdb.DuckDBPyConnection, blocks: tuple[tuple[str, ...], ...], u_pairs: float
) -> Any:
    from splink import DuckDBAPI, Linker, block_on

    api = DuckDBAPI(connection)
    linker = Linker(
        api.register("record", dataset_display_name="landed"), settings(blocks), log_level="ERROR"
    )
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("nhs_number", "birth_date")], recall=0.95
    )
    training.estimate_u_using_random_sampling(max_pairs=u_pairs, seed=SEED)
    for rule in (block_on("nhs_number"), block_on("birth_date", "postcode")):
        training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True, max_pairs=EM_PAIRS
        )
    return linker


def _clustered(linker: Any, predicted: Any, threshold: float) -> str:
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predicted, threshold)
    return str(clusters.physical_name)


def _write(connection: duckdb.DuckDBPyConnection, clusters: dict[float, str], out: Path) -> None:
    columns = ", ".join(f"c{n}.cluster_id as {column(t)}" for n, t in enumerate(clusters))
    joins = " ".join(f"join {table} as c{n} using (unique_id)" for n, table in enumerate(clusters.values()))
    query = f"select r.source, r.sender, r.record_id, {columns} from record as r {joins}"
    connection.execute(f"copy ({query}) to '{out}' (format parquet)")


def column(threshold: float) -> str:
    """Name of the column that holds the clusters at a threshold."""
    return f"at_{threshold:g}".replace(".", "_")


if __name__ == "__main__":
    main(*sys.argv[1:6])
