"""Who is in a product: pseudonyms only, the people that eligibility let through, none lost."""

from __future__ import annotations

from expectations.results import CRITICAL, WARNING
from expectations.rules import Suite, distinct, each_row, tallied

# Ours: a practice that is open to all has ten times as many; of a hundred, ten who move are a tenth.
LIST_TO_JUDGE_BY = 100

SUITE = Suite(
    word="published.people",
    rules=(
        distinct("person_once", CRITICAL, "a person has one row", table="core.person", key="person_key"),
        tallied(
            "person_key_is_pseudonym",
            CRITICAL,
            "a person_key is 64 lower-case hexadecimal digits, in every table",
            table="person_tally",
            checked="rows",
            failed="malformed",
            place="place",
        ),
        tallied(
            "person_known",
            CRITICAL,
            "every row's person is in core.person",
            table="person_tally",
            checked="rows",
            failed="unknown",
            place="place",
        ),
        each_row(
            "person_released",
            CRITICAL,
            "every person is among those that eligibility let into the product",
            table="core.person",
            relation="(select a.person_key is null as is_not_released from {batch} as p "
            "left join released_person as a on p.person_key = a.person_key)",
            failed="is_not_released",
            place="'core.person'",
        ),
        each_row(
            "released_person_present",
            WARNING,
            "every person that eligibility let into the product is in core.person",
            table="released_person",
            relation="(select p.person_key is null as is_absent from {batch} as a "
            "left join core.person as p on p.person_key = a.person_key)",
            failed="is_absent",
            place="'core.person'",
        ),
        each_row(
            "products_cannot_be_joined",
            CRITICAL,
            "no person_key stands in the other product too",
            table="core.person",
            relation="(select o.person_key is not null as is_shared from {batch} as p "
            "left join other_person as o on p.person_key = o.person_key)",
            failed="is_shared",
            place="'core.person'",
        ),
        each_row(
            "people_not_lost",
            CRITICAL,
            "the product has not lost more people than the limit allows since it was last published",
            table="release",
            failed="people_now < people_before * (1 - drop_limit)",
            place="'core.person'",
        ),
        each_row(
            "practice_lists_not_lost",
            CRITICAL,
            f"no practice of {LIST_TO_JUDGE_BY} people or more lost more of its list than the limit allows "
            "since the last published night, unless it has closed or the site accepts it",
            table="practice_fall",
            checked=f"registered_people_before >= {LIST_TO_JUDGE_BY} and not is_excused",
            failed="is_far",
            place="practice_code",
        ),
        each_row(
            "practice_lists_agree",
            WARNING,
            "every practice's list is what its feed left open, and no list fell further than the limit, "
            "whatever its size and its reason",
            table="quality.practice_reconciliation",
            failed="is_passed is not true",
            place="practice_code",
        ),
        tallied(
            "months_not_days",
            CRITICAL,
            "birth_month and death_month are first days of a month",
            table="month_tally",
            checked="rows",
            failed="days",
            place="place",
        ),
        each_row(
            "registered_people_have_a_segment",
            CRITICAL,
            "every registered person has exactly one population segment",
            table="core.person",
            relation="(select coalesce(s.n, 0) as n from {batch} as p left join "
            "(select person_key, count(*) as n from wsic.population_segment group by all) as s "
            "on p.person_key = s.person_key where p.is_registered)",
            failed="n <> 1",
            place="'wsic.population_segment'",
        ),
    ),
)
