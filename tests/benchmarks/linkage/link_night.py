"""One call of ``link()`` in a process of its own.

``python -m tests.benchmarks.linkage.link_night HOME DATE MEMORY_LIMIT``

Prints one line of JSON: seconds and processor seconds of the call, peak resident memory of the process in GB,
records and people.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from datetime import date
from pathlib import Path

from pipeline import identity
from pipeline.ledger import Ledger
from pipeline.settings import Settings
from pipeline.zones import Zones


def main(home: str, as_of: str, memory_limit: str) -> None:
    """Link what is landed in ``home`` and say what it took."""
    settings = Settings(home=Path(home), memory_limit=memory_limit)
    ledger = Ledger(Zones(settings.home).create().audit / "ledger.sqlite")
    started, used = time.perf_counter(), time.process_time()
    summary = identity.link(settings, ledger, f"bench-{as_of}", date.fromisoformat(as_of))
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
    said = {
        "seconds": seconds,
        "cpu_seconds": cpu,
        "peak_gb": peak,
        "records": summary.records,
        "people": summary.people,
    }
    sys.stdout.write(json.dumps(said) + "\n")
    sys.stdout.flush()
    os._exit(0)  # what the interpreter frees on its way out is no part of the night


if __name__ == "__main__":
    main(*sys.argv[1:4])
