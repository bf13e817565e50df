"""What two validators say of damaged resources; ``python -m tests.fhir_validator.verdicts`` keeps it.

``fhir.resources`` is at hand wherever the project is; the second one runs on Node and is installed by
``make fhir-validator``. Its verdicts lie beside this file, so that what both refuse is known without it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fhir.resources.R4B import get_fhir_model_class
from pydantic import ValidationError

from tests.fhir_validator.cases import cases
from tests.fhir_validator.installed import Verdict, verdicts

KEPT = Path(__file__).with_name("verdicts.json")


def of_model(resource_type: str, resource: Mapping[str, Any]) -> list[str]:
    """Paths at which ``fhir.resources`` refuses a resource; none where it takes it."""
    try:
        get_fhir_model_class(resource_type).model_validate(dict(resource))
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False, include_context=False)
        return sorted({".".join(map(str, one["loc"])) or resource_type for one in found})
    except Exception as error:  # a validator that stumbles has not taken the resource
        return [type(error).__name__]
    return []


def kept() -> dict[str, Verdict]:
    """What the second validator said of each case when it was last asked."""
    found: dict[str, Verdict] = json.loads(KEPT.read_text("utf-8"))
    return found


def main() -> None:
    """Ask the second validator anew and keep what it says."""
    said = verdicts({case.name: case.resource for case in cases()})
    KEPT.write_text(json.dumps(said, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
