-- Spreads legally_restricted in row_reason from a row to the whole of its hospital spell: every encounter that
-- partOf joins to it, up or down, and every row that refers to one of them. GP and social care have no spells.
create or replace temp table restricted_row as
select distinct source, sender, file_id, row from row_reason
where reason = 'legally_restricted' and source not in ('gp', 'social_care');

create or replace temp table encounter_edge as
with part as (
    select _source as source, _sender as sender, id, reference_id(partOf) as whole
    from encounter_row
    where reference_id(partOf) is not null and _source in (select source from restricted_row)
)
select source, sender, id as here, whole as there from part
union all
select source, sender, whole, id from part;

create or replace temp table restricted_encounter as
with recursive spread as (
    select e._source as source, e._sender as sender, e.id
    from encounter_row as e
    inner join restricted_row as r
        on r.source = e._source and r.sender = e._sender and r.file_id = e._file_id and r.row = e._row
    union
    select e._source, e._sender, e.encounter_id
    from encounter_reference as e
    inner join restricted_row as r
        on r.source = e._source and r.sender = e._sender and r.file_id = e._file_id and r.row = e._row
    where e.encounter_id is not null
    union
    select d.source, d.sender, d.there
    from spread as s
    inner join encounter_edge as d on d.source = s.source and d.sender = s.sender and d.here = s.id
)
select * from spread;

insert into row_reason
select e._source, e._sender, e._file_id, e._row, 'legally_restricted'
from encounter_row as e
inner join restricted_encounter as r on r.source = e._source and r.sender = e._sender and r.id = e.id
union
select e._source, e._sender, e._file_id, e._row, 'legally_restricted'
from encounter_reference as e
inner join restricted_encounter as r on r.source = e._source and r.sender = e._sender and r.id = e.encounter_id;
