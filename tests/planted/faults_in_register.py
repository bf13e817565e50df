"""Faults in the allow-list, whose lines let leave what has to stay; and records that must not be landed."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest

import connectors.register as register
from pipeline.errors import InputRefusedError, WsicError
from tests.planted.damage import in_zone, is_any
from tests.planted.deployment import BORN_THERE, NAME, Deployment
from tests.planted.fault import Fault, Plant
from tests.planted.sender import landed, send

Patch = pytest.MonkeyPatch


def _line(old: str, new: str, file: str = "patients.toml") -> Plant:
    """A line of the allow-list changed: the register is read from a copy of its files."""

    def plant(d: Deployment, patch: Patch) -> None:
        folder = d.home / "register"
        if not folder.exists():
            shutil.copytree(Path(register.__file__).parent, folder)
        path = folder / file
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), "utf-8")
        patch.setattr(register, "_FOLDER", folder)
        register.entities.cache_clear()

    return plant


def _typed_name(d: Deployment, patch: Patch) -> None:
    """A sender's code field in which somebody typed a name, and a line that lets any text through."""
    (gp,) = d.zones.fhir_files("Patient")
    d.rewrite(gp, f"update t set gender = '{NAME[1]}' where _record_id = 'p1'")
    _line(_SEX, _SEX.replace('domain = "gender"', 'domain = "key"'))(d, patch)


def _sent(**elements: Any) -> Plant:
    return lambda d, _: send(d, **elements)


_SEX = 'name = "sex"\ntype = "VARCHAR"\nfrom = "gender"\nhandling = "keep"\ndomain = "gender"'
_FAMILY = _SEX.replace('"gender"', '"name[1].family"', 1)
_NEWBORN = 'name = "effective_on"\ntype = "DATE"\ngeneralise = "newborn_day"'
_MODIFIER = [{"url": "https://sender.example/StructureDefinition/is-not", "valueBoolean": True}]
_REGISTER: dict[str, Any] = {"step": "pseudonymise", "error": WsicError}
_LAND: dict[str, Any] = {"step": "land_records", "error": InputRefusedError, "alone": True}
_NAME_LEFT = in_zone("gp__patients", f"sex = '{NAME[1]}'")


def _is_landed(d: Deployment) -> bool:
    return is_any(landed(d), "t where id = 'changed'")


FAULTS = (
    Fault(
        name="an allow-list line that keeps a family name", gate="register.elements",
        says=r"ValueError at connectors/register/reads\.py", plant=_line(_SEX, _FAMILY),
        behind=("register.domains",), damage=_NAME_LEFT, alone=True, **_REGISTER,
    ),
    Fault(
        name="an allow-list line that keeps a whole birth date", gate="register.elements",
        says=r"ValueError at connectors/register/reads\.py",
        plant=_line(
            "from = \"date_trunc('month', fhir_date(birthDate))::date\"\nhandling = \"generalise\"",
            'from = "fhir_date(birthDate)"\nhandling = "keep"',
        ),
        behind=("register.days",), damage=in_zone("gp__patients", "day(birth_month) <> 1"), alone=True,
        **_REGISTER,
    ),
    Fault(
        name="an allow-list line with the word of an identifier", gate="register.words",
        says=r"ValueError at connectors/register/__init__\.py",
        plant=_line(_SEX, _FAMILY.replace('"keep"', '"identifier"')),
        behind=("register.elements", "register.domains"), damage=_NAME_LEFT, **_REGISTER,
    ),
    Fault(
        name="an allow-list line that lets any text through", gate="register.domains",
        says=r"ValueError at pipeline/identity/pseudonymise/projection\.py", plant=_typed_name,
        damage=_NAME_LEFT, **_REGISTER,
    ),
    Fault(
        name="an allow-list line that keeps the day of a birth in hospital", gate="register.days",
        says=r"ValueError at connectors/register/__init__\.py",
        plant=_line(f'{_NEWBORN}\nfrom = "fhir_date(effectiveDateTime)"\nhandling = "generalise"',
                    'name = "effective_on"\ntype = "DATE"\nfrom = "fhir_date(effectiveDateTime)"\n'
                    'handling = "keep"', "observations.toml"),
        damage=in_zone("gp__observations", f"effective_on = date '{BORN_THERE}'"), **_REGISTER,
    ),
    *(
        Fault(
            name=f"a record with a modifier {where}", gate=gate, says=f"unknown_modifier at {path}",
            plant=_sent(**elements), damage=_is_landed, **_LAND,
        )
        for where, gate, path, elements in (
            ("at its top", "landing.modifiers", r"\$\.modifierExtension",
             {"modifierExtension": _MODIFIER}),
            # FHIR itself knows no modifier inside a name: there another rule would refuse it, too.
            ("inside its contact", "landing.modifiers_below", r"\$\.contact\.modifierExtension",
             {"contact": [{"name": {"family": "x"}, "modifierExtension": _MODIFIER}]}),
        )
    ),
)  # fmt: skip
