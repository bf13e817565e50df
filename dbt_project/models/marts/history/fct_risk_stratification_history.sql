{{ config(materialized='view') }}
{{ history_of(
    'risk_stratification',
    key=['person_key', 'model_id', 'variant'],
    columns=[
        'model_version', 'model_trained_on', 'score', 'band', 'drivers', 'score_before', 'is_rising',
        'thresholds_met',
    ],
) }}
