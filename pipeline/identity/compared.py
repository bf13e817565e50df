"""How two records compare field by field, in words: never their values."""

from __future__ import annotations

FIELDS = ("nhs_number", "birth_date", "family_name", "given_name", "gender", "postcode", "practice_code")


def compared_sql(field: str, here: str, there: str) -> str:
    """SQL of the word for ``field``: agreed, differed, or where it is missing; of two aliases."""
    return f"""case
    when {here}.{field} is null and {there}.{field} is null then 'missing in both'
    when {here}.{field} is null then 'missing here'
    when {there}.{field} is null then 'missing there'
    when {here}.{field} = {there}.{field} then 'agreed'
    else 'differed'
end"""
