"""The dbt project as relations that read each other: from its manifest and the SQL that dbt compiled."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError

from pipeline.lineage import ROWS, LineageError, Place, Reading, parsed, reading_of

SOURCE = "source"  # relations of dbt sources are called source.<source>.<table> here
HISTORY = "history"  # the dbt source of what was published before
_MUST_DECLARE = ("marts", "published")


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """One model: its relation, the purposes that it declares, and whether it has to declare any."""

    name: str
    relation: str
    layer: str
    is_published: bool
    purposes: tuple[str, ...]

    @property
    def must_declare(self) -> bool:
        """Marts and published models serve somebody; what lies below them serves through them."""
        return self.layer in _MUST_DECLARE or self.is_published


@dataclass(slots=True)
class Project:
    """``readings`` by relation; ``opaque``: models whose SQL cannot be followed, taken to read all they
    could; ``strange``: models that read what nobody declared, with what it is."""

    models: list[Model] = field(default_factory=list)
    readings: dict[str, Reading] = field(default_factory=dict)
    columns: dict[str, tuple[str, ...]] = field(default_factory=dict)
    opaque: list[str] = field(default_factory=list)
    strange: dict[str, str] = field(default_factory=dict)


def read_project(target: Path, folder: Path, sources: Mapping[str, Iterable[str]]) -> Project:
    """Read what ``dbt compile`` left in ``target`` of the project in ``folder``.

    ``sources`` names the columns of every relation of a dbt source.
    """
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    results = json.loads((target / "run_results.json").read_text(encoding="utf-8"))["results"]
    compiled = {result["unique_id"]: result.get("compiled_code") for result in results}
    project = Project(columns={name: tuple(columns) for name, columns in sources.items()})
    for node in _of_kind(manifest, "seed"):
        with (folder / node["original_file_path"]).open(encoding="utf-8", newline="") as file:
            project.columns[_relation(node)] = tuple(next(csv.reader(file)))
    locations = _locations(manifest)
    for node in _parents_first(manifest):
        _add(project, node, compiled.get(node["unique_id"]), locations, manifest)
    _add_histories(project, manifest)
    for node in _of_kind(manifest, "operation"):
        project.strange[node["name"]] = "it is a statement of its own, run beside the models"
    return project


def _add(
    project: Project,
    node: Mapping[str, Any],
    sql: str | None,
    locations: Mapping[str, str],
    manifest: Mapping[str, Any],
) -> None:
    relation = _relation(node)
    project.models.append(_model(node))
    upstream = [_name(manifest, parent) for parent in node["depends_on"]["nodes"]]
    if node["language"] != "sql" or not sql or node["config"]["pre-hook"] or node["config"]["post-hook"]:
        project.strange[node["name"]] = "it is not one SELECT: Python, a hook, or nothing compiled"
    reading, names = _everything(project, upstream), tuple(node["columns"])
    try:
        tree = _with_sources_named(parsed(sql or ""), locations)
        read = _relations(tree)
        if unknown := read - set(upstream):
            project.strange[node["name"]] = f"it reads what is no ref of it ({len(unknown)} relations)"
        names = tuple(name for name in tree.named_selects if name != "*") or names
        reading = reading_of(tree, {name: project.columns[name] for name in read & set(project.columns)})
        names = tuple(reading.columns)
    except LineageError:
        project.opaque.append(node["name"])
    project.readings[relation], project.columns[relation] = reading, names


def _add_histories(project: Project, manifest: Mapping[str, Any]) -> None:
    """What was published before came of what the same table comes of now, and is judged as that.

    The nights that a row stood are about the run. A history without a table that it is of (``history_of`` in
    its yml) stays a source that no register knows, and so is refused.
    """
    published = {".".join(model.relation.split(".")[1:]): model.relation for model in project.models}
    for node in _of_kind(manifest, "model"):
        of = published.get(node["config"]["meta"].get("history_of", ""))
        name = f"{SOURCE}.{HISTORY}.{node['name']}"
        if of and name in project.columns:
            known = project.readings[of].columns
            project.readings[name] = Reading(
                {
                    column: frozenset({Place(of, column)} if column in known else ())
                    for column in project.columns[name]
                },
                frozenset({Place(of, ROWS)}),
            )


def _model(node: Mapping[str, Any]) -> Model:
    purpose = node["config"]["meta"].get("purpose", [])
    return Model(
        name=node["name"],
        relation=_relation(node),
        layer=node["fqn"][1] if len(node["fqn"]) > 2 else "",
        is_published=node["access"] == "public",
        purposes=tuple([purpose] if isinstance(purpose, str) else purpose),
    )


def _everything(project: Project, upstream: Iterable[str]) -> Reading:
    """What a model may read at most: every column of what it refers to."""
    places = {Place(name, column) for name in upstream for column in (*project.columns.get(name, ()), ROWS)}
    return Reading({}, frozenset(places))


def _relations(tree: exp.Query) -> set[str]:
    """Names of all relations in the query that are no steps of its own; raises for one without a name."""
    steps = {step.alias.lower() for step in tree.find_all(exp.CTE)}
    found = set()
    for table in tree.find_all(exp.Table):
        if not isinstance(table.this, exp.Identifier):
            found.add(table.sql(dialect="duckdb"))
        elif table.db or table.name.lower() not in steps:
            found.add(".".join(part.name for part in table.parts))
    return found


def _with_sources_named(tree: exp.Query, locations: Mapping[str, str]) -> exp.Query:
    """The query with every location of a dbt source replaced by the name of the source."""
    for table in list(tree.find_all(exp.Table)):
        bare = table.copy()
        bare.set("alias", None)
        name = locations.get(bare.sql(dialect="duckdb"))
        if name:
            catalog, schema, last = name.split(".")
            table.replace(exp.table_(last, db=schema, catalog=catalog, alias=table.args.get("alias")))
    return tree


def _locations(manifest: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for source in manifest["sources"].values():
        try:
            tree = parse_one(f"select * from {source['relation_name']}", dialect="duckdb")
        except SqlglotError:
            continue
        for table in tree.find_all(exp.Table):
            found[table.sql(dialect="duckdb")] = _source_name(source)
    return found


def _name(manifest: Mapping[str, Any], unique_id: str) -> str:
    if unique_id in manifest["sources"]:
        return _source_name(manifest["sources"][unique_id])
    return _relation(manifest["nodes"][unique_id])


def _source_name(source: Mapping[str, Any]) -> str:
    return f"{SOURCE}.{source['source_name']}.{source['name']}"


def _relation(node: Mapping[str, Any]) -> str:
    return str(node["relation_name"] or node["unique_id"]).replace('"', "")


def _of_kind(manifest: Mapping[str, Any], kind: str) -> Iterator[Mapping[str, Any]]:
    return (node for node in manifest["nodes"].values() if node["resource_type"] == kind)


def _parents_first(manifest: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    models = {node["unique_id"]: node for node in _of_kind(manifest, "model")}
    done: set[str] = set()

    def visit(unique_id: str) -> Iterator[Mapping[str, Any]]:
        if unique_id in done or unique_id not in models:
            return
        done.add(unique_id)
        for parent in models[unique_id]["depends_on"]["nodes"]:
            yield from visit(parent)
        yield models[unique_id]

    for unique_id in sorted(models):
        yield from visit(unique_id)
