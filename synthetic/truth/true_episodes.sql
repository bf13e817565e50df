select
    t.code || lpad(e.id::varchar, 12, '0') as episode_identifier, e.spell as spell_id, person_id(e.person) as person_id, e.number as episode_number,
    e.is_last, true_day(e.start) as started_on, if(e.stop <= getvariable('end'), true_day(e.stop), null) as ended_on, e.primary_icd10,
    coalesce(d.codes, []) as secondary_icd10, true_day(e.deleted_on) as deleted_on
from episode as e
join spell as s on s.id = e.spell
join acute_trust as t on t.ix = s.trust
left join secondary as d on d.episode = e.id
where e.start <= getvariable('end')
order by e.id
