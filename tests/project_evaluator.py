"""The rules of dbt_project_evaluator, each a function from a dbt manifest to what breaks it.

Why they are written out here: docs/decisions/0031-the-rules-of-the-project-evaluator.md. The package's
limits are kept: seven parents, three leaf children, four views in a chain.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Any

JOINS, LEAVES, CHAIN = 7, 3, 4
PREFIXES: Mapping[str, tuple[str, ...]] = {
    "staging": ("stg_",), "intermediate": ("int_",), "marts": ("fct_", "dim_", "bridge_"), "published": ("",),
}  # fmt: skip
KEYS = {"unique", "primary_key", "unique_together"}
Node = dict[str, Any]


class Project:
    """A manifest's models, sources and exposures, and who reads whom."""

    def __init__(self, manifest: Mapping[str, Any]) -> None:
        self.models: dict[str, Node] = {
            key: node for key, node in manifest["nodes"].items() if node["resource_type"] == "model"
        }
        self.sources: dict[str, Node] = manifest["sources"]
        self.exposures: dict[str, Node] = manifest["exposures"]
        self.tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
        self.unit_tested = {test["model"] for test in manifest["unit_tests"].values()}
        readers = {**self.models, **self.exposures}
        self.parents = {key: list(node["depends_on"]["nodes"]) for key, node in readers.items()}
        self.children: dict[str, list[str]] = defaultdict(list)
        for child, parents in self.parents.items():
            for parent in parents:
                self.children[parent].append(child)

    def names(self, chosen: Callable[[str, Node], object]) -> set[str]:
        """Of the models that are so."""
        return {node["name"] for key, node in self.models.items() if chosen(key, node)}

    def read(self, key: str, kind: str) -> list[str]:
        return [parent for parent in self.parents[key] if parent.startswith(f"{kind}.")]

    def layers_read(self, key: str) -> set[str]:
        return {layer(self.models[parent]) for parent in self.read(key, "model")}

    @cached_property
    def tested_by(self) -> dict[str, set[str]]:
        """Names of the data tests by model; a singular test counts for whatever it reads."""
        found = defaultdict(set)
        for test in self.tests:
            attached = test.get("attached_node")
            for key in [attached] if attached else test["depends_on"]["nodes"]:
                found[key].add((test.get("test_metadata") or {}).get("name", test["name"]))
        return found

    def chain(self, key: str) -> int:
        """How many views stand one on another, up to this one and with it."""
        node = self.models.get(key)
        if node is None or node["config"]["materialized"] not in ("view", "ephemeral"):
            return 0
        return 1 + self.chain_below(key)

    def chain_below(self, key: str) -> int:
        return max((self.chain(parent) for parent in self.parents[key]), default=0)


def layer(node: Node) -> str:
    return str(node["fqn"][1])


def _folder(path: str) -> str:
    return path.rpartition("/")[0]


def _named(project: Project, keys: set[str]) -> set[str]:
    return {project.sources[key]["name"] for key in keys}


def _duplicates(project: Project) -> set[str]:
    places = [(source["schema"], source["identifier"]) for source in project.sources.values()]
    return {identifier for (_, identifier), n in Counter(places).items() if n > 1}


def _hard_coded(project: Project) -> set[str]:
    def names_a_table(node: Node) -> bool:
        code = re.sub(r"\{\{.*?\}\}|\{#.*?#\}|--[^\n]*", " ", node["raw_code"], flags=re.DOTALL)
        return bool(
            re.search(r"\b(?:from|join)\s+[\"'`]?\w+[\"'`]?\.[\"'`]?\w+[\"'`]?\s*(?:as\b|\n|$|\))", code)
        )

    return project.names(lambda _, node: names_a_table(node))


def _fanned_out(project: Project) -> set[str]:
    def leaves(key: str) -> int:
        return sum(child not in project.children for child in project.children.get(key, []))

    return project.names(lambda key, _: leaves(key) > LEAVES)


def _rejoined(project: Project) -> set[str]:
    """``a > b > c``: c reads a, and b, which reads a too and is read by nothing else."""
    return {
        " > ".join(key.rpartition(".")[2] for key in (parent, between, child))
        for between in project.models
        if len(readers := project.children.get(between, [])) == 1 and (child := readers[0]) in project.models
        for parent in project.parents[between]
        if parent in project.parents[child]
    }


