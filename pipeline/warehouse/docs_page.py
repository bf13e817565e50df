"""dbt's own documentation as one page: ``python -m pipeline.warehouse.docs_page build/dbt-docs/index.html``.

Every model, column, test and exposure with its lineage, from the project alone: no warehouse is opened, so
the page holds no row and no count of a product. It needs no server and no network. dbt's page tells dbt's
makers how it is used, where a project allows it; this one does not, and the page forbids the browser any
connection besides.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from dbt.task.docs import DOCS_INDEX_FILE_PATH

from pipeline.errors import SetupError
from pipeline.warehouse import dbt

_HEAD = "<head>"
_NO_CONNECTION = (
    "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; connect-src 'none'; "
    "script-src 'unsafe-inline' 'unsafe-eval'; style-src 'unsafe-inline'; img-src data:; font-src data:\">"
)
_MANIFEST, _CATALOG = '"MANIFEST.JSON INLINE DATA"', '"CATALOG.JSON INLINE DATA"'


def write(path: Path) -> None:
    """Write the page; raises :class:`SetupError` where dbt cannot read the project, or has another page."""
    with TemporaryDirectory(prefix="wsic-docs-") as folder:
        manifest = _parsed(Path(folder))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(page(Path(DOCS_INDEX_FILE_PATH).read_text(encoding="utf-8"), manifest), encoding="utf-8")


def page(template: str, manifest: Mapping[str, Any]) -> str:
    """dbt's page with the project in it, and shut."""
    missing = [part for part in (_HEAD, _MANIFEST, _CATALOG) if part not in template]
    if missing:
        raise SetupError(f"dbt's page has no {', '.join(missing)}: this is made for dbt-core 1.11")
    if manifest["metadata"].get("send_anonymous_usage_stats") is not False:
        raise SetupError("dbt_project.yml must say send_anonymous_usage_stats: false")
    filled = template.replace(_HEAD, _HEAD + _NO_CONNECTION, 1).replace(_MANIFEST, _inline(manifest))
    return filled.replace(_CATALOG, _inline(catalog(manifest)))


def catalog(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """What dbt would find in a warehouse: each published column with the type that its contract promises."""
    nodes = {
        name: {
            "unique_id": name,
            "metadata": {
                "type": "table",
                "schema": node["schema"],
                "name": node["name"],
                "database": "",
                "comment": "",
            },
            "columns": {
                column: {"name": column, "type": described["data_type"], "index": place, "comment": ""}
                for place, (column, described) in enumerate(node["columns"].items(), start=1)
            },
            "stats": {},
        }
        for name, node in manifest["nodes"].items()
        if node["resource_type"] == "model" and node["access"] == "public"
    }
    return {"metadata": {}, "nodes": nodes, "sources": {}, "errors": None}


def _parsed(work: Path) -> dict[str, Any]:
    environ = dbt.environment(
        pseudonymised=work, warehouse=work / "product.duckdb", product="secondary_use",
        memory_limit="1GB", home=work,
    )  # fmt: skip
    if dbt.run(["parse"], environ=environ, work=work) != 0:
        raise SetupError(f"dbt cannot parse {dbt.PROJECT}; `make sql-parse` says why")
    manifest: dict[str, Any] = json.loads((work / "target" / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def _inline(content: Mapping[str, Any]) -> str:
    """JSON that no text in it can end the script element of."""
    return json.dumps(content).replace("</", "<\\/")


def main() -> None:
    """Write the page from the command line."""
    asked = argparse.ArgumentParser(prog="python -m pipeline.warehouse.docs_page", description=__doc__)
    asked.add_argument("page", type=Path)
    given = asked.parse_args()
    write(given.page)
    sys.stdout.write(f"{given.page} written\n")


if __name__ == "__main__":
    main()
