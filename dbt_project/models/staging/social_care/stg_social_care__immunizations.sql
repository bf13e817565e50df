{{ staged('social_care', 'immunizations') }}
