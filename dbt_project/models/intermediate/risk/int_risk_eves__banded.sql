{{ risk_banded(ref('int_risk_eves__scored')) }}
