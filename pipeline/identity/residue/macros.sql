-- What both sides of the residue's linkage are read by. A node is a residue record or an index person.
-- Needs the macros of standardise: the halves of a family name are the same ones here as in the trace.
create or replace temp macro letters_of(value) as
    nullif(regexp_replace(strip_accents(upper(value)), '[^\p{L}]', '', 'g'), '');
-- A family name without its particles, to be compared by spelling: van der Berg is no more like van der Merwe than Berg is.
create or replace temp macro family_core(cleaned, folded) as if(
    regexp_matches(cleaned, '[ -]'),
    coalesce(
        nullif(list_aggregate(list_filter(
            list_transform(regexp_split_to_array(cleaned, '[ -]+'), lambda part: letters_only(part)),
            lambda part: not is_particle(part)
        ), 'string_agg', ''), ''),
        folded
    ),
    folded
);
create or replace temp macro known_words(words) as list_distinct(list_filter(words, lambda word: word is not null));
-- Postcodes of no place: ZZ99 is the NHS Postcode Directory's prefix for no fixed abode and abroad.
create or replace temp macro placed(value) as if(value like 'ZZ99%', null, value);
create or replace temp macro swapped_birth(value) as
    if(day(value) <= 12 and day(value) <> month(value), make_date(year(value), day(value), month(value)), null);
-- Given names that can hardly be one person's: no instance in common, neither the beginning of the other,
-- and not alike in spelling (Jaro-Winkler, as the Master Person Service compares names).
create or replace temp macro given_plainly_differs(instances_l, given_l, instances_r, given_r) as coalesce(
    not list_has_any(instances_l, instances_r)
    and not starts_with(given_l, given_r)
    and not starts_with(given_r, given_l)
    and jaro_winkler_similarity(given_l, given_r) < 0.85,
    false
);
-- Two nodes that are never one person's, whatever speaks for it: two verified numbers, or (twins, and others
-- of a household) plainly different given names. Only a person's decision goes over the second.
create or replace temp macro nodes_apart(claimed_l, claimed_r, instances_l, given_l, instances_r, given_r) as
    coalesce(claimed_l <> claimed_r, false)
    or (getvariable('guard_names') and given_plainly_differs(instances_l, given_l, instances_r, given_r));
-- Birth dates, both whole, that no slip turns into each other: fewer than two parts agree, and not exchanged.
create or replace temp macro birth_plainly_differs(birth_l, birth_r) as coalesce(
    (year(birth_l) = year(birth_r))::integer + (month(birth_l) = month(birth_r))::integer
        + (day(birth_l) = day(birth_r))::integer < 2
    and coalesce(swapped_birth(birth_l) <> birth_r, true),
    false
);
-- A household shares names, postcode and practice: another birth date is another member (a father, a newborn on the
-- mother's number). Only the number, with the given name, outweighs it: and the family name too, unless it was verified.
create or replace temp macro birth_keeps_apart(
    birth_l, number_l, claimed_l, families_l, givens_l, given_l, birth_r, number_r, claimed_r, families_r, givens_r, given_r
) as birth_plainly_differs(birth_l, birth_r) and not coalesce(
    number_l = number_r
    and (list_has_any(givens_l, givens_r) or jaro_winkler_similarity(given_l, given_r) >= 0.85)
    and (claimed_l is not null and claimed_r is not null or list_has_any(families_l, families_r)),
    false
);
-- Newborns of one ward, tenants of one house: where no given name says that it is one person (nobody has one at first), a
-- plainly different family name keeps apart. The number outweighs it.
create or replace temp macro family_keeps_apart(
    family_l, families_l, given_l, number_l, family_r, families_r, given_r, number_r
) as (given_l is null or given_r is null)
    and not coalesce(number_l = number_r, false)
    and coalesce(
        not list_has_any(families_l, families_r)
        and not starts_with(family_l, family_r)
        and not starts_with(family_r, family_l)
        and jaro_winkler_similarity(family_l, family_r) < 0.85,
        false
    );
-- The sender of a node that is a record (source|sender|local id), and the local id at it; null of an index person.
create or replace temp macro sender_of(node) as if(starts_with(node, 'nhs|'), null, nullif(split_part(node, '|', 2), ''));
create or replace temp macro patient_of(node) as regexp_replace(node, '^[^|]*[|][^|]*[|]', '');
-- Twins before they have a given name: born on one day, at least one without a given name, no number in common; and one was
-- called "twin" or numbered, or one sender has them as two patients. Family, place and practice say nothing of them.
create or replace temp macro may_be_twins(
    node_l, given_l, birth_l, number_l, of_several_l, node_r, given_r, birth_r, number_r, of_several_r
) as coalesce(birth_l = birth_r and (given_l is null or given_r is null), false)
    and not coalesce(number_l = number_r, false)
    and case
        when sender_of(node_l) = sender_of(node_r) then patient_of(node_l) <> patient_of(node_r)
        else coalesce(of_several_l, false) or coalesce(of_several_r, false)
    end;
