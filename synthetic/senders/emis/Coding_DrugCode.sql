select 5000 + d.ix as CodeId, d.name as Term, d.dmd as DmdProductCodeId, 5000 + d.ix as ProcessingId
from drug as d
where getvariable('is_bulk')
order by d.ix
