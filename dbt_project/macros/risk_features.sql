{# First and last day of each band before the reference day, which is day 0: as the Combined Predictive Model counts. #}
{% macro risk_recency_bands() -%}
{{ return([(0, 30), (31, 90), (91, 180), (181, 365), (366, 730)]) }}
{%- endmacro %}

{# The band that so many days ago fall in, as the end of a feature's name; null before the first. #}
{% macro risk_band(n_days) -%}
case
    {%- for first, last in risk_recency_bands() %}
    when {{ n_days }} between {{ first }} and {{ last }} then '{{ first }}_{{ last }}'
    {%- endfor %}
end
{%- endmacro %}

{# Events of hospitals and general practice that are counted in every band, as int_risk_events__placed calls them. #}
{% macro risk_events() -%}
{{ return([
    'emergency_admission', 'other_admission', 'emergency_bed_day', 'emergency_attendance', 'outpatient_attendance',
    'outpatient_missed', 'gp_contact', 'gp_missed',
]) }}
{%- endmacro %}

{# Events of the other sources, which whole_system counts too, as int_whole_system_events__placed calls them. #}
{% macro risk_whole_system_events() -%}
{{ return([
    'social_care_contact', 'care_start', 'community_contact', 'mental_health_contact', 'mental_health_admission',
]) }}
{%- endmacro %}

{# What somebody is in on the reference day, as int_whole_system_spans__opened calls it. #}
{% macro risk_whole_system_states() -%}
{{ return(['home_care', 'care_home', 'reablement', 'telecare', 'mental_health_referral', 'mental_health_stay']) }}
{%- endmacro %}

{# Conditions that are a feature each: condition_id of seeds/conditions.csv. #}
{% macro risk_conditions() -%}
{{ return([
    'diabetes', 'copd', 'chd', 'heart_failure', 'hypertension', 'stroke', 'atrial_fibrillation', 'asthma', 'ckd',
    'dementia', 'depression', 'serious_mental_illness', 'epilepsy', 'cancer', 'learning_disability',
    'severe_physical_disability', 'palliative', 'frailty_mild', 'frailty_moderate', 'frailty_severe',
]) }}
{%- endmacro %}

{# What is known of a person whatever happened to them. #}
{% macro risk_attributes() -%}
{{ return(['age_years', 'is_under_5', 'years_over_65', 'years_over_80', 'is_male', 'n_medicines']) }}
{%- endmacro %}

{# Every count of these events in a band. #}
{% macro risk_counts(events) -%}
{%- set names = [] -%}
{%- for event in events -%}
{%- for first, last in risk_recency_bands() -%}
{%- do names.append(event ~ '_' ~ first ~ '_' ~ last) -%}
{%- endfor -%}
{%- endfor -%}
{{ return(names) }}
{%- endmacro %}

{# What somebody has or is in, as names of features. #}
{% macro risk_flags(things) -%}
{%- set names = [] -%}
{%- for thing in things -%}{%- do names.append('has_' ~ thing) -%}{%- endfor -%}
{{ return(names) }}
{%- endmacro %}

{# Features that the variant whole_system has beside those of hospital_gp, in the order of the columns. #}
{% macro risk_whole_system_features() -%}
{{ return(risk_flags(risk_whole_system_states()) + risk_counts(risk_whole_system_events())) }}
{%- endmacro %}

{# Every feature of a variant, in the order of the columns. #}
{% macro risk_features(variant) -%}
{%- set names = risk_attributes() + risk_flags(risk_conditions()) + risk_counts(risk_events()) -%}
{{ return(names + risk_whole_system_features() if variant == 'whole_system' else names) }}
{%- endmacro %}

{# The person's own features but the medicines, as columns; rows have age_years and sex on the reference day. #}
{% macro risk_attributes_of(rows) -%}
coalesce({{ rows }}.age_years, 0)::double as age_years,
    coalesce({{ rows }}.age_years < 5, false)::integer::double as is_under_5,
    greatest(coalesce({{ rows }}.age_years, 0) - 65, 0)::double as years_over_65,
    greatest(coalesce({{ rows }}.age_years, 0) - 80, 0)::double as years_over_80,
    coalesce({{ rows }}.sex = 'male', false)::integer::double as is_male
{%- endmacro %}
