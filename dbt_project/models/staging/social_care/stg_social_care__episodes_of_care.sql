{{ staged_with_default('social_care', 'episodes_of_care', 'episode_type', "'social_care_service'") }}
