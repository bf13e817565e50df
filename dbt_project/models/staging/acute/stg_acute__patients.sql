{{ staged('acute', 'patients') }}
