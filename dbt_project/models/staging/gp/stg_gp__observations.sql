{{ staged('gp', 'observations') }}
