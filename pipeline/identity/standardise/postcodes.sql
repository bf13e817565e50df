-- Postcodes without space, with the letter O and the digit 0 put right by their place in the postcode, null where the
-- text is no postcode. Forms: A9, A99, A9A, AA9, AA99 or AA9A, then 9AA (Royal Mail, Programmers' Guide to PAF).
create or replace temp macro postcode_folded(value) as
    nullif(regexp_replace(upper(value), '[^A-Z0-9]', '', 'g'), '');
create or replace temp macro letters_in(code) as replace(code, '0', 'O');
create or replace temp macro digits_in(code) as replace(code, 'O', '0');
-- A district has no leading zero, so a 0 or O before another digit is a letter; a district's last letter is never O.
create or replace temp macro outcode_repaired(code) as case length(code)
    when 2 then letters_in(code[1]) || digits_in(code[2])
    when 3 then letters_in(code[1]) || case
        when code[2] in ('O', '0') and digits_in(code[3]) between '0' and '9' then 'O' || digits_in(code[3])
        else code[2] || digits_in(code[3]) end
    when 4 then letters_in(code[1:2]) || digits_in(code[3:4])
    else code
end;
create or replace temp macro postcode_repaired(code) as case
    when length(code) between 5 and 7
        then outcode_repaired(code[:-4]) || digits_in(code[-3]) || letters_in(code[-2:])
    else outcode_repaired(code)
end;
create or replace temp macro is_whole_postcode(code) as
    regexp_full_match(code, '[A-Z][A-Z]?[0-9][0-9A-Z]?[0-9][A-Z]{2}');
-- ZZ99 postcodes say that no address is known, or which country it is in (Organisation Data Service, pseudo postcodes):
-- everybody without one shares them, so they tell nobody apart.
create or replace temp macro is_postcode(code) as
    regexp_full_match(code, '[A-Z][A-Z]?[0-9][0-9A-Z]?([0-9][A-Z]{2})?') and not starts_with(code, 'ZZ99');
-- The outward half of a whole postcode, or an outward half that came alone.
create or replace temp macro outcode_of(postcode) as if(is_whole_postcode(postcode), postcode[:-4], postcode);
