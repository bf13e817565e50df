-- number_form -> number_written: the numbers as they may be written before they are hashed; and digest_of_number, which
-- takes their digests in, each as the hashes of its first and second sixteen hexadecimal digits.
create or replace temp table number_written as
select digits as text from number_form
union all
select digits[1:3] || ' ' || digits[4:6] || ' ' || digits[7:10] from number_form
union all
select digits[1:3] || '-' || digits[4:6] || '-' || digits[7:10] from number_form;

create or replace temp table digest_of_number (kind varchar, head ubigint, next ubigint);
