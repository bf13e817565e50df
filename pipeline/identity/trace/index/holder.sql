-- record_of_number (identity records that give a number looked at) -> index_evidence (those of them with a birth date)
-- and index_holder (one row an established number: its birth date). A number is established where a GP record
-- holds it (not a test record), or where a sender had it verified.
create or replace temp table index_evidence as
select
    r.traceable_number as nhs_number,
    r.birth_date,
    r.record_key,
    r.source = 'gp' as is_gp,
    coalesce(r.nhs_number_status = '01', false) and not r.is_superseded_number as is_verified,
    -- 04 and 05: the sender's own trace found nobody, or somebody else (NHS NUMBER STATUS INDICATOR CODE).
    coalesce(r.nhs_number_status in ('04', '05'), false) as is_doubted,
    r.is_superseded_number,
    r.is_registered,
    if(r.is_registered, r.registered_on, null) as registered_on
from record_of_number as r
where r.birth_date is not null and not r.is_test;

-- One birth date a number: that of a GP registration, the current one that began last before any other; for a number
-- that no practice holds, the birth date that was verified, and that most records give. Doubted records decide last.
create or replace temp table index_holder as
with evidence as (
    select
        nhs_number,
        birth_date,
        coalesce(max(1 + is_registered::integer) filter (is_gp and not is_superseded_number), 0) as gp_standing,
        bool_or(is_verified) as is_verified,
        bool_and(is_doubted) as is_doubted,
        max(registered_on) filter (is_gp) as registered_on,
        count(*) as records
    from index_evidence
    group by nhs_number, birth_date
)
select nhs_number, birth_date, gp_standing > 0 as is_from_gp, is_verified, is_doubted
from evidence
where gp_standing > 0 or is_verified
qualify row_number() over (
    partition by nhs_number
    order by is_doubted, gp_standing desc, is_verified desc, registered_on desc nulls last, records desc, birth_date
) = 1;
