"""The page of dbt's documentation: the project goes into dbt's own page, which is shut, or there is none."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.errors import SetupError
from pipeline.warehouse.docs_page import page

TEMPLATE = (
    '<html><head></head><script>a="MANIFEST.JSON INLINE DATA",b="CATALOG.JSON INLINE DATA"</script></html>'
)


def project(description: str = "What it is.", *, sends: object = False) -> dict[str, Any]:
    described = {"data_type": "varchar", "description": description}
    model = {"resource_type": "model", "access": "public", "schema": "wsic", "name": "a"}
    return {
        "metadata": {"send_anonymous_usage_stats": sends},
        "nodes": {
            "model.wsic.a": {**model, "columns": {"b": described}},
            "model.wsic.inner": {**model, "access": "protected", "columns": {}},
        },
    }


def test_a_published_column_has_the_type_of_its_contract() -> None:
    made = page(TEMPLATE, project())
    assert '"b": {"name": "b", "type": "varchar", "index": 1' in made
    assert made.count("model.wsic.inner") == 1  # in the manifest, not among what a warehouse would hold


def test_the_page_forbids_every_connection_before_anything_else() -> None:
    assert page(TEMPLATE, project()).startswith('<html><head><meta http-equiv="Content-Security-Policy"')


def test_no_text_of_the_project_ends_the_script() -> None:
    assert page(TEMPLATE, project("</script><b>")).count("</script>") == 1


@pytest.mark.parametrize("sends", [True, None])
def test_a_project_that_would_report_home_has_no_page(sends: object) -> None:
    with pytest.raises(SetupError, match="send_anonymous_usage_stats"):
        page(TEMPLATE, project(sends=sends))


@pytest.mark.parametrize("part", ["<head>", "MANIFEST.JSON", "CATALOG.JSON"])
def test_another_page_of_dbts_is_refused(part: str) -> None:
    with pytest.raises(SetupError, match=r"dbt-core 1\.11"):
        page(TEMPLATE.replace(part, "-"), project())
