"""The trained model: a versioned JSON file, the repo's own or the site's; tonight's data alter nothing in it.

Keys: version, population (people of the system that the prior is for), rare (frequency of a name that the
model does not list), term_frequencies (column -> name -> share of people) and splink (Splink's own settings).
The file ``model-<version>.training.json`` beside it says how it was trained and what it measured.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import SetupError

VERSION = "2"
_OWN = Path(__file__).with_name(f"model-{VERSION}.json")
_SITE = "residue-model.json"
_KEYS = {"version", "population", "rare", "term_frequencies", "splink"}


@dataclass(frozen=True, slots=True)
class Model:
    """A model as read; ``digest`` (SHA-256 of the file) tells whether stored edges are of another model."""

    version: str
    population: int
    rare: dict[str, float]
    term_frequencies: dict[str, dict[str, float]]
    splink: dict[str, Any]
    digest: str


def load_model(identity_zone: Path | None = None) -> Model:
    """The site's own model where one lies in its identity zone, else the repo's.

    Raises :class:`SetupError` where the file is not a whole model.
    """
    site = identity_zone / _SITE if identity_zone else None
    return read_model(site if site and site.exists() else _OWN)


def site_model_path(identity_zone: Path) -> Path:
    """Where a site's own model lies: it lists names of the site's people, so in the identity zone."""
    return identity_zone / _SITE


def read_model(path: Path) -> Model:
    """The model in ``path``; raises :class:`SetupError` where it is not whole."""
    content = path.read_bytes()
    try:
        read = json.loads(content)
    except ValueError:
        raise SetupError(f"{path.name} is not JSON; train a model with: wsic link train") from None
    missing = sorted(_KEYS - set(read)) if isinstance(read, dict) else sorted(_KEYS)
    if missing:
        raise SetupError(f"{path.name} lacks {', '.join(missing)}; train a model with: wsic link train")
    return Model(**{key: read[key] for key in _KEYS}, digest=hashlib.sha256(content).hexdigest())
