"""The elements of FHIR R4 (HL7, 4.0.1) of every landed resource type and of its data types, as data.

``r4.csv``, one row a member of a type: ``owner`` (a type, or the path of an element that has members of its
own), ``name``, ``type`` (a primitive begins with a small letter), ``is_list``, ``least`` (how many there must
be) and ``choice`` (the name of the choice that it is one form of, or empty).
"""

from __future__ import annotations

from pathlib import Path

COLUMNS = ("owner", "name", "type", "is_list", "least", "choice")
TABLE = Path(__file__).with_name("r4.csv")
WALK = Path(__file__).with_name("walk.sql")

# Primitive -> the JSON types that json_tree gives it, and the form of its text (HL7 FHIR R4, data types).
_TEXT, _WHOLE = "VARCHAR", "BIGINT UBIGINT"
_DAY = r"[0-9]{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12][0-9]|3[01]))?)?"
_CLOCK = r"([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?"
_ZONE = r"(Z|[+-]((0[0-9]|1[0-3]):[0-5][0-9]|14:00))"
_WHOLE_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
PRIMITIVES: dict[str, tuple[str, str]] = {
    "boolean": ("BOOLEAN", ""),
    "integer": (_WHOLE, ""),
    "unsignedInt": (_WHOLE, r"[0-9]+"),
    "positiveInt": (_WHOLE, r"[1-9][0-9]*"),
    "decimal": (f"{_WHOLE} DOUBLE HUGEINT", ""),
    "string": (_TEXT, ""),
    "markdown": (_TEXT, ""),
    "xhtml": (_TEXT, ""),
    "base64Binary": (_TEXT, ""),
    "code": (_TEXT, r"[^\s]+(\s[^\s]+)*"),
    "id": (_TEXT, r"[A-Za-z0-9\-\.]{1,64}"),
    "uri": (_TEXT, r"\S+"),
    "url": (_TEXT, r"\S+"),
    "canonical": (_TEXT, r"\S+"),
    "oid": (_TEXT, r"urn:oid:[0-2](\.(0|[1-9][0-9]*))+"),
    "uuid": (_TEXT, r"urn:uuid:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"),
    "date": (_TEXT, _DAY),
    # Some senders write a time of day without seconds; the date rules take that too.
    "dateTime": (_TEXT, rf"{_DAY}|{_WHOLE_DAY}T(([01][0-9]|2[0-3]):[0-5][0-9]|{_CLOCK}){_ZONE}"),
    "instant": (_TEXT, rf"{_WHOLE_DAY}T(([01][0-9]|2[0-3]):[0-5][0-9]|{_CLOCK}){_ZONE}"),
    "time": (_TEXT, _CLOCK),
}
DATED = ("date", "dateTime", "instant", "time")
