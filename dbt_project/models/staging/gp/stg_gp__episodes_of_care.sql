{{ staged_with_default('gp', 'episodes_of_care', 'episode_type', "'gp_registration'") }}
