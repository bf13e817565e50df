-- Why a record is not traced to a person of the index by demographics, whatever else agrees.
-- A verified number binds its record. Twins share birth date, family name, address, often gender: given names that are
-- both known and plainly different keep them apart.
create or replace temp macro is_bound_elsewhere(has_verified_number, own_number, their_number) as
    coalesce(getvariable('rule_own_number_binds') and has_verified_number and own_number <> their_number, false);
create or replace temp macro is_twin(born, given, root, their_birth, their_given, their_root, their_former, their_other) as
    coalesce(getvariable('rule_twin_guard') and born = their_birth
        and not is_like_any_given(given, root, their_given, their_root, their_former, their_other), false);
