{{ staged_with_default('acute', 'episodes_of_care', 'episode_type', "'referral_spell'") }}
