{{ staged('social_care', 'patients') }}
