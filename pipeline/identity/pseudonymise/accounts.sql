-- What became of every current native row of one source. Views: current_row (source, sender, file_id, row,
-- record_id, supporting), written_row (sender, file_id, row), resource_row and organisation_row (sender,
-- file_id, row); variable reason_order, the reasons in the order that decides. A row that was written and is none of the
-- current ones has a fate too (not is_current), so that whoever balances the accounts need not look for it again.
create or replace temp table row_fate as
select
    c.source,
    c.sender,
    c.file_id,
    c.row,
    c.record_id,
    e.person_id,
    w.file_id is not null as is_written,
    c.file_id is not null as is_current,
    case
        when c.file_id is null then null
        when c.supporting then 'not_person_level'
        when e.person_id is null then 'not_linked'
        when e.reason is null or r.reason is null then coalesce(e.reason, r.reason)
        when list_position(getvariable('reason_order'), e.reason)
            <= list_position(getvariable('reason_order'), r.reason) then e.reason
        else r.reason
    end as reason
from current_row as c
left join record_eligibility as e on e.source = c.source and e.sender = c.sender and e.record_id = c.record_id
left join row_eligibility as r
    on r.source = c.source and r.sender = c.sender and r.file_id = c.file_id and r.row = c.row
full join written_row as w on w.sender = c.sender and w.file_id = c.file_id and w.row = c.row;

-- A row that no reason explains, or whose person is not known, may have become no resource about a person.
create or replace temp table unexplained_row as
select sender, file_id, row from row_fate where not is_written and coalesce(reason, 'not_linked') = 'not_linked';
create or replace temp table resourceless_row as
select u.*, o.file_id is not null as is_organisation
from unexplained_row as u
anti join resource_row as r on r.sender = u.sender and r.file_id = u.file_id and r.row = u.row
left join (select distinct * from organisation_row) as o
    on o.sender = u.sender and o.file_id = u.file_id and o.row = u.row;
update row_fate
set reason = if(u.is_organisation, 'not_person_level', 'no_resource')
from resourceless_row as u
where u.sender = row_fate.sender and u.file_id = row_fate.file_id and u.row = row_fate.row;

insert into written_record
select distinct source, sender, record_id from row_fate where is_written;
insert into withheld_row
select reason, person_id, count(*) from row_fate where not is_written and reason is not null group by all;
insert into file_account
select file_id, count(*), count(*) filter (is_written), count(*) filter (not is_written and reason is not null)
from row_fate
group by file_id;
