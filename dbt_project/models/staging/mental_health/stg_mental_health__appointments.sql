{{ staged_with_default('mental_health', 'appointments', 'activity_type', "'mental_health_contact'") }}
