-- chosen_patient -> name_form and postcode_form: every name and postcode as it was sent, once, with its forms; and
-- former_form: former names and postcodes of the few records that have any. Millions of records share some hundred
-- thousand names and postcodes, so each is cleaned once and joined. One step a table: a macro in a macro is planned anew
-- for every place that it is written in.
create or replace temp table former_name_sent as
select source, sender, record_id, n.family as family_sent, n.given[1] as given_sent
from (select source, sender, record_id, unnest(former_names_sent) as n from chosen_patient where former_names_sent is not null);
create or replace temp table former_postcode_sent as
select source, sender, record_id, unnest(former_postcodes_sent) as postcode_sent
from chosen_patient
where former_postcodes_sent is not null;

create or replace temp table name_sent_once as
select family_sent as name_sent from chosen_patient where family_sent is not null
union
select given_sent from chosen_patient where given_sent is not null
union
select other_given_sent from chosen_patient where other_given_sent is not null
union
select family_sent from former_name_sent where family_sent is not null
union
select given_sent from former_name_sent where given_sent is not null;
create or replace temp table name_cleaned_once as
select name_sent, name_cleaned(name_sent) as name from name_sent_once
-- B/O is "baby of"; without its stroke it would be the name Bo.
where name_sent not ilike 'n/a' and not regexp_matches(name_sent, '^\s*b/o\b', 'i');
create or replace temp table name_plain_once as
select name_sent, name, letters_plain(name) as plain from name_cleaned_once;
create or replace temp table name_form as
select name_sent, name, regexp_replace(plain, '[^\p{L}]', '', 'g') as name_folded
from name_plain_once
where regexp_matches(plain, '\p{L}') and not is_placeholder_plain(plain);

create or replace temp table name_of_several as
select name_sent from name_plain_once where is_placeholder_plain(plain) and is_one_of_several_plain(plain);

create or replace temp table postcode_sent_once as
select postcode_sent from chosen_patient where postcode_sent is not null
union
select postcode_sent from former_postcode_sent where postcode_sent is not null;
create or replace temp table postcode_folded_once as
select postcode_sent, postcode_folded(postcode_sent) as code from postcode_sent_once;
create or replace temp table postcode_repaired_once as
select postcode_sent, postcode_repaired(code) as code from postcode_folded_once;
create or replace temp table postcode_form as
select postcode_sent, code as postcode, outcode_of(code) as outcode from postcode_repaired_once where is_postcode(code);

create or replace temp table former_form as
with named as (
    select n.source, n.sender, n.record_id, {'family_name': f.name, 'given_name': g.name} as called,
        f.name_folded as family_folded, g.name_folded as given_folded
    from former_name_sent as n
    left join name_form as f on f.name_sent = n.family_sent
    left join name_form as g on g.name_sent = n.given_sent
    where coalesce(f.name, g.name) is not null
),
names as (
    select source, sender, record_id,
        list(distinct called order by called) as former_names,
        list(distinct family_folded order by family_folded) filter (family_folded is not null) as families,
        list(distinct given_folded order by given_folded) filter (given_folded is not null) as givens
    from named
    group by all
),
postcodes as (
    select s.source, s.sender, s.record_id, list(distinct p.postcode order by p.postcode) as postcodes
    from former_postcode_sent as s
    inner join postcode_form as p on p.postcode_sent = s.postcode_sent
    group by all
)
select
    coalesce(n.source, p.source) as source, coalesce(n.sender, p.sender) as sender,
    coalesce(n.record_id, p.record_id) as record_id,
    n.former_names, n.families, n.givens, p.postcodes
from names as n
full outer join postcodes as p on p.source = n.source and p.sender = n.sender and p.record_id = n.record_id;
