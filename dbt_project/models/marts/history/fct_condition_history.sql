{{ config(materialized='view') }}
{{ history_of(
    'condition',
    key=['person_key', 'condition_id'],
    columns=[
        'condition_name', 'first_recorded_on', 'latest_recorded_on', 'is_current', 'is_long_term', 'sources',
    ],
) }}
