"""What is compared, level by level from the most to the least alike: the shape that a model is trained in.

Every condition is SQL over the columns of :mod:`pipeline.identity.residue.nodes`, suffixed ``_l`` and ``_r``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from splink.comparison_library import CustomComparison

# Two number records are one slip apart: one digit wrong, left out, doubled, or two neighbours exchanged.
_ONE_SLIP = "damerau_levenshtein(number_compared_l, number_compared_r) = 1"
_PARTS_EQUAL = (
    "(birth_year_l = birth_year_r)::integer + (birth_month_l = birth_month_r)::integer "
    "+ (birth_day_l = birth_day_r)::integer"
)
_PARTIAL = "(birth_date_l is null or birth_date_r is null)"

_FAMILY = (
    ("exact", "family_folded_l = family_folded_r"),
    ("former name or half of a double-barrelled one", "list_has_any(family_instances_l, family_instances_r)"),
    ("alike", "jaro_winkler_similarity(family_core_l, family_core_r) >= 0.92"),
    ("somewhat alike", "jaro_winkler_similarity(family_core_l, family_core_r) >= 0.85"),
)
_GIVEN = (
    ("exact", "given_folded_l = given_folded_r"),
    ("nickname, former or second name", "list_has_any(given_instances_l, given_instances_r)"),
    (
        "initial or beginning",
        "starts_with(given_folded_l, given_folded_r) or starts_with(given_folded_r, given_folded_l)",
    ),
    ("alike", "jaro_winkler_similarity(given_folded_l, given_folded_r) >= 0.88"),
)
_BIRTH = (
    ("exact", "birth_date_l = birth_date_r"),
    ("day and month exchanged", "swapped_birth_l = birth_date_r"),
    (
        "year differs",
        "birth_year_l <> birth_year_r and birth_month_l = birth_month_r and birth_day_l = birth_day_r",
    ),
    ("day or month differs", f"({_PARTS_EQUAL}) = 2"),
    ("year and month agree", f"{_PARTIAL} and birth_year_l = birth_year_r and birth_month_l = birth_month_r"),
    (
        "year agrees",
        f"{_PARTIAL} and birth_year_l = birth_year_r and (birth_month_l is null or birth_month_r is null)",
    ),
)
_POSTCODE = (
    ("exact", "postcode_l = postcode_r"),
    ("former", "list_has_any(postcode_instances_l, postcode_instances_r)"),
    ("sector", "sector_l = sector_r"),
    ("outcode", "outcode_l = outcode_r"),
)
# Status 01 says that the national service agreed on number and birth date.
_NUMBER = (
    (
        "exact and verified",
        "number_compared_l = number_compared_r "
        "and claimed_number_l is not null and claimed_number_r is not null",
    ),
    ("exact", "number_compared_l = number_compared_r"),
    ("one slip", _ONE_SLIP),
)
# A death is told late, and some systems keep the day on which they heard.
_DEATH = (
    ("same", "death_date_l = death_date_r"),
    ("within 31 days", "abs(date_diff('day', death_date_l, death_date_r)) <= 31"),
)


def comparisons() -> list[CustomComparison]:
    """The comparisons, in the order in which their weights are added."""
    return [
        _comparison("family_name", "family_folded", _FAMILY, frequency="family_folded"),
        _comparison("given_name", "given_folded", _GIVEN, frequency="given_folded"),
        _comparison("birth_date", "birth_year", _BIRTH),
        _comparison("gender", "gender", (("same", "gender_l = gender_r"),)),
        _comparison("postcode", "postcode", _POSTCODE),
        _comparison("practice", "practice_code", (("same", "practice_code_l = practice_code_r"),)),
        _comparison("nhs_number", "number_compared", _NUMBER),
        _comparison("death_date", "death_date", _DEATH),
    ]


def _comparison(
    name: str, needed: str, levels: tuple[tuple[str, str], ...], *, frequency: str | None = None
) -> CustomComparison:
    """One comparison; missing where ``needed`` is missing on a side, different where no level holds."""
    from splink.comparison_level_library import CustomLevel, ElseLevel
    from splink.comparison_library import CustomComparison

    made: list[Any] = [
        CustomLevel(f"{needed}_l is null or {needed}_r is null", "missing").configure(is_null_level=True)
    ]
    for place, (label, condition) in enumerate(levels):
        level: Any = CustomLevel(condition, label)
        if frequency and place == 0:
            level = level.configure(tf_adjustment_column=frequency, tf_adjustment_weight=1.0)
        made.append(level)
    made.append(ElseLevel().configure(label_for_charts="different"))
    return CustomComparison(output_column_name=name, comparison_levels=made)
