{{ staged('acute', 'procedures') }}
