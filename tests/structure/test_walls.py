"""The walls between the rooms, held up by what the code imports, not by good intentions."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
OURS = ("connectors", "dags", "expectations", "pipeline", "synthetic")

# folder or file -> prefixes of modules that it must never import
FORBIDDEN = {
    "connectors": ("pipeline", "expectations", "synthetic", "dags", "airflow", "dbt", "great_expectations"),
    "expectations": ("pipeline", "synthetic", "dags", "airflow", "dbt"),
    "synthetic": ("pipeline", "connectors", "expectations", "dags", "airflow", "dbt", "great_expectations"),
    "pipeline": ("airflow", "dags", "great_expectations"),
    "pipeline/landing": (
        "pipeline.identity",
        "pipeline.keys",
        "pipeline.run",
        "pipeline.warehouse",
        "expectations",
    ),
    # It speaks to other machines: it gets the one key that it shows them, and opens no other zone.
    "pipeline/fetch": (
        "pipeline.identity",
        "pipeline.keys",
        "pipeline.landing",
        "pipeline.run",
        "pipeline.warehouse",
        "expectations",
    ),
    "pipeline/identity": ("pipeline.run", "pipeline.warehouse", "pipeline.publish", "expectations"),
    # After the pseudonymised zone nothing may reach back to the rooms that see identifiers.
    "pipeline/warehouse": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "connectors"),
    "pipeline/publish": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "connectors"),
    "pipeline/open_product": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "connectors"),
    "pipeline/controlled": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "connectors"),
    "pipeline/disclosure": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "connectors"),
    "pipeline/summary": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "connectors"),
    "pipeline/audit_log": ("pipeline.identity", "pipeline.landing", "pipeline.run", "connectors"),
    # The rules see no clear identifier: they open no database, and of the identity room one door.
    "pipeline/reidentify": ("pipeline.landing", "pipeline.keys", "pipeline.duck", "duckdb", "connectors"),
    # It looks at folders and processes, never into a file of a zone.
    "pipeline/least_privilege": (
        "pipeline.identity",
        "pipeline.landing",
        "pipeline.keys",
        "pipeline.run",
        "pipeline.duck",
        "duckdb",
        "connectors",
        "expectations",
    ),
    "pipeline/risk": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "connectors"),
    "pipeline/evaluation": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "connectors"),
    "pipeline/linkage_report": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "connectors"),
    # It looks at folders by the ledger, and destroys nothing.
    "pipeline/retention": (
        "pipeline.identity",
        "pipeline.keys",
        "pipeline.run",
        "pipeline.duck",
        "connectors",
    ),
    "pipeline/ig_report": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "pipeline.run"),
    "pipeline/run_report": (
        "pipeline.identity",
        "pipeline.landing",
        "pipeline.keys",
        "pipeline.run",
        "connectors",
    ),
    "pipeline/pages": ("pipeline.identity", "pipeline.landing", "pipeline.keys", "connectors", "duckdb"),
}
# module prefix -> the only places that may import it
ONLY_IN = {
    "pipeline.identity": ("pipeline/identity", "pipeline/run", "pipeline/cli", "pipeline/reidentify"),
    # From pseudonyms back to people: in one room, asked by the rules and by the command they stand behind.
    "pipeline.identity.reidentify": (
        "pipeline/identity/reidentify",
        "pipeline/reidentify",
        "pipeline/cli/reidentify.py",
    ),
    # audit_log signs its own checkpoints, and hands out no key.
    "pipeline.keys": (
        "pipeline/keys",
        "pipeline/identity",
        "pipeline/run",
        "pipeline/cli",
        "pipeline/audit_log",
    ),
    # Tables of earlier nights: given to whoever may look into the zone, and read by no step of a night.
    "pipeline.landing.history": (
        "pipeline/landing/history",
        "pipeline/run/history.py",
        "pipeline/run/exporting",
    ),
    "pipeline.run": ("pipeline/run", "pipeline/cli", "pipeline/summary", "dags"),
    "synthetic": ("synthetic", "pipeline/cli"),
    "pipeline.fetch": ("pipeline/fetch", "pipeline/run", "pipeline/cli"),
    # The one client of other machines' HTTP that is ours.
    "httpx": ("connectors/fhir/bulk",),
    # What speaks to mailboxes and to stores, in one room each.
    "mesh_client": ("pipeline/mesh",),
    "pipeline.mesh": ("pipeline/mesh", "pipeline/fetch", "pipeline/run"),
    "fsspec": ("pipeline/fetch/store",),
    "connectors.fhir.bulk": ("connectors/fhir/bulk", "pipeline/fetch"),
    "airflow": ("dags", "pipeline/keys/provider/secrets_service.py"),
    "great_expectations": ("expectations",),
}
# The one hole in a wall: the root key may lie in the secrets service that Airflow is configured with.
EXEMPT = {("pipeline/keys/provider/secrets_service.py", "airflow")}


def python_files() -> list[Path]:
    return sorted(path for folder in OURS for path in (ROOT / folder).rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    """Every module that the file imports, at its top or inside a function; names joined on."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def is_below(module: str, prefix: str) -> bool:
    return module == prefix or module.startswith(f"{prefix}.")


def lies_in(path: Path, place: str) -> bool:
    return path == ROOT / place or (ROOT / place) in path.parents or path == ROOT / f"{place}.py"


def test_the_rooms_exist() -> None:
    """A wall around a room that is gone would stand for nothing."""
    places = {*FORBIDDEN, *(place for allowed in ONLY_IN.values() for place in allowed)}
    missing = [
        place for place in places if not (ROOT / place).exists() and not (ROOT / f"{place}.py").exists()
    ]
    assert not missing


