{{ staged('social_care', 'addresses') }}
