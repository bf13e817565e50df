"""``with_secrets.py PROGRAM …``: start it with the secrets of /run/wsic/exchange in its environment.

A file ``WSIC_<NAME>`` becomes the variable of that name. So a secret that the pipeline takes from the
environment alone stands in no settings file, and ``docker inspect`` does not show it.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

_FOLDER = Path("/run/wsic/exchange")
_NAME = re.compile(r"WSIC_[A-Z0-9_]+")


def main() -> None:
    """Become the program; a file of another name, or an empty one, is refused."""
    for path in sorted(_FOLDER.iterdir()):
        value = path.read_text(encoding="utf-8").strip()
        if not _NAME.fullmatch(path.name) or not value:
            sys.exit(f"{path}: valid: a file named as the variable, WSIC_…, that holds its value")
        os.environ[path.name] = value
    os.execvp(sys.argv[1], sys.argv[1:])  # noqa: S606 a program by name, and no shell


if __name__ == "__main__":
    main()
