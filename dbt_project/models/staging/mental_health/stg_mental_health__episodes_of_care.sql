{{ staged_with_default('mental_health', 'episodes_of_care', 'episode_type', "'referral_spell'") }}
