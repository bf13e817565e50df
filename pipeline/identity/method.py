"""The method of linking in words: rules and thresholds by name, for whoever reads the linkage report."""

from __future__ import annotations

from dataclasses import fields

from pipeline.identity.residue import DEFAULT_RULES
from pipeline.identity.residue.model import VERSION
from pipeline.identity.trace import TraceRules

_STEPS = {
    "registered": "a general practice record that holds its number and birth date",
    "cross_check": "number and birth date of a record are those of the person index; or the birth "
    "date in part, with the name (where a name is missing, the outward postcode)",
    "alphanumeric": "all demographics that a record gives agree with one person of the index, and no other",
    "algorithmic": "the best score of those who share a block of demographics, clear of the next best",
    "probabilistic": "the weight of what agrees and differs, by the trained model, is above the threshold",
    "decided": "a person decided it, with a reason",
    "number_founded": "a number that is nobody's in the index, with one birth date",
    "bucket": "unmatched records that the rules of the national record bucket hold for one person",
    "birth_date_conflict": "a number that another birth date or name holds, nothing else found: "
    "a person of its own",
    "unmatched": "nobody found: a person of its own, found again when it comes again",
    "one_time": "too little to be found again by: a person of its own",
}


def describe_method() -> dict[str, str]:
    """Steps in the order in which they are tried, then the model, rules and thresholds."""
    rules = {
        f"{room}: {field.name}": str(getattr(values, field.name))
        for room, values in (("trace", TraceRules()), ("residue", DEFAULT_RULES))
        for field in fields(values)
    }
    return {**_STEPS, "model": f"version {VERSION}", **rules}
