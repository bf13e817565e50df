-- Referrals that are open in the reporting period, and spells in it.
create or replace temp table active as
select e.* from mental_referral as e
where e.trust = getvariable('sender') and e.day <= getvariable('period_end') and e.closed >= getvariable('period_start');
create or replace temp table active_spell as
select e.* from mental_spell as e
where e.trust = getvariable('sender') and e.admit <= getvariable('period_end') and e.leave >= getvariable('period_start')
