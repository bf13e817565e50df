{{ staged('ambulance', 'immunizations') }}
