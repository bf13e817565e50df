-- decision_standing, decision, link_tonight -> contradiction_fresh, contradiction_gone (rows of vault.contradiction that
-- change): what people decided to be one person and tonight's links hold to be two. Two that were decided to be
-- different are never joined. A record that is not there just now is not decided about.
create or replace temp table decision_broken as
with side as (
    select
        d.left_key, d.decided_right_key as right_key, d.decided_at, l.middle_anchor as left_anchor,
        coalesce(r.middle_anchor, if(starts_with(d.right_key, 'nhs|'), d.right_key, null)) as right_anchor
    from decision_standing as d
    inner join link_tonight as l on l.record_key = d.left_key
    left join link_tonight as r on r.record_key = d.right_key
    where d.verdict = 'same'
)
select * from side where left_anchor <> right_anchor;

create or replace temp table contradiction_tonight as
with anchor_named as (
    select distinct unnest([left_anchor, right_anchor]) as anchor from decision_broken
),
-- The established numbers of each side and of what it is joined to.
claim as (
    select anchor, substr(anchor, 5) as number
    from anchor_named
    where
        starts_with(anchor, 'nhs|') and (
            substr(anchor, 5) in (select nhs_number from person_index)
            or substr(anchor, 5) in (select matched_number from trace_result)
            or anchor in (select right_key from decision_standing)
        )
    union
    select a.anchor, k.traceable_number
    from anchor_named as a
    inner join link_tonight as l on l.middle_anchor = a.anchor
    inner join residue_known as k on k.record_key = l.record_key
    where k.nhs_number_outcome = 'valid_traced'
),
two_numbers as (
    select distinct b.left_key, b.right_key
    from decision_broken as b
    inner join claim as l on l.anchor = b.left_anchor
    inner join claim as r on r.anchor = b.right_anchor and r.number <> l.number
),
kept_apart as (
    select l.middle_anchor as one, coalesce(r.middle_anchor, d.right_key) as other
    from decision_standing as d
    inner join link_tonight as l on l.record_key = d.left_key
    left join link_tonight as r on r.record_key = d.right_key
    where d.verdict = 'different'
)
select
    b.left_key, b.right_key, b.decided_at,
    case
        when (b.left_key, b.right_key) in (select left_key, right_key from two_numbers) then 'two_numbers'
        when
            (b.left_anchor, b.right_anchor) in (select one, other from kept_apart)
            or (b.right_anchor, b.left_anchor) in (select one, other from kept_apart)
            then 'other_decision'
        else 'too_many_records'
    end as reason
from decision_broken as b;

create or replace temp table contradiction_fresh as
select left_key, right_key, decided_at, reason from contradiction_tonight
except
select left_key, right_key, decided_at, reason from vault.contradiction;
create or replace temp table contradiction_gone as
select left_key, right_key from vault.contradiction anti join contradiction_tonight using (left_key, right_key);
