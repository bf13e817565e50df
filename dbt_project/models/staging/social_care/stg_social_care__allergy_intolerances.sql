{{ staged('social_care', 'allergy_intolerances') }}
