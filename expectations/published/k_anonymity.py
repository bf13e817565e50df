"""No person stands out in a product: at least five people share what is shown of age, sex, area, ethnicity.

Counted anew on what is about to be published. Of whom nothing is shown there is no class.
"""

from __future__ import annotations

from expectations.results import CRITICAL
from expectations.rules import Suite, each_row

K = 5
_SHOWN = (
    "birth_month, age_years, age_band, sex, lsoa_code, local_authority_code, ethnic_category, ethnic_group"
)
_NOTHING = (
    "birth_month is null and age_years is null and age_band is null and sex = 'unknown' "
    "and lsoa_code is null and local_authority_code is null "
    "and ethnic_category is null and ethnic_group = 'Unknown'"
)

SUITE = Suite(
    word="published.k_anonymity",
    rules=(
        each_row(
            "nobody_stands_out",
            CRITICAL,
            f"at least {K} people share what is shown of age, sex, area, ethnicity (but in direct_care)",
            table="core.person",
            relation=f"(select {_SHOWN}, count(*) as people from {{batch}} where not ({_NOTHING}) "
            "group by all)",
            checked="getvariable('is_identifiable_by_design') is distinct from true",
            failed=f"people < {K}",
            place="'core.person'",
        ),
        each_row(
            "k_anonymity_measured",
            CRITICAL,
            "quality.k_anonymity says how many people stand in small classes, before and after",
            table="quality.k_anonymity",
            relation="(select count(distinct stage) as stages from {batch})",
            failed="stages <> 2",
            place="'quality.k_anonymity'",
        ),
    ),
)
