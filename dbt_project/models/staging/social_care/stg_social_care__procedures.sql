{{ staged('social_care', 'procedures') }}
