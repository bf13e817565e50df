"""What dbt parsed and the gate of purposes found, carried to a home that is to build the same project.

Neither is believed there: dbt holds what it parsed against every file of the project and against its profile,
and the gate its verdict against all that it rests on. Where anything is another, both are done anew.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from pipeline.settings import Settings
from pipeline.warehouse.purposes import verdict
from pipeline.zones import Zones

_PARSED = Path("target", "partial_parse.msgpack")


def carry(settings: Settings, to: Settings, product: str) -> None:
    """Give ``to``, in which ``product`` was not built yet, what ``settings`` keeps beside its warehouses.

    What is not kept is not given; nor is a link, or what a link leads to, as an account of dbt's own may
    write links.
    """
    zone, other = (Zones(home.home).warehouse(product).parent for home in (settings, to))
    work = Path(Zones(to.home).warehouse(product).with_suffix(".dbt").name)
    for kept in (work / _PARSED, Path(verdict.NAME)):
        if (zone / kept).is_file() and (zone / kept).resolve() == zone.resolve() / kept:
            for folder in reversed((other / kept).relative_to(other).parents[:-1]):
                (other / folder).mkdir(mode=0o700, exist_ok=True)
            shutil.copyfile(zone / kept, other / kept)
            (other / kept).chmod(0o600)
