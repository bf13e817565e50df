{% set by_class %}
case
    when class_code = 'EMER' then 'emergency_attendance'
    when class_code in ('IMP', 'ACUTE', 'NONAC', 'SS') and part_of_key is null then 'inpatient_spell'
    when class_code in ('IMP', 'ACUTE', 'NONAC', 'SS') then 'hospital_episode'
    else 'outpatient_attendance'
end
{% endset %}
{{ staged_with_default('acute', 'encounters', 'activity_type', by_class) }}
