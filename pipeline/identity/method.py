"""The method of linking in words: rules and thresholds by name, for whoever reads the linkage report."""

from __future__ import annotations


def describe_method() -> dict[str, str]:
    """Rules and thresholds in use, in the order in which they are tried; nothing here is about a person."""
    return {
        "cross_check": "the NHS number and the whole birth date of a record are those of the person index",
        "registered": "a general practice record that holds its number and birth date",
        "number_founded": "a number that nobody had, with one birth date",
        "birth_date_conflict": "a number that another birth date holds: a person of its own",
        "unmatched": "no number that can be trusted: a person of its own",
    }
