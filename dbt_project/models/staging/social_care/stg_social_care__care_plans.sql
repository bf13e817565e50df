{{ staged('social_care', 'care_plans') }}
