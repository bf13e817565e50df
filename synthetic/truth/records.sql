-- Who is who. A row whose identity the hospital withheld is nobody's here, or a person's of its own: to link it would
-- undo what was asked for. Whose it truly is, is in withheld_records.
select source, sender, record_id, person_id(person) as person_id from all_records
union all
select source, sender, record_id, 'withheld-' || sender || '-' || record_id from withheld_record
order by all
