"""No person stands out in a product: at least five people share what ``core.person`` shows of them.

Counted anew on what is about to be published, over birth and death, sex, place of residence and its
deprivation, ethnicity, and whether they are registered. Of whom no more is shown than whether they are
registered and have died there is no class. Practice and network are measured beside it, not left out:
``core.registration`` and ``core.activity`` name the practice under the same pseudonym.
"""

from __future__ import annotations

from collections.abc import Mapping

from expectations.results import CRITICAL
from expectations.rules import Suite, each_row

K = 5
# What a class shares, and what stands in a column of a person of whom it is not shown.
SHOWN: Mapping[str, str] = {
    "birth_month": "null",
    "age_years": "null",
    "age_band": "null",
    "sex": "'unknown'",
    "ethnic_category": "null",
    "ethnic_group": "'Unknown'",
    "lsoa_code": "null",
    "imd_decile": "null",
    "imd_version": "null",
    "local_authority_code": "null",
    "death_month": "null",
}
SHOWN_OF_EVERYBODY = ("is_registered", "is_deceased")
# Measured, not judged.
MEASURED = ("practice_code", "pcn_code")
# Pseudonyms, and how much was left out, which follows from what is shown.
TELLING_NOTHING = ("person_key", "generalised_level")
_NOTHING = " and ".join(f"{column} is not distinct from {instead}" for column, instead in SHOWN.items())

SUITE = Suite(
    word="published.k_anonymity",
    rules=(
        each_row(
            "nobody_stands_out",
            CRITICAL,
            f"at least {K} people share what is shown of birth, death, sex, place, ethnicity and "
            "deprivation (but in direct_care)",
            table="core.person",
            relation=f"(select {', '.join((*SHOWN, *SHOWN_OF_EVERYBODY))}, count(*) as people from {{batch}} "
            f"where not ({_NOTHING}) group by all)",
            checked="getvariable('is_identifiable_by_design') is distinct from true",
            failed=f"people < {K}",
            place="'core.person'",
        ),
        each_row(
            "k_anonymity_measured",
            CRITICAL,
            f"quality.k_anonymity says how many people stand in classes of fewer than {K}: before, after, "
            "and for whoever knows their practice",
            table="quality.k_anonymity",
            relation=f"(select count(distinct stage) filter (where k = {K}) as stages from {{batch}})",
            failed="stages <> 3",
            place="'quality.k_anonymity'",
        ),
    ),
)
