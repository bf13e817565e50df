"""DAGs of another team: each waits for something that the pipeline makes, and makes nothing of its own."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from airflow.sdk import Asset, dag, task

WAITS_FOR = {
    "after_secondary_use": "x-wsic://product/secondary_use",
    "after_a_feed": "x-wsic://feed/gp/YGE01",  # no such asset is known before it lands for the first time
}


def _made(dag_id: str, uri: str) -> Any:
    @task
    def told(triggering_asset_events: Any = None) -> list[dict[str, Any]]:
        return [
            {"uri": asset.uri, "by": event.source_dag_id, "extra": event.extra}
            for asset, events in triggering_asset_events.items()
            for event in events
        ]

    @dag(
        dag_id=dag_id,
        schedule=[Asset.ref(uri=uri)],
        start_date=datetime(2026, 1, 1),
        is_paused_upon_creation=False,
        tags=["planted"],
    )
    def waits() -> None:
        told()

    return waits()


for name, asset_uri in WAITS_FOR.items():
    globals()[name] = _made(name, asset_uri)
