{{ staged('ambulance', 'appointments') }}
