-- Referrals that are open in the reporting period, and their people.
create or replace temp table active as
select e.* from community_referral as e
where e.trust = getvariable('sender') and e.day <= getvariable('period_end') and e.closed >= getvariable('period_start')
