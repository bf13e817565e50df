-- What an identifier looks like, for completeness of what arrived and for the leak scan of a product.
-- NHS number: ten digits, check digit by weights 10 to 2 modulo 11 (NHS Data Dictionary, NHS NUMBER).
create or replace temp macro digit(number, place) as substr(number, place, 1)::integer;
create or replace temp macro is_nhs_number(number) as
    case when regexp_full_match(number, '[0-9]{10}') then
        (11 - (digit(number, 1) * 10 + digit(number, 2) * 9 + digit(number, 3) * 8 + digit(number, 4) * 7
             + digit(number, 5) * 6 + digit(number, 6) * 5 + digit(number, 7) * 4 + digit(number, 8) * 3
             + digit(number, 9) * 2) % 11) % 11 = digit(number, 10)
        and not regexp_full_match(number, '0{10}|1{10}|2{10}|3{10}|4{10}|5{10}|6{10}|7{10}|8{10}|9{10}')
    else false end;

-- Ranges (NHS Data Dictionary, NHS NUMBER; NHS England): 4, 6 and 7 England, Wales and the Isle of Man;
-- 32 to 39 Northern Ireland; 9 test numbers; 01 to 31 Scotland, where the first six digits are a birth
-- date. SNOMED CT ids of ten digits all begin with 1, so a column of codes is spared the Scottish range.
create or replace temp macro is_in_issued_range(number, is_code) as
    regexp_full_match(number, '[4679][0-9]{9}|3[2-9][0-9]{8}')
    or (not is_code and regexp_full_match(number, '(0[1-9]|[12][0-9]|3[01])(0[1-9]|1[0-2])[0-9]{6}'));
-- Digits in full width read as the plain ones.
create or replace temp macro plain_width(text) as translate(text, '０１２３４５６７８９', '0123456789');
-- Runs of ten digits, written 3-3-4 with whatever between, or in one. Every separator is doubled first, so that one that ends
-- a run can also begin the next.
create or replace temp macro ten_digits(text) as
    list_transform(
        regexp_extract_all(regexp_replace(text, '([^0-9])', '\1\1', 'g'),
            '(?:^|[^0-9])([0-9]{3}[^0-9A-Za-z]{0,4}[0-9]{3}[^0-9A-Za-z]{0,4}[0-9]{4})(?:$|[^0-9])', 1),
        lambda run: regexp_replace(run, '[^0-9]', '', 'g'));
create or replace temp macro holds_nhs_number(text, is_code) as
    len(list_filter(ten_digits(text), lambda run: is_nhs_number(run) and is_in_issued_range(run, is_code))) > 0;
create or replace temp macro is_key(text) as
    strlen(text) in (16, 32, 64) and regexp_full_match(text, '[0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{16}');
-- A text without the keys and key ids named in it: sixteen random hexadecimal digits hold ten in a row that read as a
-- number, or the digits of a telephone, in about one deployment of a hundred, which then could never publish. What is all
-- digits is no key of ours, and stays.
create or replace temp macro without_keys(text) as
    if(length(text) > 16 and regexp_matches(text, '[0-9a-f]{16}'),
        regexp_replace(
            regexp_replace(text, '\b([0-9]{64}|[0-9]{32}|[0-9]{16})\b', '\1z', 'g'),
            '\b([0-9a-f]{64}|[0-9a-f]{32}|[0-9a-f]{16})\b', '', 'g'),
        text);
