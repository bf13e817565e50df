{{ config(enabled=var('risk_whole_system')) }}
{{ risk_banded(ref('int_whole_system_scores__worked_out')) }}
