-- Words that every sender's files share. Days are numbers since 1970-01-01; 90,000 and more: never.
-- Variables: after, until (the extract's window, days), sender (index), period_start, period_end, is_refresh.
create or replace temp macro day(x) as if(x < 90000, date '1970-01-01' + x::integer, null);
create or replace temp macro known(x) as if(x <= getvariable('until'), day(x), null);
create or replace temp macro has_come(x) as x <= getvariable('until');
create or replace temp macro is_new(x) as x > getvariable('after') and x <= getvariable('until');
create or replace temp macro clock(minutes) as strftime(timestamp '2000-01-01' + to_minutes((minutes % 1440)::integer), '%H:%M:%S');
create or replace temp macro guid(kind, number) as upper(cast(cast(md5(kind || '|' || number) as uuid) as varchar));
create or replace temp macro tpp_time(d, minutes := 0) as strftime(d::timestamp + to_minutes(minutes::integer), '%d %b %Y %H:%M:%S');
create or replace temp macro pick(words, draw) as words[1 + floor(draw * len(words))::integer];
create or replace temp macro number_of(r) as if(has_come(r.mended_on), r.true_number, r.number);
create or replace temp macro status_of(r) as if(has_come(r.mended_on), '01', r.number_status);
create or replace temp macro postcode_of(r) as if(has_come(r.address_until), r.postcode, r.postcode_before);
create or replace temp macro at_second(x) as strftime(timestamp '1970-01-01' + to_seconds(x), '%Y-%m-%d %H:%M:%S');
-- The number of an ambulance incident: the one that the hospital wrote too, or one that only the trust knows.
create or replace temp macro incident_number(i) as
    'LAS' || if(i.is_number_shared, lpad(i.attendance_id::varchar, 10, '0'), (8000000000 + i.id)::varchar);
