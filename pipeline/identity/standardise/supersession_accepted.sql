-- {said} (record_key, old_number, new_number) and {holder} (record_key, nhs_number, birth_date, is_registered, is_verified)
-- -> {accepted} (old_number, new_number): whom to believe that a number has replaced another. A practice, or a record whose
-- own number is verified; and not where the old number is still somebody's, registered or verified, nor where its former
-- holder has a birth date that no holder of the new one has.
create or replace temp table number_held as
select
    h.nhs_number,
    bool_or(h.is_registered or h.is_verified) as is_held,
    list(distinct h.birth_date) filter (h.birth_date is not null) as births
from {holder} as h
where h.nhs_number in (select unnest([old_number, new_number]) from {said})
group by h.nhs_number;
create or replace temp table {accepted} as
select distinct s.old_number, s.new_number
from {said} as s
inner join {holder} as speaker on speaker.record_key = s.record_key and speaker.nhs_number = s.new_number
inner join number_held as n on n.nhs_number = s.new_number
left join number_held as o on o.nhs_number = s.old_number
where
    not coalesce(o.is_held, false)
    and (o.births is null or n.births is null or list_has_all(n.births, o.births));
