{{ staged('ambulance', 'patients') }}
