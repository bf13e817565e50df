{{ config(materialized='table') }}
with recursive assembled as (

    select * from {{ ref('int_hospital_spells__assembled') }}

),

linked as (

    {{ at_each_threshold('assembled') }}

),

spells as (

    select
        *,
        row_number() over (
            partition by link_threshold, linked_key
            order by admitted_at, coalesce(discharged_at, timestamp '9999-12-31'), spell_key
        ) as n_of_person,
    from linked

),

-- A later spell that starts 0 to 2 days after an earlier one's discharge, on a transfer. Of two stays
-- without a night on one day either may be the earlier: the feed has no times.
transfers as (

    select
        earlier.link_threshold,
        earlier.spell_key as earlier_key,
        later.spell_key as later_key,
    from spells as earlier
    inner join spells as later
        on
            earlier.link_threshold = later.link_threshold
            and earlier.linked_key = later.linked_key
            and earlier.spell_key != later.spell_key
            and earlier.admitted_on <= later.admitted_on
            and {{ days_between('earlier.discharged_on', 'later.admitted_on') }} between 0 and 2
            and (
                earlier.discharge_destination in ('51', '52', '53')
                or later.source_of_admission in ('51', '52', '53')
                or later.admission_method in ('2B', '81')
            )

),

neighbours as (

    select link_threshold, earlier_key as spell_key, later_key as neighbour_key from transfers
    union all
    select link_threshold, later_key as spell_key, earlier_key as neighbour_key from transfers

),

-- Everything that a spell reaches over transfers, in either direction: one stay.
reached as (

    select link_threshold, spell_key, spell_key as reached_key from neighbours
    union
    select reached.link_threshold, reached.spell_key, neighbours.neighbour_key as reached_key
    from reached
    inner join neighbours
        on reached.link_threshold = neighbours.link_threshold and reached.reached_key = neighbours.spell_key

),

stays as (

    select
        reached.link_threshold,
        reached.spell_key,
        min_by(reached.reached_key, spells.n_of_person) as inpatient_spell_group,
    from reached
    inner join spells
        on reached.link_threshold = spells.link_threshold and reached.reached_key = spells.spell_key
    group by reached.link_threshold, reached.spell_key

)

select
    spells.* exclude (n_of_person),
    coalesce(stays.inpatient_spell_group, spells.spell_key) as inpatient_spell_group,
    {{ days_between('spells.admitted_on', 'spells.discharged_on') }} as n_nights,
    {{ is_emergency_admission('spells.admission_method') }} as is_emergency,
from spells
left join stays on spells.link_threshold = stays.link_threshold and spells.spell_key = stays.spell_key
