{{ staged('history', 'registration_history') }}
