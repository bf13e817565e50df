{{ risk_scored(ref('fct_risk_features'), 'hospital_gp') }}
