-- The identity vault. Every value about a person that the pipeline keeps between nights is in here, and
-- only here; the file is encrypted as a whole.
-- Rows that a linking writes carry its sequence number (written_seq); a row that it replaces or removes goes
-- to the table's _past with the number of the linking that did (replaced_seq). A rollback reads them back.
create table if not exists vault.linking (         -- every linking there was, rolled back or not
    seq integer, run_id varchar, as_of date, rules varchar, is_rolled_back boolean
);
create table if not exists vault.person (          -- the person index; an id never changes its meaning
    person_id varchar, nhs_number varchar, birth_date date, origin varchar,
    first_seen_run varchar, last_seen_run varchar  -- last_seen_run: only where no record is left
);
alter table vault.person add column if not exists first_seen_seq integer;
alter table vault.person add column if not exists state varchar;               -- current | absorbed | gone
alter table vault.person add column if not exists written_seq integer;
create table if not exists vault.record (          -- the identity record of every Patient, and its link
    source varchar, sender varchar, record_id varchar,
    nhs_number varchar, nhs_number_outcome varchar, nhs_number_status varchar,
    birth_date date, family_name varchar, given_name varchar, gender varchar, postcode varchar,
    practice_code varchar, is_registered boolean, registered_on date, death_date date,
    is_restricted boolean, is_test boolean, link_step varchar, person_id varchar, link_confidence integer
);
alter table vault.record add column if not exists record_key varchar;
alter table vault.record add column if not exists traceable_number varchar;
alter table vault.record add column if not exists is_superseded_number boolean;
alter table vault.record add column if not exists birth_year smallint;
alter table vault.record add column if not exists birth_month smallint;
alter table vault.record add column if not exists birth_day smallint;
alter table vault.record add column if not exists other_given_name varchar;
alter table vault.record add column if not exists family_folded varchar;
alter table vault.record add column if not exists given_folded varchar;
alter table vault.record add column if not exists given_root varchar;
alter table vault.record add column if not exists former_family_names varchar[];
alter table vault.record add column if not exists former_given_names varchar[];
alter table vault.record add column if not exists outcode varchar;
alter table vault.record add column if not exists former_postcodes varchar[];
alter table vault.record add column if not exists file_id varchar;
alter table vault.record add column if not exists file_row bigint;
alter table vault.record add column if not exists content_hash ubigint;
alter table vault.record add column if not exists row_hash ubigint;           -- of what was landed: has it changed
alter table vault.record add column if not exists matched_number varchar;     -- by the trace; null: the residue
alter table vault.record add column if not exists score_family double;
alter table vault.record add column if not exists score_given double;
alter table vault.record add column if not exists score_birth_date double;
alter table vault.record add column if not exists score_gender double;
alter table vault.record add column if not exists score_postcode double;
alter table vault.record add column if not exists code varchar;
alter table vault.record add column if not exists candidates integer;
alter table vault.record add column if not exists strict_anchor varchar;
alter table vault.record add column if not exists middle_anchor varchar;
alter table vault.record add column if not exists loose_anchor varchar;
alter table vault.record add column if not exists strict_person_id varchar;   -- null: equal to person_id
alter table vault.record add column if not exists loose_person_id varchar;    -- null: equal to person_id
alter table vault.record add column if not exists probability_false double;
alter table vault.record add column if not exists probability_missed double;
alter table vault.record add column if not exists written_seq integer;
create table if not exists vault.person_event (    -- what became of a person id, and why
    seq integer, run_id varchar, person_id varchar, event varchar, other_person_id varchar, link_step varchar,
    reason varchar, records bigint
);
create table if not exists vault.superseding (     -- who says that a number has replaced another
    record_key varchar, old_number varchar, new_number varchar, written_seq integer
);
create table if not exists vault.joined (          -- pairs that hold together, down to the weight of breaking
    left_key varchar, right_key varchar, written_seq integer
);
create table if not exists vault.decision (        -- what people decided of two records; the latest counts
    left_key varchar, right_key varchar, verdict varchar, reason varchar, author varchar, decided_at timestamptz
);
create table if not exists vault.national_reply (nhs_number varchar);          -- numbers that may be used
create table if not exists vault.national_reply_state (
    reply_on date, checked_at timestamptz, files bigint, numbers bigint, run_id varchar
);
create table if not exists vault.mps_reference (                                 -- whom a national trace request asked about
    unique_reference varchar, record_key varchar, requested_run varchar
);
