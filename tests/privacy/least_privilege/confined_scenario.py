"""One scenario of the tests beside it, in a process of its own: dbt and a probe, held back as in a night.

Run as a program with the scenario as JSON; prints one line ``FOUND {…}``. Where another account is to read
the installation and a folder above it is closed to that account, the folder is covered by an open one: in the
mount namespace that the caller made for this process alone.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from pipeline import least_privilege
from pipeline.least_privilege import Account
from pipeline.warehouse import dbt
from pipeline.zones import PRIVATE, Zones

PRODUCT, OTHER = "secondary_use", "direct_care"
ROOT = Path(__file__).parents[3]
KNOWN = "known/file"  # in each zone
# Looks for every file of the home, by listing and by name, and for every other process.
PROBE = """
import json, os, pathlib, sys
home, out, known = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), json.loads(sys.argv[3])
def opens(path):
    try:
        return bool(path.read_bytes() or True)
    except OSError:
        return False
listed = [pathlib.Path(place, name) for place, _, names in os.walk(home) for name in names]
files = {str(path.relative_to(home)) for path in [*listed, *(home / name for name in known)] if opens(path)}
processes = [path for path in pathlib.Path("/proc").glob("[0-9]*") if path.name != str(os.getpid())]
neighbours = [path.name for path in processes if opens(path / "environ")]
out.write_text(json.dumps({"files": sorted(files), "neighbours": neighbours, "uid": os.geteuid()}))
"""

OPEN = "import duckdb, sys; duckdb.connect(sys.argv[1], read_only=True).sql('from people').fetchall()"


def main() -> None:
    given = json.loads(sys.argv[1])
    home, user = Path(given["home"]), given["user"]
    if user:
        make_reachable([Path(sys.prefix), Path(sys.base_prefix), ROOT])
    if given["group"]:
        found = run_reader(home, Account("reader", int(user), given["group"]))
    else:
        found = {"probe": run_probe(home, user, is_open=given["is_open"])}
    if given["with_dbt"]:
        found |= {"own": run_own_models(home, user), "planted": run_planted_models(home, user)}
    sys.stdout.write(f"FOUND {json.dumps(found)}\n")


def make_reachable(paths: Iterable[Path]) -> None:
    """Cover each folder that is closed to others by an open one that holds only what lies on the way."""
    before, closed = os.umask(0o022), dict[Path, dict[Path, Path]]()
    for path in paths:
        for outer in reversed(path.parents):
            if not outer.stat().st_mode & 0o001:
                kept = Path(tempfile.mkdtemp(prefix="kept-"))
                closed.setdefault(outer, {})[path] = kept
                subprocess.run(["mount", "--rbind", path, kept], check=True)
                break
    for outer, kept_paths in closed.items():
        subprocess.run(["mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", outer], check=True)
        for path, kept in kept_paths.items():
            path.mkdir(parents=True, exist_ok=True)
            subprocess.run(["mount", "--rbind", kept, path], check=True)
    os.umask(before)


def run_own_models(home: Path, user: str) -> dict[str, Any]:
    """Some of the project's own models, from their sources to a published table."""
    return run_dbt(home, user, ["build", "--select", "+rule_result"])


