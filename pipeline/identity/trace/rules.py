"""What the trace may be told: where it departs from the national rules, and the national rules themselves."""

from __future__ import annotations

from dataclasses import dataclass

from duckdb import DuckDBPyConnection


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceRules:
    """The departures from the Master Person Service, on unless :meth:`national` is asked for.

    The service searches everybody in England; this index holds one health-and-care system's people.
    A lone near match is therefore weaker evidence here, and each departure refuses or ranks for that
    reason. docs/decisions/0011 gives the reasons one by one.
    """

    own_number_binds: bool = True  # a record whose own number is verified is traced to no other number
    twin_guard: bool = True  # one birth date, plainly different given names: nobody's match
    halves_count: bool = True  # half of a double-barrelled family name may stand for the whole
    names_exchanged: bool = True  # family and given name in each other's place, all else exact: a match
    alphanumeric_needs_place: bool = True  # ... whole birth date, given name, and postcode or practice
    algorithmic_minimum: float = 85.0  # an algorithmic score below this is no match
    gap: float = 5.0  # two best candidates within these points: several close matches
    candidates: int = 50  # candidates scored, those of most blocks first

    @classmethod
    def national(cls) -> TraceRules:
        """The Master Person Service as the Person_ID Handbook (NHS England, February 2024) describes it."""
        return cls(
            own_number_binds=False,
            twin_guard=False,
            halves_count=False,
            names_exchanged=False,
            alphanumeric_needs_place=False,
            algorithmic_minimum=0.0,
        )

    def bind(self, connection: DuckDBPyConnection) -> None:
        """Set the rules as the variables ``rule_...`` that the trace's SQL reads."""
        for name in self.__slots__:
            connection.execute(f"set variable rule_{name} = ?", [getattr(self, name)])
