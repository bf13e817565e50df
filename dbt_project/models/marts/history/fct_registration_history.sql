{{ config(materialized='view') }}
{{ history_of(
    'registration',
    key=['registration_key'],
    columns=[
        'person_key', 'practice_code', 'start_date', 'end_date', 'sender',
    ],
) }}
