"""The bill of materials holds what the locks hold, and is valid CycloneDX."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

from pipeline import __version__
from release.licences import rules
from release.locked import DEV, LOCK, PRODUCT, SERVER, STORES, STORES_LOCK, locked, with_stores
from release.sbom import bill

SCHEMAS = ("bom-1.6.SNAPSHOT.schema.json", "spdx.SNAPSHOT.schema.json", "jsf-0.82.SNAPSHOT.schema.json")


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return bill(with_stores(), rules())


def test_every_pin_is_in_it_with_version_hashes_and_a_licence(found: dict[str, Any]) -> None:
    components = {(one["name"], one["version"]): one for one in found["components"]}
    texts = [lock.read_text(encoding="utf-8") for lock in (LOCK, STORES_LOCK)]
    pinned = {
        tuple(line.split(maxsplit=1)[0].split("=="))
        for text in texts
        for line in text.splitlines()
        if line[:1].isalnum()
    }
    assert components.keys() == pinned and len(found["components"]) == len(pinned)
    for pin in with_stores():
        one = components[pin.name, pin.version]
        assert {entry["content"] for entry in one["hashes"]} == set(pin.hashes) != set()
        assert one["licenses"][0]["expression"]
        assert one["purl"] == f"pkg:pypi/{pin.name}@{pin.version}"
    assert sum(len(pin.hashes) for pin in locked()) == texts[0].count("--hash=sha256:")


def test_it_says_what_asks_for_what(found: dict[str, Any]) -> None:
    asked = {one["ref"]: one.get("dependsOn", []) for one in found["dependencies"]}
    assert any(ref.startswith("duckdb==") for ref in asked["wsic-linked-data"])
    assert not any(ref.startswith("agate==") for ref in asked["wsic-linked-data"])
    [core] = [refs for ref, refs in asked.items() if ref.startswith("dbt-core==")]
    assert any(ref.startswith("agate==") for ref in core)
    assert found["metadata"]["component"]["version"] == __version__


def test_what_an_operator_may_add_is_optional_and_asks_for_what_is_there(found: dict[str, Any]) -> None:
    scopes = {PRODUCT: "required", SERVER: "optional", STORES: "optional", DEV: "excluded"}
    for one in found["components"]:
        said = {entry["name"]: entry["value"] for entry in one["properties"]}
        assert one["scope"] == scopes[said["wsic:use"]]
    uses = {one["bom-ref"]: one["properties"] for one in found["components"]}
    [s3fs] = [one for one in found["dependencies"] if one["ref"].startswith("s3fs==")]
    assert {"name": "wsic:use", "value": STORES} in uses[s3fs["ref"]]
    [fsspec] = [ref for ref in s3fs["dependsOn"] if ref.startswith("fsspec==")]
    assert {"name": "wsic:use", "value": PRODUCT} in uses[fsspec]


def test_it_is_valid_cyclonedx(found: dict[str, Any]) -> None:
    folder = files("cyclonedx.schema._res")
    schemas = [json.loads((folder / name).read_text(encoding="utf-8")) for name in SCHEMAS]
    registry = Registry().with_resources([(one["$id"], Resource.from_contents(one)) for one in schemas])
    validator = jsonschema.Draft7Validator(schemas[0], registry=registry)
    assert next(iter(validator.iter_errors(found)), None) is None
    assert list(validator.iter_errors(found | {"components": [{"name": "of no type"}]}))


def test_the_same_lock_gives_the_same_bill(found: dict[str, Any], monkeypatch: pytest.MonkeyPatch) -> None:
    assert bill(with_stores(), rules()) == found
    assert "timestamp" not in found["metadata"]
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "0")
    assert bill(with_stores(), rules())["metadata"]["timestamp"] == "1970-01-01T00:00:00+00:00"
