"""Which tables are published: those marked ``access: public`` in the dbt manifest that serve the product."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from expectations.product_relations import SCHEMAS
from pipeline.errors import ChecksRefusedError
from pipeline.settings import PRODUCTS
from pipeline.zones import Zones


def manifest_path(zones: Zones, product: str) -> Path:
    """The manifest of the dbt build that made the product's warehouse."""
    return zones.warehouse(product).with_suffix(".dbt") / "target" / "manifest.json"


def public_models(manifest: Path, product: str) -> dict[str, dict[str, Any]]:
    """The ``meta`` of every public model of ``product`` by schema.table.

    Raises :class:`ChecksRefusedError` without a manifest.
    """
    if not manifest.exists():
        raise ChecksRefusedError(
            "there is no dbt manifest, so nothing is marked for publication; build again"
        )
    nodes = json.loads(manifest.read_text("utf-8"))["nodes"].values()
    found = {
        f"{node['schema']}.{node.get('alias') or node['name']}": node.get("config", {}).get("meta", {})
        for node in nodes
        if node["resource_type"] == "model" and node.get("access") == "public"
    }
    return {table: meta for table, meta in found.items() if _is_for(product, meta)}


def _is_for(product: str, meta: Mapping[str, Any]) -> bool:
    """Whether a model serves ``product``: it names its purpose, or that of no product at all.

    That it names a purpose is held up before anything is built (``pipeline.warehouse.purposes``).
    """
    purpose = meta.get("purpose", [])
    named = {purpose} if isinstance(purpose, str) else set(purpose)
    return product in named or not named & set(PRODUCTS)


def public_tables(manifest: Path, product: str) -> list[tuple[str, str]]:
    """(schema, table) of every public model of ``product``, in order.

    Only schemas of the contract may hold one. Raises :class:`ChecksRefusedError` without a manifest, without
    a public model, or where one lies outside the published schemas: a mark that was set by mistake.
    """
    names = (name.partition(".") for name in public_models(manifest, product))
    public = sorted((schema, table) for schema, _, table in names)
    outside = [f"{schema}.{table}" for schema, table in public if schema not in SCHEMAS]
    if outside:
        raise ChecksRefusedError(
            f"public models outside the published schemas ({', '.join(SCHEMAS)}): {', '.join(outside)}"
        )
    if not public:
        raise ChecksRefusedError("the dbt manifest marks no model as public, so there is nothing to publish")
    return public
