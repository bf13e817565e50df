{{ staged('history', 'person_history') }}
