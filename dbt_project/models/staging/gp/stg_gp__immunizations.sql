{{ staged('gp', 'immunizations') }}
