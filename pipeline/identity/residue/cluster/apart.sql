(
    coalesce(x.claimed_number <> y.claimed_number, false)
    or getvariable('guard_names') and (
        given_plainly_differs(x.given_instances, x.given_folded, y.given_instances, y.given_folded)
        or may_be_twins(
            x.node, x.given_folded, x.birth_date, x.number_compared, x.is_of_several_born,
            y.node, y.given_folded, y.birth_date, y.number_compared, y.is_of_several_born)
        -- What the national service calls one person it has seen more of.
        or not coalesce(x.national_id = y.national_id, false) and (
            birth_keeps_apart(
                x.birth_date, x.number_compared, x.claimed_number, x.family_instances, x.given_instances, x.given_folded,
                y.birth_date, y.number_compared, y.claimed_number, y.family_instances, y.given_instances, y.given_folded)
            or family_keeps_apart(
                x.family_core, x.family_instances, x.given_folded, x.number_compared,
                y.family_core, y.family_instances, y.given_folded, y.number_compared)
        )
    )
)
