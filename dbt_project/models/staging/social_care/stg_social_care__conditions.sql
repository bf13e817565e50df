{{ staged('social_care', 'conditions') }}
