"""``wsic keys rotate --root`` in a process of its own, where dbt runs as the account that the settings name.

The caller started this program in a mount namespace of its own, in which what dbt reads can be made
reachable.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.privacy.least_privilege.confined_scenario import ROOT, make_reachable

if __name__ == "__main__":
    if os.environ.get("WSIC_WAREHOUSE_USER"):
        make_reachable([Path(sys.prefix), Path(sys.base_prefix), ROOT])
    told = ["--by", "A. Singh", "--reason", "the custodian has left", "--json"]
    command = [sys.executable, "-m", "pipeline.cli", "keys", "rotate", "--root", *told]
    sys.exit(subprocess.run(command, cwd=ROOT, check=False, stdin=subprocess.DEVNULL).returncode)
