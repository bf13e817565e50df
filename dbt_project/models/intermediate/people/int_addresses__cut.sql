-- A home without a first day began when the last one that is known of ended.
with addresses as (

    select
        person_key,
        {{ told_by('source') }} as told_by,
        coalesce(
            start_on,
            if(end_on is null, max(end_on) over (partition by person_key, {{ told_by('source') }}), null),
            date '1900-01-01'
        ) as start_on,
        coalesce(end_on, date '9999-12-31') as end_on,
        lsoa_code,
        local_authority_code,
        addresses_key,
    from {{ ref('int_addresses__unioned') }}
    where local_authority_code is not null and coalesce(address_use, 'home') in ('home', 'old')

),

-- General practice keeps the dated history; other settings only fill in where it has none, an ambulance's crew last.
believed as (

    select * from addresses
    qualify told_by = min(told_by) over (partition by person_key)

),

chosen as (

    select
        *,
        row_number() over (
            partition by person_key, start_on order by end_on desc, local_authority_code asc, lsoa_code asc
        ) as n_of_start,
    from believed

),

cut as (

    select
        person_key,
        lsoa_code,
        local_authority_code,
        start_on,
        least(
            end_on,
            coalesce(lead(start_on) over (partition by person_key order by start_on), date '9999-12-31')
        ) as end_on,
    from chosen
    where n_of_start = 1

)

select * from cut
where end_on > start_on
