-- The identity vault. Every value about a person that the pipeline keeps between nights is in here, and
-- only here; the file is encrypted as a whole.
create table if not exists vault.person (          -- the person index; an id never changes its meaning
    person_id varchar, nhs_number varchar, birth_date date, origin varchar,
    first_seen_run varchar, last_seen_run varchar
);
create table if not exists vault.record (          -- tonight's identity record of every Patient, and its link
    source varchar, sender varchar, record_id varchar,
    nhs_number varchar, nhs_number_outcome varchar, nhs_number_status varchar,
    birth_date date, family_name varchar, given_name varchar, gender varchar, postcode varchar,
    practice_code varchar, is_registered boolean, registered_on date, death_date date,
    is_restricted boolean, is_test boolean, link_step varchar, person_id varchar, link_confidence integer,
    strict_person_id varchar, loose_person_id varchar, probability_false double, probability_missed double
);
alter table vault.record add column if not exists strict_person_id varchar;  -- of a vault of an earlier version
alter table vault.record add column if not exists loose_person_id varchar;
alter table vault.record add column if not exists probability_false double;
alter table vault.record add column if not exists probability_missed double;
create table if not exists vault.decision (        -- what people decided of two records; the latest counts
    left_key varchar, right_key varchar, verdict varchar, reason varchar, author varchar, decided_at timestamptz
);
create table if not exists vault.national_reply (nhs_number varchar);          -- numbers that may be used
create table if not exists vault.national_reply_state (
    reply_on date, checked_at timestamptz, files bigint, numbers bigint, run_id varchar
);
