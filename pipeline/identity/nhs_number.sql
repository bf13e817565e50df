-- NHS number rules (NHS Data Dictionary, NHS NUMBER: ten digits, the last a modulus 11 check digit).
create or replace temp macro nhs_number_digits(value) as
    nullif(regexp_replace(value, '[ \x{A0}\t-]', '', 'g'), '');
-- Weights 10 to 2 on the first nine digits and 1 on the check digit: a number that can exist sums to a
-- multiple of 11 (a remainder that would call for check digit 10 never does).
create or replace temp macro nhs_number_weighted_sum(n) as
    (n // 1000000000 % 10) * 10 + (n // 100000000 % 10) * 9 + (n // 10000000 % 10) * 8
    + (n // 1000000 % 10) * 7 + (n // 100000 % 10) * 6 + (n // 10000 % 10) * 5
    + (n // 1000 % 10) * 4 + (n // 100 % 10) * 3 + (n // 10 % 10) * 2 + n % 10;
-- NHS England's reject list: one digit ten times, and 1000000001, 2000000002 to 9000000009.
create or replace temp macro nhs_number_is_disallowed(n) as
    n % 1111111111 = 0 or (n % 1000000001 = 0 and n // 1000000001 between 1 and 9);
-- Issued in England, Wales and the Isle of Man: 400 000 0000 to 499 999 9999 and 600 000 0000 to
-- 799 999 9999. Numbers beginning with 9 were never issued: they are for test data.
create or replace temp macro nhs_number_is_english(n) as
    n between 4000000000 and 4999999999 or n between 6000000000 and 7999999999;
create or replace temp macro nhs_number_outcome(digits, status, allow_synthetic, is_superseded := false) as case
    when digits is null then 'missing'
    when not regexp_full_match(digits, '[0-9]{10}') then 'not_10_digits'
    when nhs_number_weighted_sum(try_cast(digits as bigint)) % 11 <> 0 then 'bad_check_digit'
    when nhs_number_is_disallowed(try_cast(digits as bigint)) then 'disallowed_pattern'
    when try_cast(digits as bigint) >= 9000000000 and not allow_synthetic then 'test_range'
    when try_cast(digits as bigint) < 9000000000 and not nhs_number_is_english(try_cast(digits as bigint))
        then 'non_england_range'
    when is_superseded then 'superseded'
    when status = '01' then 'valid_traced'
    else 'valid_untraced'
end;
