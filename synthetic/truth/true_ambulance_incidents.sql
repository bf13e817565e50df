select
    incident_number(i) as incident_number, person_id(i.person) as person_id,
    ['conveyed', 'out_of_area', 'seen', 'heard'][1 + i.kind] as kind,
    if(i.attendance < 0, null, t.code || 'E' || lpad(i.attendance_id::varchar, 12, '0')) as attendance_identifier,
    i.is_number_shared, i.is_nobody, timestamp '1970-01-01' + to_seconds(i.call) as called_at, true_day(i.deleted_on) as deleted_on
from ambulance_incident as i left join acute_trust as t on t.ix = i.trust
where i.day <= getvariable('end')
order by i.id
