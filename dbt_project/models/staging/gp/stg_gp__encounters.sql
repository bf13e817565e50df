{{ staged_with_default('gp', 'encounters', 'activity_type', "'gp_consultation'") }}
