{{ staged_with_default('community', 'episodes_of_care', 'episode_type', "'referral_spell'") }}
