"""Where the second validator is installed (``make fhir-validator``), and what it says of resources."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
FOLDER = Path(os.environ.get("FHIR_VALIDATOR", HERE.parents[1] / ".venv" / "fhir-validator"))
Verdict = list[dict[str, str]]


def is_installed() -> bool:
    """Whether the validator and its runtime are there."""
    return shutil.which("node") is not None and (FOLDER / "node_modules" / "@medplum" / "core").is_dir()


def verdicts(resources: Mapping[str, Mapping[str, Any]]) -> dict[str, Verdict]:
    """What is wrong with each resource, by its name: ``path`` and ``reason`` of each error."""
    lines = "".join(json.dumps({"name": name, "resource": one}) + "\n" for name, one in resources.items())
    script = FOLDER / "validate.mjs"
    shutil.copyfile(HERE / "validate.mjs", script)  # it finds its packages beside itself
    done = subprocess.run(
        ["node", str(script)], input=lines, capture_output=True, text=True, check=True, timeout=300
    )  # fmt: skip
    found = [json.loads(line) for line in done.stdout.splitlines()]
    return {one["name"]: one["issues"] for one in found}
