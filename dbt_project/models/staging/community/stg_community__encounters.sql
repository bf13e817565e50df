{{ staged_with_default('community', 'encounters', 'activity_type', "'community_contact'") }}
