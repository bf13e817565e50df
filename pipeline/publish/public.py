"""Which tables are published: those that the dbt manifest marks ``access: public``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from expectations.product_relations import SCHEMAS
from pipeline.errors import ChecksRefusedError
from pipeline.zones import Zones


def manifest_path(zones: Zones, product: str) -> Path:
    """The manifest of the dbt build that made the product's warehouse."""
    return zones.warehouse(product).with_suffix(".dbt") / "target" / "manifest.json"


def public_models(manifest: Path) -> dict[str, dict[str, Any]]:
    """The ``meta`` of every public model by schema.table.

    Raises :class:`ChecksRefusedError` without a manifest.
    """
    if not manifest.exists():
        raise ChecksRefusedError(
            "there is no dbt manifest, so nothing is marked for publication; build again"
        )
    nodes = json.loads(manifest.read_text("utf-8"))["nodes"].values()
    return {
        f"{node['schema']}.{node.get('alias') or node['name']}": node.get("config", {}).get("meta", {})
        for node in nodes
        if node["resource_type"] == "model" and node.get("access") == "public"
    }


def public_tables(manifest: Path) -> list[tuple[str, str]]:
    """(schema, table) of every public model, in order; only schemas of the contract may hold one.

    Raises :class:`ChecksRefusedError` without a manifest, without a public model, or where a
    public model lies outside the published schemas: a mark that was set by mistake.
    """
    names = (name.partition(".") for name in public_models(manifest))
    public = sorted((schema, table) for schema, _, table in names)
    outside = [f"{schema}.{table}" for schema, table in public if schema not in SCHEMAS]
    if outside:
        raise ChecksRefusedError(
            f"public models outside the published schemas ({', '.join(SCHEMAS)}): {', '.join(outside)}"
        )
    if not public:
        raise ChecksRefusedError("the dbt manifest marks no model as public, so there is nothing to publish")
    return public
