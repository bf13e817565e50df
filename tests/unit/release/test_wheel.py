"""The wheel holds the product and nothing else, and runs where nothing else of the repository is."""

from __future__ import annotations

import json
from pathlib import Path
from zipfile import ZipFile

import pytest

from pipeline import __version__
from pipeline.settings import OPEN_PRODUCT, PRODUCTS
from release.wheel import PACKAGES, build_wheel, known_files
from tests.built_wheel import Installed, files_of, install

DAGS = """
import dags, json, os
os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = folder = list(dags.__path__)[0]
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(folder)
print("FOUND", json.dumps([folder, sorted(bag.dags), bag.import_errors]))
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_wheel(tmp_path_factory.mktemp("wheel"))


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Installed:
    return install(wheel, tmp_path_factory.mktemp("installed") / "venv")


def test_it_holds_every_file_of_the_product_and_no_other(wheel: Path) -> None:
    """A declaration, a seed or a page that is left out is missed only on the night that needs it."""
    expected = set(known_files(*PACKAGES))
    assert len(expected) > 1000
    assert files_of(wheel) == expected


def test_it_names_its_version_and_carries_the_licence(wheel: Path) -> None:
    assert wheel.name.startswith(f"wsic_linked_data-{__version__}-py3-none-any")
    with ZipFile(wheel) as archive:
        [licence] = [name for name in archive.namelist() if name.endswith("LICENSE")]
        [metadata] = [name for name in archive.namelist() if name.endswith("METADATA")]
        assert b"MIT License" in archive.read(licence)
        assert b"License-Expression: MIT" in archive.read(metadata)


def test_what_is_installed_is_the_wheel(installed: Installed, tmp_path: Path) -> None:
    """Without this the tests below could pass on the checkout."""
    said = installed.run("python", "-c", "import pipeline; print(pipeline.__file__)", cwd=tmp_path)
    assert said.returncode == 0, said.stderr
    assert Path(said.stdout.strip()).is_relative_to(installed.folder)
    assert installed.run("wsic", "--version", cwd=tmp_path).stdout.startswith(f"wsic {__version__}\n")


def test_the_dags_of_the_wheel_import(installed: Installed, tmp_path: Path) -> None:
    said = installed.run("python", "-c", DAGS, cwd=tmp_path, AIRFLOW_HOME=str(tmp_path / "airflow"))
    assert said.returncode == 0, said.stderr
    folder, found, errors = json.loads(said.stdout.rpartition("FOUND ")[2])
    assert Path(folder).is_relative_to(installed.folder)
    assert errors == {}
    assert "nightly_load" in found and len(found) == 5


@pytest.mark.long
def test_a_night_of_the_wheel_from_an_empty_folder(installed: Installed, tmp_path: Path) -> None:
    home = {"WSIC_HOME": str(tmp_path / "home"), "WSIC_THREADS": "1"}
    made = installed.run("wsic", "synthesise", "--people", "300", "--seed", "3", "--out", "e", cwd=tmp_path)
    assert made.returncode == 0, made.stderr
    night = installed.run("wsic", "run", "--extracts", "e", "--as-of", "2026-03-31", cwd=tmp_path, **home)
    assert night.returncode == 0, night.stdout + night.stderr
    listed = installed.run("wsic", "publish", "list", "--json", cwd=tmp_path, **home)
    assert {row["product"] for row in json.loads(listed.stdout)} == {*PRODUCTS, OPEN_PRODUCT}
