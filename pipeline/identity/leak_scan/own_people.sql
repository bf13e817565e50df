-- Everybody in the product with their own birth date, and how it may be written in a text.
create or replace temp table own_person as
with people as (
    select person_id, birth_date from vault.person where birth_date is not null
)
select
    keyed_hash('person|v1|' || person_id) as person_key,
    birth_date,
    '(^|[^0-9])(' || array_to_string([
        strftime(birth_date, '%Y.?%m.?%d'), strftime(birth_date, '%d.?%m.?%Y'), strftime(birth_date, '%m.?%d.?%Y')
    ], '|') || ')($|[^0-9])' as birth_date_forms,
from people;
