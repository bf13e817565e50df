"""Pages whose tables are made from the register and the published models: hand-written words around
generated parts between markers."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline.handling.tables import BLOCKS

DOCS = Path(__file__).parents[2] / "docs"
PAGES = (DOCS / "data-protection.md", DOCS / "handling-register.md", DOCS / "columns.md")
_PART = re.compile(r"(<!-- made by `make docs`: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


def written(text: str) -> str:
    """``text`` with every generated part as the register has it now; raises :class:`ValueError` for an
    unknown part."""

    def part(found: re.Match[str]) -> str:
        if found[2] not in BLOCKS:
            raise ValueError(f"part {found[2]!r} is not known; valid: {', '.join(BLOCKS)}")
        return f"{found[1]}\n{BLOCKS[found[2]]()}\n\n{found[3]}"

    return _PART.sub(part, text)


def parts_of(text: str) -> list[str]:
    """Names of the generated parts of a page, in order."""
    return [name for _, name, _ in _PART.findall(text)]


def stale() -> list[Path]:
    """Pages that do not say what the register says."""
    texts = {page: page.read_text(encoding="utf-8") for page in PAGES}
    return [page for page, text in texts.items() if written(text) != text]


def write() -> list[Path]:
    """Bring every page up to date; returns those that changed."""
    changed = stale()
    for page in changed:
        page.write_text(written(page.read_text(encoding="utf-8")), encoding="utf-8")
    return changed
