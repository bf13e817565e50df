with organisations as (

    select * from {{ ref('stg_reference__organisations') }}

),

-- Validities of one practice are kept apart: each ends where the next begins.
practices as (

    select
        ods_code as practice_code,
        organisation_name as practice_name,
        parent_ods_code as pcn_code,
        valid_from,
        least(
            coalesce(valid_to, date '9999-12-31'),
            coalesce(
                lead(valid_from) over (partition by ods_code order by valid_from) - 1,
                date '9999-12-31'
            )
        )::date as valid_to,
    from organisations
    where role = 'gp_practice'

)

select * from practices