@pytest.mark.parametrize("place", FORBIDDEN)
def test_a_room_imports_nothing_from_beyond_its_wall(place: str) -> None:
    broken = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in python_files()
        if lies_in(path, place)
        for module in imports(path)
        if any(is_below(module, prefix) for prefix in FORBIDDEN[place])
        and (str(path.relative_to(ROOT)), module.partition(".")[0]) not in EXEMPT
    ]
    assert not broken


@pytest.mark.parametrize("prefix", ONLY_IN)
def test_a_guarded_module_is_imported_only_where_it_may_be(prefix: str) -> None:
    broken = [
        f"{path.relative_to(ROOT)} imports {module}"
        for path in python_files()
        if not any(lies_in(path, place) for place in ONLY_IN[prefix])
        for module in imports(path)
        if is_below(module, prefix)
    ]
    assert not broken


def test_the_rules_of_re_identification_know_one_door_of_the_identity_room() -> None:
    doors = {
        module
        for path in python_files()
        if lies_in(path, "pipeline/reidentify")
        for module in imports(path)
        if is_below(module, "pipeline.identity")
    }
    assert doors
    assert all(is_below(module, "pipeline.identity.reidentify") for module in doors)


def test_the_wall_test_sees_imports_inside_functions(tmp_path: Path) -> None:
    path = tmp_path / "sneaky.py"
    path.write_text("def f():\n    from pipeline import identity\n    import airflow.sdk\n")
    assert {"pipeline.identity", "airflow.sdk"} <= set(imports(path))


def test_dags_hold_no_logic_and_no_sql() -> None:
    """A task is one call: a DAG file has no loop over data, no condition and no SQL."""
    for path in sorted((ROOT / "dags").glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        banned = [node for node in ast.walk(tree) if isinstance(node, ast.If | ast.While | ast.Try | ast.For)]
        assert not banned, f"{path.name}: line {banned[0].lineno}"
        texts = [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str)
        ]
        assert not [text for text in texts if "select " in text.lower()]


def test_the_dag_imports_the_pipeline_inside_its_tasks_only() -> None:
    """Reading a DAG file must cost the scheduler next to nothing; what it shares is read here too."""
    shared = {f"dags.{path.stem}" for path in (ROOT / "dags").glob("*.py")}
    for path in sorted((ROOT / "dags").glob("*.py")):
        top = [
            node
            for node in ast.parse(path.read_text("utf-8")).body
            if isinstance(node, ast.Import | ast.ImportFrom)
        ]
        modules = [node.module if isinstance(node, ast.ImportFrom) else node.names[0].name for node in top]
        assert not [
            module
            for module in modules
            if module and module not in shared and module.split(".")[0] in (*OURS, "duckdb", "dbt")
        ]


def test_one_place_starts_dbt() -> None:
    starters = [
        str(path.relative_to(ROOT))
        for path in python_files()
        if "dbt.cli" in path.read_text(encoding="utf-8") and "__pycache__" not in path.parts
    ]
    assert starters == ["pipeline/warehouse/dbt.py"]


def test_dbt_project_holds_no_python() -> None:
    """dbt takes a folder with ``__init__.py`` for a package, and Python models would escape the walls."""
    assert (ROOT / "dbt_project" / "dbt_project.yml").exists()
    assert not list((ROOT / "dbt_project").rglob("*.py"))


IDENTIFIABLE = ("received", "fetched", "fetching", "typed", "fhir", "fhir_files", "quarantine", "identity")
# pipeline/checks.py only hands the path on to expectations/; keys/ asks whether a vault exists.
MAY_OPEN = (
    "pipeline/landing",
    "pipeline/fetch",
    "pipeline/identity",
    "pipeline/checks.py",
    "pipeline/keys",
    "pipeline/zones",
)


# Open a product read-only; everything else goes through pipeline.duck, which spills encrypted and in a zone.
OPEN_DUCKDB = {
    "pipeline/duck.py", "pipeline/checks.py", "pipeline/identity/reidentify/subject/use.py",
    "pipeline/ig_report/release.py", "pipeline/linkage_report/figures.py", "pipeline/publish/announced.py",
    "pipeline/summary/published.py", "pipeline/risk/features.py", "pipeline/practice_lists.py",
}  # fmt: skip


def test_duckdb_is_opened_in_one_place_and_products_read_only_in_few() -> None:
    calls = {
        (str(path.relative_to(ROOT)), ast.unparse(node))
        for path in python_files()
        if not lies_in(path, "synthetic")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in ("duckdb.connect", "duckdb.sql")
    }
    assert {path for path, _ in calls} == OPEN_DUCKDB
    loose = [call for path, call in calls if path != "pipeline/duck.py" and "read_only=True" not in call]
    assert not loose


def test_identifiable_zones_are_opened_in_their_rooms_only() -> None:
    """Whoever asks :class:`Zones` for a path of an identifiable zone is in a room that may."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} .{node.attr}"
        for path in python_files()
        if not any(lies_in(path, place) for place in MAY_OPEN)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in IDENTIFIABLE and "ones" in ast.unparse(node.value)
    ]
    assert not found


def test_one_place_tells_the_time() -> None:
    """So that today is London's wherever a rule asks, and tests are not of two days."""
    asks = re.compile(r"datetime\.(now|today|utcnow)\(|date\.today\(")
    files = [file for room in ("dags", "expectations", "pipeline") for file in (ROOT / room).rglob("*.py")]
    found = {str(file.relative_to(ROOT)) for file in files if asks.search(file.read_text("utf-8"))}
    assert found == {"pipeline/clock.py"}
