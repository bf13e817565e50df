"""Serving one version in place of a product's whole shelf: what lay on it is no longer served, nor kept."""

from __future__ import annotations

from pathlib import Path

from pipeline.ledger import Ledger
from pipeline.publish.announced import announced
from pipeline.publish.exchange import exchange
from pipeline.publish.versions import shelf, swap
from pipeline.settings import Settings


def reissue(settings: Settings, staged: Settings, ledger: Ledger, *, run_id: str, product: str) -> None:
    """Serve the version of ``run_id`` that lies on the shelf of ``staged``, and that shelf alone.

    Database, Parquet and every retained version change in one step; the old shelf is left where the new
    one was made, for the caller to destroy. Nothing is changed where that step, or its entry in the audit
    log, fails.
    """
    fresh, served = shelf(staged, product), shelf(settings, product)
    swap(fresh.current, Path("versions") / f"{run_id}.duckdb")
    fresh.settle()
    with announced(settings, ledger, fresh, run_id=run_id, product=product):
        exchange(fresh.root.resolve(), served.root)
