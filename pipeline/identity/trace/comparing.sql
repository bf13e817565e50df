-- How two people are compared: birth dates in part, names that plainly differ, and the scores of the algorithmic trace.
-- Source of the scores: NHS England, Person_ID Handbook, technical details (tables 1 and 2, figures 6 and 7).
create or replace temp macro digits_swapped(n) as (n % 10) * 10 + n // 10;
-- Of day, month and year at least two agree, where day and month may be exchanged, the digits of the day, and the
-- last two digits of the year.
create or replace temp macro is_partial_birth_date(y, m, d, birth_date) as
    (coalesce(y = year(birth_date) or (y // 100 = year(birth_date) // 100
        and digits_swapped(y % 100) = year(birth_date) % 100), false)::integer
    + coalesce(m = month(birth_date), false)::integer
    + coalesce(d = day(birth_date) or digits_swapped(d) = day(birth_date), false)::integer) >= 2
    or coalesce(d = month(birth_date) and m = day(birth_date), false);
-- One given name may be the other's: equal at the root, an initial, the start or end of a compound one, or close.
create or replace temp macro is_like_given(a, a_root, b, b_root) as
    a_root = b_root or a = b or (length(a) = 1 or length(b) = 1) and left(a, 1) = left(b, 1)
    or (length(a) >= 3 and (starts_with(b, a) or ends_with(b, a)))
    or (length(b) >= 3 and (starts_with(a, b) or ends_with(a, b)))
    or jaro_winkler_similarity(a, b) >= 0.85;
-- ... now or before, or it is one of the other given names, by which people are called too.
create or replace temp macro is_like_family(a_name, a, b_name, b, b_former) as
    a = b or list_contains(b_former, a) or list_contains(name_halves(a_name), b) or list_contains(name_halves(b_name), a)
    or jaro_winkler_similarity(a, b) >= 0.85;
create or replace temp macro is_like_any_given(a, a_root, b, b_root, b_former, b_other) as
    is_like_given(a, a_root, b, b_root)
    or len(b_former) > 0 and len(list_filter(b_former, lambda f: is_like_given(a, a_root, f, f))) > 0
    or b_other is not null and list_contains(string_split(letters_plain(b_other), ' '), a);
-- Family and given name changed places, as a form is filled in wrongly.
create or replace temp macro is_exchanged(a_given, a_family, b_given, b_family) as
    coalesce(a_given = b_family and a_family = b_given, false);
-- Scores 0 to 100. A feature that the record lacks has no score.
create or replace temp macro score_of_birth_date(y, m, d, birth_date) as case
    when y is null and m is null and d is null then null
    when y = year(birth_date) and m = month(birth_date) and d = day(birth_date) then 100
    when coalesce(y = year(birth_date), false)::integer + coalesce(m = month(birth_date), false)::integer
        + coalesce(d = day(birth_date), false)::integer = 2 then 66
    when y = year(birth_date) and d = month(birth_date) and m = day(birth_date) then 66
    when y = year(birth_date) then 33
    else 0
end;
-- 'other' stands for not specified, 'unknown' for not known (PERSON STATED GENDER CODE 9 and X).
create or replace temp macro score_of_gender(ours, theirs) as case
    when ours is null or theirs is null then null
    when ours = theirs then 100
    when ours in ('male', 'female') and theirs in ('male', 'female') then 0
    else 50
end;
-- Lengths count the space before the inward half, as a whole postcode is written with it.
create or replace temp macro postcode_length(postcode, outward) as length(postcode) + (length(postcode) > length(outward))::integer;
create or replace temp macro score_of_one_postcode(ours, theirs) as case
    when ours = theirs then 100.0
    when starts_with(theirs, ours) then
        postcode_length(ours, outcode_of(theirs)) / postcode_length(theirs, outcode_of(theirs)) * 100.0
    else 0.0
end;
-- Former postcodes are tried only where the current one scores nothing.
create or replace temp macro score_of_postcode(ours, theirs, former) as case
    when ours is null or (theirs is null and len(former) = 0) then null
    when score_of_one_postcode(ours, theirs) > 0 then score_of_one_postcode(ours, theirs)
    else coalesce(list_max(list_transform(former, lambda p: score_of_one_postcode(ours, p))), 0.0)
end;
-- Names are scored as they were entered, upper case, with any letter outside ASCII as "@".
create or replace temp macro name_scored(name) as regexp_replace(name, '[^\x00-\x7F]', '@', 'g');
create or replace temp macro score_of_name(ours, theirs) as
    if(ours is null or theirs is null, null, jaro_winkler_similarity(name_scored(ours), name_scored(theirs)) * 100.0);
-- With the rule, half of a double-barrelled name scores as the whole of it would.
create or replace temp macro score_of_family(ours, theirs) as case
    when ours is null or theirs is null then null
    when getvariable('rule_halves_count') and (regexp_matches(ours, '[ -]') or regexp_matches(theirs, '[ -]'))
        then greatest(score_of_name(ours, theirs), coalesce(list_max(flatten(list_transform(
            list_append(name_halves(ours), letters_only(ours)), lambda half: list_transform(
                list_append(name_halves(theirs), letters_only(theirs)), lambda other:
                    jaro_winkler_similarity(half, other) * 100.0)))), 0.0))
    else score_of_name(ours, theirs)
end;
