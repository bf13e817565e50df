-- Events. An event that the sender marks as not clinical is administration: it is kept, and is no consultation.
with methods as (
    select said_words, arg_min({'class': m."class", 'mechanism': m.consultation_mechanism}, m.rank::integer) as method
    from (select distinct lower(concat_ws(' ', "ContactMethod", "ContactEventLocation")) as said_words from "SREvent")
    join lookup_contact_methods m on contains(said_words, m.words)
    group by said_words
)
select
    own_id('Encounter', e."RowIdentifier") as id,
    uk_core_meta('Encounter') as meta,
    said([wsic_code('ConsultationMechanism', m.method.mechanism)]) as extension,
    if(e."EventIncomplete", 'in-progress', 'finished') as status,
    encounter_class(coalesce(m.method."class", 'AMB')) as "class",
    [local_concept('activity-type', if(e."ClinicalEvent" is false, 'gp_administration', 'gp_consultation'))] as type,
    own_reference('Patient', e."IDPatient") as subject,
    {'start': day_or_moment(e."DateEvent")} as period,
    ods_reference(coalesce(upper(org."ODSCode"), ods_code_in(e."IDOrganisation")))
        as "serviceProvider",
    e._record_id, e._file_id, e._row, e._extract_date
from "SREvent" e
left join methods m on m.said_words = lower(concat_ws(' ', e."ContactMethod", e."ContactEventLocation"))
left join "SROrganisation" org on org."RowIdentifier" = e."IDOrganisation"
