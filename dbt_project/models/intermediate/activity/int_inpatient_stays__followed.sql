with spells as (

    select * from {{ ref('int_hospital_spells__classified') }}

),

stays as (

    select
        link_threshold,
        linked_key,
        inpatient_spell_group,
        max(discharged_on) as discharged_on,
        bool_or(has_died) as has_died,
        bool_or(spell_key = inpatient_spell_group and coalesce(patient_classification in ('1', '2'), false))
        and not bool_or(has_cancer or is_obstetric) as is_followed_for_readmission,
    from spells
    group by link_threshold, linked_key, inpatient_spell_group
    having count(discharged_on) = count(*)

),

-- Every stay beside every emergency of the person's other stays: the stays may overlap.
followed as (

    select
        stays.link_threshold,
        stays.linked_key,
        stays.inpatient_spell_group,
        min(emergencies.admitted_on) as next_emergency_on,
    from stays
    inner join spells as emergencies
        on
            stays.link_threshold = emergencies.link_threshold
            and stays.linked_key = emergencies.linked_key
            and stays.inpatient_spell_group != emergencies.inpatient_spell_group
            and stays.discharged_on <= emergencies.admitted_on
    where emergencies.is_emergency_admission
    group by all

)

select
    stays.*,
    followed.next_emergency_on,
    coalesce({{ days_between('stays.discharged_on', 'followed.next_emergency_on') }} <= 29, false) as is_readmitted,
from stays
left join followed
    on
        stays.link_threshold = followed.link_threshold
        and stays.linked_key = followed.linked_key
        and stays.inpatient_spell_group = followed.inpatient_spell_group
