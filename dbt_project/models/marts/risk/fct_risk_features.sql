with counted as (

    select * from {{ ref('int_risk_features__counted') }}

)

select * from counted
