-- superseded_step, with chains followed -> current_number: one row an old number. A step that still leads to a number
-- which was itself replaced runs in a circle.
create or replace temp table current_number as
select
    s.old_number,
    if(count(distinct s.new_number) = 1 and not bool_or(s.new_number in (select old_number from supersession)),
        min(s.new_number), null) as current_number
from superseded_step as s
group by s.old_number;
