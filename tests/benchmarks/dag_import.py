"""How long a scheduler takes to read each DAG file: ``python -m tests.benchmarks.dag_import``.

Each file in a process of its own, as the DAG processor reads it: Airflow is there, nothing of ours is.
It prints the best of five readings, in seconds; the limit is 1 s a file.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
SHARED = ("assets.py", "house_rules.py", "roles.py")
READINGS, LIMIT = 5, 1.0
PROGRAM = """
import runpy, sys, time
import airflow.sdk, airflow.sdk.definitions.deadline
begun = time.perf_counter()
runpy.run_path(sys.argv[1])
sys.stdout.write(f"{time.perf_counter() - begun:.4f}")
"""


def seconds(path: Path) -> float:
    """The best of some readings of one file."""
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONWARNINGS": "ignore"}
    command = [sys.executable, "-c", PROGRAM, str(path)]
    said = [
        subprocess.run(command, env=env, capture_output=True, text=True, check=True) for _ in range(READINGS)
    ]
    return min(float(done.stdout.splitlines()[-1]) for done in said)


def main() -> None:
    found = {
        path.name: seconds(path) for path in sorted((ROOT / "dags").glob("*.py")) if path.name not in SHARED
    }
    for name, took in found.items():
        sys.stdout.write(f"{name:24}{took:8.3f} s\n")
    sys.exit(any(took > LIMIT for took in found.values()))


if __name__ == "__main__":
    main()
