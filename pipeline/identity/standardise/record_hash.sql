-- 64 bits over every column of an identity record that linking reads; lineage is not among them, nor the hash itself.
create or replace temp macro record_hash(
    nhs_number, outcome, status, traceable_number, birth_date, birth_year, birth_month, birth_day, family_name, given_name,
    other_given_name, former_names, gender, postcode, former_postcodes, practice_code, is_registered, registered_on,
    death_date, is_restricted, is_test, is_of_several_born
) as hash(
    nhs_number, outcome, status, traceable_number, birth_date, birth_year, birth_month, birth_day, family_name, given_name,
    other_given_name, former_names, gender, postcode, former_postcodes, practice_code, is_registered, registered_on,
    death_date, is_restricted, is_test, is_of_several_born
);
