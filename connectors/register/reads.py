"""Which FHIR elements an expression of the register reads, and whether their words let its column leave."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

from sqlglot import exp, parse_one

from connectors.declare import Handling
from connectors.register.fhir import elements

# What each macro of connectors/fhir/macros.sql takes from the element that it is given.
_TAKES: Mapping[str, tuple[str, ...]] = {
    "first_code": ("coding.code",),
    "local_code": ("coding.system", "coding.code"),
    "concepts_local_code": ("coding.system", "coding.code"),
    "clinical_coding": ("coding",),
    "system_word": ("",),
    "reference_key": ("reference",),
    "reference_id": ("reference",),
    "ods_of": ("identifier.system", "identifier.value"),
    "identifier_value": ("system", "value"),
    "fhir_date": ("",),
    "fhir_timestamp": ("",),
    "fhir_precision": ("",),
}
_EXTENSION_OF = ("ukcore", "wsic")
# What a column may be worked out from: a coarser or hashed one never from what must not leave at all.
_MAY_READ: Mapping[Handling, frozenset[Handling]] = {
    Handling.KEEP: frozenset({Handling.KEEP}),
    Handling.GENERALISE: frozenset({Handling.KEEP, Handling.GENERALISE}),
    Handling.PSEUDONYMISE: frozenset({Handling.KEEP, Handling.PSEUDONYMISE}),
}


@cache
def elements_read(resource: str, expression: str, item: str | None = None) -> tuple[str, ...]:
    """Paths of the elements that a register expression over ``resource`` reads, in its order.

    ``item`` names the element that the entity unnests. Raises :class:`ValueError` where the expression
    calls something whose reading is not known, or reads what is no element.
    """
    known = elements(resource)
    paths: dict[str, None] = {}
    for found in _reads(parse_one(expression, dialect="duckdb"), ""):
        path = f"{resource}.{_out_of(found, item)}"
        below = [name for name in known if name == path or name.startswith(f"{path}.")]
        if not below:
            raise ValueError(f"{resource}: {expression}: {path} is no landed element; nothing else may leave")
        paths.update(dict.fromkeys(below))
    return tuple(paths)


def check_reading(where: str, handling: Handling, paths: tuple[str, ...]) -> None:
    """Raise :class:`ValueError` where an element's word, or its lack of one, forbids the column to leave."""
    for path in paths:
        word = elements(path.split(".", 1)[0])[path]
        if word not in _MAY_READ[handling]:
            said = word.value if word else "no word, so dropped"
            raise ValueError(f"{where}: a column to {handling} may not be worked out from {path} ({said})")


def _out_of(path: str, item: str | None) -> str:
    return path.replace("item", item, 1) if item and path.split(".")[0] == "item" else path


def _reads(node: exp.Expr, rest: str) -> Iterator[str]:
    """Element paths below the resource that ``node`` reads, ``rest`` being taken of its value."""
    if isinstance(node, exp.Dot):
        yield from _reads(node.this, _joined(node.expression.name, rest))
    elif isinstance(node, exp.Column):
        yield _joined(".".join(part.name for part in node.parts), rest)
    elif isinstance(node, exp.Anonymous):
        yield from _macro(node, rest)
    elif isinstance(node, exp.Lambda):
        return  # over the elements of a list that is read anyway
    else:
        for child in node.iter_expressions():
            yield from _reads(child, rest)


def _macro(node: exp.Anonymous, rest: str) -> Iterator[str]:
    name, (first, *others) = node.name.lower(), node.expressions
    if name in _EXTENSION_OF:
        for place in _reads(first, ""):
            yield f"{place}({others[0].name}).{rest}"
    elif name in _TAKES:
        for taken in _TAKES[name]:
            yield from _reads(first, _joined(taken, rest))
    else:
        raise ValueError(f"what {name}() reads is not known; valid: {', '.join((*_EXTENSION_OF, *_TAKES))}")


def _joined(path: str, rest: str) -> str:
    return ".".join(part for part in (path, rest) if part)
