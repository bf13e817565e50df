{{ staged_with_default('acute', 'appointments', 'activity_type', "'outpatient_attendance'") }}
