{{ staged('community', 'conditions') }}
