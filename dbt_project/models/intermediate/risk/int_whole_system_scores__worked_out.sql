{{ config(enabled=var('risk_whole_system')) }}
{{ risk_scored(ref('fct_risk_features_whole_system'), 'whole_system') }}
