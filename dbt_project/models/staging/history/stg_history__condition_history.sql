{{ staged('history', 'condition_history') }}
