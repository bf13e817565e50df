{{ staged('acute', 'conditions') }}
