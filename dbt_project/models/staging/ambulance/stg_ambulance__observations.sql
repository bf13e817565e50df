{{ staged('ambulance', 'observations') }}
