{{ staged('history', 'risk_stratification_history') }}
