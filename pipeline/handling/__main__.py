"""``python -m pipeline.handling``: write the generated parts of the data protection pages anew."""

from __future__ import annotations

import sys

from pipeline.handling.pages import write


def main() -> None:
    """Say which pages changed."""
    for page in write():
        sys.stdout.write(f"{page.name} written\n")


if __name__ == "__main__":
    main()
