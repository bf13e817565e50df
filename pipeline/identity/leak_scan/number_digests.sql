-- number_form -> number_written: the numbers as they may be written before they are hashed; home_postcode ->
-- postcode_written, the same; and digest_of_number, which
-- takes their digests in, each as the hashes of its first and second sixteen hexadecimal digits.
create or replace temp table number_written as
select digits as text from number_form
union all
select digits[1:3] || ' ' || digits[4:6] || ' ' || digits[7:10] from number_form
union all
select digits[1:3] || '-' || digits[4:6] || '-' || digits[7:10] from number_form
union all
select digits || chr(10) from number_form;  -- as a shell's echo hands it on

create or replace temp table digest_of_number (kind varchar, head ubigint, next ubigint);

create or replace temp table postcode_written as
select postcode as text from home_postcode
union all
select postcode[:-4] || ' ' || postcode[-3:] from home_postcode;
