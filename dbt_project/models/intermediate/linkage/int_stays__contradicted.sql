with stays as (

    select
        person_key,
        sender,
        admitted_on,
        discharged_on,
        n_nights,
        patient_classification = '1' and n_nights >= 1 as is_overnight,
        admission_method in ('82', '83') as is_birth,
    from {{ ref('fct_hospital_spell') }}
    where source = 'acute'

),

links as (

    select * from {{ ref('int_links__weighed') }}
    where source = 'acute'

),

-- What a hospital's stays look like, to see how often two people's would contradict each other by chance.
hospitals as (

    select
        sender,
        count(*) filter (where is_overnight) / nullif(count(distinct person_key) filter (where is_overnight), 0)
            as stays_a_person,
        avg(n_nights) filter (where is_overnight) as nights_a_stay,
        count(distinct person_key) filter (where is_birth) / count(distinct person_key) as share_born,
    from stays
    group by sender

),

days as (

    select nullif({{ days_between('min(admitted_on)', 'max(discharged_on)') }}, 0) as n_days from stays

),

inpatients as (

    select
        person_key,
        sender,
        bool_or(is_overnight) as is_overnight,
        bool_or(is_birth) as is_birth,
    from stays
    group by person_key, sender

),

-- In hospital for a night at both; a transfer leaves the one on the day that it comes to the other.
simultaneous as (

    select distinct one.person_key, one.sender, other.sender as other_sender
    from stays as one
    inner join stays as other
        on
            one.person_key = other.person_key
            and one.sender < other.sender
            and one.admitted_on < other.discharged_on
            and other.admitted_on < one.discharged_on
    where one.is_overnight and other.is_overnight

),

-- Born twice; a newborn who is moved may be entered as a birth at both, within days.
born_twice as (

    select distinct one.person_key, one.sender, other.sender as other_sender
    from stays as one
    inner join stays as other
        on
            one.person_key = other.person_key
            and one.sender < other.sender
            and abs({{ days_between('one.admitted_on', 'other.admitted_on') }}) > 28
    where one.is_birth and other.is_birth

),

pairs as (

    select
        one.person_key,
        one.sender,
        other.sender as other_sender,
        one.is_overnight and other.is_overnight as is_overnight,
        one.is_birth or other.is_birth as is_birth,
        if(one.is_birth, of_other.share_born, of_one.share_born) as share_born,
        1 - exp(
            -of_one.stays_a_person * of_other.stays_a_person
            * (of_one.nights_a_stay + of_other.nights_a_stay - 1) / days.n_days
        ) as share_simultaneous,
        if(link.link_confidence <= other_link.link_confidence, link.link_step, other_link.link_step) as link_step,
    from inpatients as one
    inner join inpatients as other on one.person_key = other.person_key and one.sender < other.sender
    inner join hospitals as of_one on one.sender = of_one.sender
    inner join hospitals as of_other on other.sender = of_other.sender
    inner join links as link on one.person_key = link.person_key and one.sender = link.sender
    inner join links as other_link on other.person_key = other_link.person_key and other.sender = other_link.sender
    cross join days

)

select
    'simultaneous_stays' as control_id,
    pairs.link_step,
    count(*) as links_tried,
    count(simultaneous.person_key) as conflicts,
    sum(pairs.share_simultaneous) as conflicts_if_false,
from pairs
left join simultaneous
    on
        pairs.person_key = simultaneous.person_key
        and pairs.sender = simultaneous.sender
        and pairs.other_sender = simultaneous.other_sender
where pairs.is_overnight
group by pairs.link_step
union all
select
    'born_twice' as control_id,
    pairs.link_step,
    count(*) as links_tried,
    count(born_twice.person_key) as conflicts,
    sum(pairs.share_born) as conflicts_if_false,
from pairs
left join born_twice
    on
        pairs.person_key = born_twice.person_key
        and pairs.sender = born_twice.sender
        and pairs.other_sender = born_twice.other_sender
where pairs.is_birth
group by pairs.link_step
