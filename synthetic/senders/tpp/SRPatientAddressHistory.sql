select * from (
    select
        r.rec * 4 as RowIdentifier,
        p.code as IDOrganisationVisibleTo,
        0 as RemovedData,
        tpp_time(day(r.since)) as DateEvent,
        null as NameOfBuilding,
        (1 + r.rec % 180)::varchar as NumberOfBuilding,
        pick(['Station Road', 'High Street', 'Park Avenue', 'Church Lane', 'Victoria Road', 'Elm Grove'], (r.household % 97) / 97) as NameOfRoad,
        null as NameOfLocality,
        'London' as NameOfTown,
        null as NameOfCounty,
        if(r.address_until <= r.since, r.postcode, r.postcode_before) as FullPostCode,
        if(r.address_until > r.since and r.address_until < r.stop, tpp_time(known(r.address_until)), null) as DateTo,
        'Home' as AddressType,
        r.rec as IDPatient,
        'QRV' as CcgOfResidence
    from gp_patient as r
    join practice as p on p.ix = r.practice
    where not r.is_emis and has_come(r.since)
        and (is_new(r.since) or (is_new(r.address_until) and r.address_until < r.stop))
    union all
    select
        r.rec * 4 + 1, p.code, 0, tpp_time(day(r.address_until)), null, (1 + r.rec % 70)::varchar, 'Mill Lane', null,
        'London', null, r.postcode, null, 'Home', r.rec, 'QRV'
    from gp_patient as r
    join practice as p on p.ix = r.practice
    where not r.is_emis and r.address_until > r.since and r.address_until < r.stop and is_new(r.address_until)
)
order by RowIdentifier
