{{ staged('gp', 'conditions') }}
