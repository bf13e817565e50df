{{ staged_with_default('social_care', 'encounters', 'activity_type', "'social_care_assessment'") }}
