{{ config(materialized='view') }}
{{ history_of(
    'person',
    key=['person_key'],
    columns=[
        'birth_month', 'age_years', 'sex', 'ethnic_category', 'ethnic_group', 'lsoa_code', 'imd_decile',
        'imd_version', 'local_authority_code', 'practice_code', 'pcn_code', 'is_registered', 'death_month',
        'is_deceased', 'age_band', 'generalised_level',
    ],
) }}
