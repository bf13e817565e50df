{{ config(materialized='view') }}
{{ history_of(
    'care_package',
    key=['care_package_key'],
    columns=[
        'person_key', 'sender', 'service_type', 'service_component', 'delivery_mechanism', 'start_date',
        'end_date', 'weekly_cost_gbp', 'one_off_cost_gbp', 'client_type', 'primary_support_reason',
        'event_outcome',
    ],
) }}
