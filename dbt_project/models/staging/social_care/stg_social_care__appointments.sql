{{ staged_with_default('social_care', 'appointments', 'activity_type', "'social_care_assessment'") }}
