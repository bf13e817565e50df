"""CLD columns on the event: request, assessment, service or review, and its planned cost."""

from __future__ import annotations

from connectors.columns import code, day, dropped, free_text, identifier, kept
from connectors.declare import Column, Kind, Severity
from connectors.social_care.cld.words import listed


def event_columns() -> tuple[Column, ...]:
    """Event, assessment, service, review and cost, in the specification's order."""
    return (*_event(), *_assessment(), *_service(), *_review(), *_cost())


def _event() -> tuple[Column, ...]:
    return (
        code(
            "Event Type",
            "Request, Assessment, Service or Review",
            *listed("Event Type"),
            key=True,
            required=True,
            on_unknown=Severity.ROW,
        ),
        dropped("Event Reference", "The council's own reference; not unique between submissions"),
        day("Event Start Date", "First day of the event", key=True, required=True),
        day("Event End Date", "Last day; blank while a service is open"),
        free_text("Event Description", "What the council wrote about the event"),
        code(
            "Event Outcome", "What followed from the event", *listed("Event Outcome"), on_unknown=Severity.ROW
        ),
        code(
            "Request: Route of Access",
            "By which way the person asked",
            *listed("Request: Route of Access"),
            key=True,
        ),
    )


def _assessment() -> tuple[Column, ...]:
    return (
        code("Assessment Type", "Kind of assessment", *listed("Assessment Type")),
        dropped("Eligible Needs Identified", "Whether eligible needs were found"),
        dropped("Method of Assessment", "How it was done"),
        dropped("Total Hrs Caring per week", "Hours that a carer cares, in bands"),
        dropped("No. of adults being cared for", "How many adults a carer cares for"),
        *(
            identifier(f"Adult {number} Linked Person_ID", "The council's number of a person cared for")
            for number in (1, 2, 3)
        ),
    )


def _service() -> tuple[Column, ...]:
    return (
        code(
            "Service Type",
            "Short or long term support, and its kind",
            *listed("Service Type"),
            key=True,
            on_unknown=Severity.ROW,
        ),
        code(
            "Service Component",
            "What is provided",
            *listed("Service Component"),
            key=True,
            on_unknown=Severity.ROW,
        ),
        code(
            "Delivery Mechanism",
            "How it is arranged; often blank",
            *listed("Delivery Mechanism"),
            key=True,
            on_unknown=Severity.ROW,
        ),
        dropped("Provider CQC Location Name", "Name of the provider's location"),
        dropped("Provider CQC Location ID", "CQC id of the provider's location"),
    )


def _review() -> tuple[Column, ...]:
    return (
        dropped("Review Reason", "Why the review was held"),
        dropped("Review Outcomes Achieved", "Whether outcomes were achieved"),
        dropped("Method of Review", "How it was done"),
    )


def _cost() -> tuple[Column, ...]:
    return (
        kept("Unit Cost", "Planned cost of a unit, GBP", Kind.DECIMAL, on_malformed=Severity.WARNING),
        code(
            "Cost Frequency (Unit Type)",
            "What a unit is: weekly, hourly, one-off ...",
            *listed("Cost Frequency (Unit Type)"),
        ),
        kept("Planned units per week", "Units planned a week", Kind.DECIMAL, on_malformed=Severity.WARNING),
    )
