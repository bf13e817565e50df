{{ staged('history', 'history_table') }}
