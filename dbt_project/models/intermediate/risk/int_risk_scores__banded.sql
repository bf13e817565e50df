{{ risk_banded(ref('int_risk_scores__worked_out')) }}
