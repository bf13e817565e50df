"""Whether every model may read what it reads, for what it says that it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.lineage import ROWS, Graph, Place
from pipeline.warehouse.purposes.kept import Register
from pipeline.warehouse.purposes.project import SOURCE, Model, Project

_NAMED = 4  # columns named in a message; the rest are counted


@dataclass(frozen=True, slots=True)
class Finding:
    """A model that may not be built, and why; ``rule_id`` as in the ledger."""

    rule_id: str
    model: str
    reason: str

    def __str__(self) -> str:
        return f"{self.model}: {self.reason}"


def judge(project: Project, register: Register, undeclared: Sequence[str]) -> list[Finding]:
    """Every reason not to build, in the order of the ``PURPOSE_RULES``; none where all is well."""
    graph = Graph(project.readings)
    found = [
        Finding("columns_declared", column, "the pseudonymised zone holds it and the register does not")
        for column in undeclared
    ]
    found += [finding for model in project.models for finding in _declared(model, register)]
    found += [Finding("lineage_known", name, reason) for name, reason in sorted(project.strange.items())]
    found += [finding for model in project.models for finding in _allowed(model, graph, register)]
    return found


def described(project: Project, register: Register) -> Iterator[Mapping[str, str]]:
    """A row a published column: ``table_name, column_name, handling, register_columns, sources, legal_bases,
    purposes``; nothing of a model that could not be followed."""
    graph = Graph(project.readings)
    for model in project.models:
        if model.is_published:
            table = ".".join(model.relation.split(".")[1:])
            for column, places in project.readings[model.relation].columns.items():
                origins = sorted(place for near in places for place in graph.values(near))
                yield {"table_name": table, "column_name": column, **_origin(origins, register)}


def _declared(model: Model, register: Register) -> Iterator[Finding]:
    listed = ", ".join(sorted(register.purposes))
    if model.must_declare and not model.purposes:
        yield Finding(
            "purpose_declared", model.name, f"no purpose in its yml (config: meta: purpose); valid: {listed}"
        )
    for word in model.purposes:
        if word not in register.purposes:
            yield Finding("purpose_declared", model.name, f"purpose {word!r} is not known; valid: {listed}")


def _allowed(model: Model, graph: Graph, register: Register) -> Iterator[Finding]:
    for purpose in model.purposes if model.purposes else ():
        against = sorted(
            place for place in graph.read_by(model.relation) if purpose not in register.of(place).purposes
        )
        if against and purpose in register.purposes:
            yield Finding("purpose_allowed", model.name, _why(purpose, against, register))


def _why(purpose: str, against: Sequence[Place], register: Register) -> str:
    named = [_said(place, register) for place in against if place.column != ROWS] or ["their rows"]
    more = [f"and {len(named) - _NAMED} more"] if len(named) > _NAMED else []
    return f"{purpose} is not allowed by the legal bases of what it reads: " + ", ".join(
        named[:_NAMED] + more
    )


def _said(place: Place, register: Register) -> str:
    kept = register.of(place)
    allowed = ", ".join(sorted(kept.purposes)) or "nothing"
    return f"{_short(place)} (allows {allowed})"


def _short(place: Place) -> str:
    return ".".join((*place.relation.split(".")[1:], place.column))


def _origin(places: Sequence[Place], register: Register) -> Mapping[str, str]:
    of_people = [
        place for place in places if place.relation.startswith(f"{SOURCE}.") and register.of(place).handling
    ]
    of_people = [place for place in of_people if register.of(place) != register.not_personal]
    kept = [register.of(place) for place in of_people]
    columns = {".".join((place.relation.split(".")[2], place.column)) for place in of_people}
    allowed = register.purposes.intersection(*(item.purposes for item in kept))
    return {
        "handling": ", ".join(sorted({item.handling for item in kept})),
        "register_columns": ", ".join(sorted(columns)),
        "sources": ", ".join(sorted({place.relation.split(".")[1] for place in of_people})),
        "legal_bases": ", ".join(sorted({word for item in kept for word in item.legal_bases})),
        "purposes": ", ".join(sorted(allowed)) if kept else "",
    }
