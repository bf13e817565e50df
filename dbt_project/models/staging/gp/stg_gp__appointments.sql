{{ staged_with_default('gp', 'appointments', 'activity_type', "'gp_appointment'") }}
