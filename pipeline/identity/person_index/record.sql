-- identity_record, patient_hash, link_tonight, anchor_person, and of vault.record what tonight may change
-- (record_before) -> record_fresh: the rows of vault.record that change tonight.
-- {content}: columns of an identity record; {linked}: columns of its link. Needs keyed_hash.
create or replace temp table record_fresh as
with content as (
    select i.*, h.row_hash
    from identity_record as i
    inner join patient_hash as h on h.record_key = i.record_key
    union all by name
    select {content}, row_hash from record_before as u anti join identity_record as i on i.record_key = u.record_key
    anti join record_gone as g on g.record_key = u.record_key
),
link as (
    select record_key, {linked} from link_tonight
    union all by name
    select record_key, {linked} from record_before as u anti join link_tonight as l on l.record_key = u.record_key
),
anchor_asked as (
    select distinct unnest([middle_anchor, loose_anchor]) as anchor from link
),
anchor_id as (
    select anchor, person_id from anchor_person
    union all
    select distinct r.middle_anchor, r.person_id
    from vault.record as r
    semi join (select anchor from anchor_asked anti join anchor_person using (anchor)) as a
        on a.anchor = r.middle_anchor
    -- Nothing joined or left such an anchor, so that who holds it is who held it.
),
fresh as (
    select
        c.*,
        l.* exclude (record_key),
        m.person_id,
        -- An id of its own namespace: the name of a part is not the name of a person.
        if(l.strict_anchor = l.middle_anchor, null, keyed_hash('strict|v1|' || l.strict_anchor))
            as strict_person_id,
        if(l.loose_anchor = l.middle_anchor, null, coalesce(o.person_id, keyed_hash('loose|v1|' || l.loose_anchor)))
            as loose_person_id
    from content as c
    inner join link as l on l.record_key = c.record_key
    left join anchor_id as m on m.anchor = l.middle_anchor
    -- A condition on one side alone would make this a loop over all pairs.
    left join anchor_id as o on o.anchor = nullif(l.loose_anchor, l.middle_anchor)
)
select f.*
from fresh as f
anti join record_before as r
    on r.record_key = f.record_key
    and r.row_hash = f.row_hash and r.content_hash = f.content_hash
    and {same};
