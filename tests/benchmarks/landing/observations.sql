-- One line an observation of an EMIS extract, CareRecord_Observation.csv, without its header. Of each hundred one
-- is damaged, in four ways that quarantine it: no patient, a date that is none, a quote in the midst of a quoted
-- field, and a field too few. ``n`` is the number of the line, from ``$first`` on.
with numbered as (
    select n, if(n % 100 = 37, 1 + (n // 100) % 4, 0) as damage,
        date '2016-01-01' + (n * 31 % 3700)::int as effective, n % 3 = 0 as is_value
    from range($first, $first + $rows) as r(n)
),
fields as (
    select n, damage, [
        guid('o', n),
        case when damage = 1 then '' else guid('p', n // 20 % 50000) end,
        guid('g', n // 1000 % 12),
        case when damage = 2 then strftime(effective, '%d/%m/%Y') else effective::varchar end,
        'YMD',
        effective::varchar,
        lpad((8 + n % 10)::varchar, 2, '0') || ':' || lpad((n % 60)::varchar, 2, '0') || ':00',
        guid('c', n // 5 % 90),
        guid('c', n // 7 % 95),
        '',
        (1000 + n * 17 % 90000)::varchar,
        case when n % 9 = 0 then guid('b', n % 40000) else '' end,
        case when damage = 3 then '"said to be "well" today"'
            when n % 4 = 0 then '"reviewed, stable; see letter ' || n % 100 || '"' else '' end,
        guid('v', n // 5),
        case when is_value then round(n % 200 + n % 10 / 10.0, 1)::varchar else '' end,
        case when is_value then ['mmHg', 'kg', 'mmol/L', 'mmol/mol'][1 + n % 4] else '' end,
        if(is_value, 'Value', 'Observation'),
        if(is_value, '3.5', ''),
        if(is_value, '5.3', ''),
        '',
        'false',
        'false',
        '1'
    ] as listed
    from numbered
)
select array_to_string(if(damage = 4, listed[:22], listed), ',') as line
from fields order by n