def run_planted_models(home: Path, user: str) -> dict[str, Any]:
    """Models that look where they must not; the environment that dbt had, as one of them saw it."""
    project = home.parent / "planted"
    (project / "models").mkdir(parents=True)
    shutil.copy(dbt.PROJECT / "profiles.yml", project)
    named = {"name": "planted", "version": "1.0", "profile": "wsic", "models": {"+materialized": "table"}}
    (project / "dbt_project.yml").write_text(json.dumps(named))
    rows = Zones(home).pseudonymised(PRODUCT) / "gp__patients.parquet"
    looks = {zone: f"read_blob('{home / zone / KNOWN}')" for zone in PRIVATE} | {
        "its_rows": f"read_parquet('{rows}')",
        "its_environment": '(select \'{{ env_var("WSIC_PRODUCT", "absent") }}\' as product, '
        '\'{{ env_var("WSIC_ROOT_KEY", "absent") }}\' as root_key)',
        "environment_of_the_pipeline": f"read_text('/proc/{os.getpid()}/environ')",
    }
    for name, relation in looks.items():
        (project / "models" / f"{name}.sql").write_text(f"select * from {relation}")
    for path in (project, *project.rglob("*")):
        path.chmod(0o755)
    before, dbt.PROJECT = dbt.PROJECT, project
    try:
        found = run_dbt(home, user, ["run"])
    finally:
        dbt.PROJECT = before
    built = Zones(home).warehouse(PRODUCT).with_suffix(".dbt") / f"{PRODUCT}.duckdb"
    with duckdb.connect(str(built), read_only=True) as connection:
        environment = connection.execute("from its_environment").fetchone()
        # Of a file that it cannot even find DuckDB makes an empty table; one it may not read is an error.
        tables = [name for name, status in found["nodes"].items() if status == "success"]
        read = [name for name in tables if connection.execute(f"select 1 from {name} limit 1").fetchone()]
    return found | {"environment": environment, "read": read}


def run_dbt(home: Path, user: str, command: list[str]) -> dict[str, Any]:
    zones = Zones(home)
    work = zones.warehouse(PRODUCT).with_suffix(".dbt")
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir()
    zones.pseudonymised(PRODUCT).chmod(0o700)  # as a run finds it, whatever was tried here before
    environ = dbt.environment(
        pseudonymised=zones.pseudonymised(PRODUCT), warehouse=work / f"{PRODUCT}.duckdb", product=PRODUCT,
        memory_limit="1GB", home=work, user=user,
    )  # fmt: skip
    code = dbt.run(command, environ=environ, work=work)
    folders = (work, zones.pseudonymised(PRODUCT))
    open_still = [folder.name for folder in folders if folder.stat().st_mode & 0o077]
    nodes = {node.name.split(".")[1]: node.status for node in dbt.results(work) if node.kind == "model"}
    return {"code": code, "nodes": nodes, "open_still": open_still}


def run_probe(home: Path, user: str, *, is_open: bool) -> dict[str, Any]:
    """What a program can open that is started as dbt is; ``is_open``: without Landlock's limits to files."""
    zones, work = Zones(home), Zones(home).warehouse(PRODUCT).with_suffix(".dbt")
    work.mkdir(exist_ok=True)
    account = least_privilege.find_account(user) if user else None
    if account:
        dbt._share(account, rows=zones.pseudonymised(PRODUCT), writes=[work])
    known = [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]
    reads = [Path("/")] if is_open else [zones.pseudonymised(PRODUCT)]
    return probe(home, known, work, account, reads)


def run_reader(home: Path, account: Account) -> dict[str, Any]:
    """What an account that has nothing to do with the pipeline can open; which products, with DuckDB."""
    work = Path(tempfile.mkdtemp(dir=home.parent))
    os.chown(work, account.uid, account.gid)
    known = [str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()]
    found = probe(home, known, work, account, [Path("/")])
    opened = []
    for database in sorted((home / "published").glob("*/current.duckdb")):
        code = least_privilege.run(
            [sys.executable, "-c", OPEN, str(database)],
            environ={"PATH": os.defpath}, cwd=work, user=account, reads=[Path("/")], writes=[work],
        )  # fmt: skip
        opened += [database.parent.name] if code == 0 else []
    return {"probe": found, "opened": opened}


def probe(
    home: Path, known: list[str], work: Path, account: Account | None, reads: list[Path]
) -> dict[str, Any]:
    out = work / "probe.json"
    code = least_privilege.run(
        [sys.executable, "-c", PROBE, str(home), str(out), json.dumps(known)],
        environ={"PATH": os.defpath}, cwd=work, user=account, reads=reads, writes=[work],
    )  # fmt: skip
    assert code == 0, code
    return dict(json.loads(out.read_text(encoding="utf-8")))


if __name__ == "__main__":
    main()
