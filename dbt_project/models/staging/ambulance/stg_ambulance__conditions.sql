{{ staged('ambulance', 'conditions') }}
