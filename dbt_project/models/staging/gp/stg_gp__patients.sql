{{ staged('gp', 'patients') }}
