{{ staged('social_care', 'observations') }}
