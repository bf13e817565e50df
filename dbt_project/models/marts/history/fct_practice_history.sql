{{ config(materialized='view') }}
{{ history_of(
    'person',
    key=['person_key'],
    columns=[
        'practice_code', 'pcn_code',
    ],
    history='practice_history',
) }}
