select source, sender, record_id, row_key, kind, detail, planted_on from (
    select a.source, a.sender, a.record_id, null as row_key, e.kind, e."column" as detail, null::date as planted_on
    from planted as e join all_records as a on a."table" = e."table" and a.record = e.record
    union all
    select 'acute', t.code, if(e.is_withheld, 'ANONE' || e.id, acute_id(r)), t.code || 'E' || lpad(e.id::varchar, 12, '0'),
        unnest(list_filter([if(e.number_absent, 'number_missing_on_attendance', null), if(e.is_withheld, 'identity_withheld', null)], lambda x: x is not null)),
        'nhs_number', true_day(e.day)
    from attendance as e join acute_trust as t on t.ix = e.trust join acute_record as r on r.record = e.record
    where (e.is_withheld or e.number_absent) and e.departs <= getvariable('end')
    union all
    select 'acute', t.code, 'ANON' || e.id, 'S' || lpad(e.id::varchar, 10, '0'),
        'identity_withheld', if(e.is_restricted, 'legally_restricted', 'person'), true_day(e.admit)
    from spell as e join acute_trust as t on t.ix = e.trust where e.is_withheld
    union all
    select 'acute', t.code, if(e.is_withheld, 'ANON' || e.id, acute_id(r)), 'S' || lpad(e.id::varchar, 10, '0'),
        'legally_restricted_code', 'PrimaryDiagnosisICD', true_day(e.admit)
    from spell as e join acute_trust as t on t.ix = e.trust join acute_record as r on r.record = e.record where e.is_restricted
    union all
    select 'acute', t.code, 'ANONO' || e.id, t.code || 'O' || lpad(e.id::varchar, 12, '0'), 'identity_withheld', 'person', true_day(e.day)
    from outpatient as e join acute_trust as t on t.ix = e.trust where e.is_withheld
    union all
    select 'acute', t.code, acute_id(r), t.code || 'O' || lpad(e.id::varchar, 12, '0'), 'row_deleted', 'OP.csv', true_day(e.deleted_on)
    from outpatient as e join acute_trust as t on t.ix = e.trust join acute_record as r on r.record = e.record where e.deleted_on < 90000
    union all
    select 'acute', t.code, acute_id(r), t.code || 'E' || lpad(e.id::varchar, 12, '0'), 'row_deleted', 'ECDS.csv', true_day(e.deleted_on)
    from attendance as e join acute_trust as t on t.ix = e.trust join acute_record as r on r.record = e.record where e.deleted_on < 90000
    union all
    select 'acute', t.code, acute_id(r), t.code || lpad(e.id::varchar, 12, '0'), 'row_deleted', 'APC.csv', true_day(e.deleted_on)
    from episode as e join spell as s on s.id = e.spell join acute_trust as t on t.ix = s.trust join acute_record as r on r.record = s.record
    where e.deleted_on < 90000
    union all
    select 'gp', g.sender, g.record_id, g.row_key, g.kind, g.detail, g.planted_on from gp_marks as g
)
order by all
