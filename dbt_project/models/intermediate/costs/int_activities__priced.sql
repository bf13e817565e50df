with activities as (

    select * from {{ ref('int_activities__categorised') }}

),

prices as (

    select * from {{ ref('int_unit_costs__deflated') }}

),

currencies as (

    select * from {{ ref('activity_currencies') }}

)

-- The narrowest currency that has a price: HRG and category, HRG, category, type of activity.
select
    activities.activity_key,
    coalesce(hrg_category.unit_cost_gbp, hrg.unit_cost_gbp, category.unit_cost_gbp, kind.unit_cost_gbp)
    * if(
        coalesce(hrg_category.unit_cost_gbp, hrg.unit_cost_gbp) is null
        and coalesce(of_category.quantity, of_kind.quantity) = 'night',
        greatest(activities.n_nights_so_far, 1),
        1
    ) as cost_gbp,
    coalesce(hrg_category.cost_source, hrg.cost_source, category.cost_source, kind.cost_source)
        as cost_source,
    coalesce(hrg_category.currency, hrg.currency, category.currency, kind.currency) as currency,
    coalesce(hrg_category.cost_source, hrg.cost_source, category.cost_source, kind.cost_source)
    = 'national_average'
    or coalesce(hrg_category.currency, hrg.currency, category.currency) is null
    or (activities.activity_type = 'inpatient_spell' and coalesce(hrg_category.currency, hrg.currency) is null)
        as cost_is_proxy,
from activities
left join currencies as of_category
    on activities.activity_type = of_category.activity_type and activities.category = of_category.category
left join currencies as of_kind
    on activities.activity_type = of_kind.activity_type and of_kind.category = 'any'
left join prices as hrg_category
    on
        activities.hrg_code || '_' || upper(activities.category) = hrg_category.currency
        and activities.financial_year = hrg_category.financial_year
left join prices as hrg
    on activities.hrg_code = hrg.currency and activities.financial_year = hrg.financial_year
left join prices as category
    on of_category.currency = category.currency and activities.financial_year = category.financial_year
left join prices as kind
    on of_kind.currency = kind.currency and activities.financial_year = kind.financial_year
where
    coalesce(hrg_category.unit_cost_gbp, hrg.unit_cost_gbp, category.unit_cost_gbp, kind.unit_cost_gbp)
    is not null