def _undirected(project: Project) -> set[str]:
    """Models that lie in another folder than their layer's, staging's in another than its source's."""

    def is_astray(key: str, node: Node) -> bool:
        at = _folder(node["original_file_path"]).split("/")[1:]
        sources = {project.sources[parent]["source_name"] for parent in project.read(key, "source")}
        return at[0] not in PREFIXES or (at[0] == "staging" and {at[-1]} != sources)

    return project.names(is_astray)


def _exposed(project: Project, wrong: Callable[[str], bool]) -> set[str]:
    return {
        node["name"] for node in project.exposures.values() if any(map(wrong, node["depends_on"]["nodes"]))
    }


RULES: Mapping[str, Callable[[Project], set[str]]] = {
    # modeling
    "direct_join_to_source": lambda p: p.names(lambda k, _: p.read(k, "source") and p.read(k, "model")),
    "downstream_models_dependent_on_source": lambda p: p.names(
        lambda k, n: layer(n) != "staging" and p.read(k, "source")
    ),
    "duplicate_sources": _duplicates,
    "hard_coded_references": _hard_coded,
    "model_fanout": _fanned_out,
    "multiple_sources_joined": lambda p: p.names(lambda k, _: len(p.read(k, "source")) > 1),
    "rejoining_of_upstream_concepts": _rejoined,
    "root_models": lambda p: p.names(lambda k, _: not p.parents[k]),
    "source_fanout": lambda p: _named(p, {k for k in p.sources if len(p.children.get(k, [])) > 1}),
    "staging_models_dependent_on_downstream_models": lambda p: p.names(
        lambda k, n: layer(n) == "staging" and p.layers_read(k) - {"staging"}
    ),
    "staging_models_dependent_on_staging_models": lambda p: p.names(
        lambda k, n: layer(n) == "staging" and "staging" in p.layers_read(k)
    ),
    "unused_sources": lambda p: _named(p, {k for k in p.sources if not p.children.get(k)}),
    "too_many_joins": lambda p: p.names(lambda k, _: len(p.parents[k]) >= JOINS),
    # testing
    "missing_primary_key_tests": lambda p: p.names(
        lambda k, n: layer(n) in ("marts", "published") and not p.tested_by[k] & KEYS
    ),
    "test_coverage": lambda p: p.names(
        lambda k, n: layer(n) != "staging" and not p.tested_by[k] and n["name"] not in p.unit_tested
    ),
    # documentation
    "undocumented_models": lambda p: p.names(lambda _, n: not n["description"]),
    "undocumented_source_tables": lambda p: _named(
        p, {k for k, n in p.sources.items() if not n["description"]}
    ),
    "undocumented_sources": lambda p: {
        n["source_name"] for n in p.sources.values() if not n["source_description"]
    },
    # structure
    "test_directories": lambda p: p.names(
        lambda _, n: _folder((n["patch_path"] or "").rpartition("://")[2]) != _folder(n["original_file_path"])
    ),
    "model_naming_conventions": lambda p: p.names(
        lambda _, n: not n["name"].startswith(PREFIXES.get(layer(n), ()))
    ),
    "source_directories": lambda p: {
        n["source_name"]
        for n in p.sources.values()
        if _folder(n["original_file_path"]) != f"models/staging/{n['source_name']}"
    },
    "model_directories": _undirected,
    # performance
    "chained_view_dependencies": lambda p: p.names(lambda k, _: p.chain_below(k) > CHAIN),
    "exposure_parents_materializations": lambda p: _exposed(
        p,
        lambda k: (
            p.models.get(k, {"config": {"materialized": "source"}})["config"]["materialized"] != "table"
        ),
    ),
    # governance
    "public_models_without_contracts": lambda p: p.names(
        lambda _, n: n["access"] == "public" and not n["config"]["contract"]["enforced"]
    ),
    "exposures_dependent_on_private_models": lambda p: _exposed(
        p, lambda k: p.models.get(k, {"access": "source"})["access"] != "public"
    ),
    "undocumented_public_models": lambda p: p.names(
        lambda _, n: (
            n["access"] == "public"
            and not (
                n["description"] and n["columns"] and all(c["description"] for c in n["columns"].values())
            )
        )
    ),
}
