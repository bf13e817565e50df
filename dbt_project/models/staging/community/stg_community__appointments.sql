{{ staged_with_default('community', 'appointments', 'activity_type', "'community_contact'") }}
