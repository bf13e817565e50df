"""Where a rotation works: a home beside the home, with folders of its own for what it makes.

The zones that it only reads are links to the real ones. What it makes lies on the file system of the zone
that it is for, in a folder that nobody else may enter, so that it can be put in its place by renaming.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline import warehouse
from pipeline.publish import remove
from pipeline.settings import PRODUCTS, Settings
from pipeline.zones import ZONES

_NAME = ".rekeyed"
_MADE = ("pseudonymised", "warehouse", "published")


def make(settings: Settings, product: str) -> Settings:
    """The settings of a fresh home to rotate ``product`` in; another one's leavings are removed."""
    clear(settings)
    staged = replace(settings, home=settings.home.absolute() / _NAME)
    staged.home.mkdir(mode=0o700)
    for zone in ZONES:
        real = settings.home.absolute() / zone
        if zone in _MADE:
            real = real / _NAME
            real.mkdir(mode=0o700)
        (staged.home / zone).symlink_to(real)
    published = settings.home.absolute() / "published"
    for other in PRODUCTS:
        if other != product:
            (published / _NAME / other).symlink_to(published / other)
    # What is served now, so that the checks before publishing compare with it.
    (published / _NAME / product).mkdir(mode=0o755)
    served = (published / product / "current.duckdb").resolve()
    (published / _NAME / product / "current.duckdb").symlink_to(served)
    warehouse.carry(settings, staged, product)
    return staged


def put_in_place(settings: Settings, product: str) -> None:
    """Once the new version is served: destroy what the old key made, keep what the new one made.

    Can be called again after a crash: what is still in the staging is what is still to be moved.
    """
    home = settings.home.absolute()
    remove(home / "published" / _NAME / product)
    for zone in ("pseudonymised", "warehouse"):
        for made in sorted((home / zone / _NAME).glob("*")):
            remove(home / zone / made.name)
            made.rename(home / zone / made.name)


def clear(settings: Settings) -> None:
    """Remove every trace of a rotation that is over."""
    home = settings.home.absolute()
    for folder in (*(home / zone / _NAME for zone in _MADE), home / _NAME):
        if folder.exists():
            remove(folder)


def folders(settings: Settings) -> list[Path]:
    """Folders that there are while a rotation is under way."""
    home = settings.home.absolute()
    return [home / _NAME, *(home / zone / _NAME for zone in _MADE)]
