{{ staged('gp', 'addresses') }}
