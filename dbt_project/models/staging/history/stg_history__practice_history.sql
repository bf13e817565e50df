{{ staged('history', 'practice_history') }}
