-- The identity vault. Every value about a person that the pipeline keeps between nights is in here, and
-- only here; the file is encrypted as a whole.
-- Rows that a linking writes carry its sequence number (written_seq); a row that it replaces or removes goes
-- to the table's _past with the number of the linking that did (replaced_seq). A rollback reads them back.
create table if not exists vault.linking (         -- every linking there was, rolled back or not
    seq integer, run_id varchar, as_of date, rules varchar, is_rolled_back boolean
);
create table if not exists vault.person (          -- the person index; an id never changes its meaning
    person_id varchar, nhs_number varchar, birth_date date, origin varchar,
    first_seen_run varchar, last_seen_run varchar, -- last_seen_run: only where no record is left
    first_seen_seq integer,
    state varchar,  -- current | absorbed | gone
    written_seq integer
);
create table if not exists vault.record (          -- the identity record of every Patient, and its link
    source varchar, sender varchar, record_id varchar,
    nhs_number varchar, nhs_number_outcome varchar, nhs_number_status varchar,
    birth_date date, family_name varchar, given_name varchar, gender varchar, postcode varchar,
    practice_code varchar, is_registered boolean, registered_on date, death_date date,
    is_restricted boolean, is_test boolean, link_step varchar, person_id varchar, link_confidence integer,
    record_key varchar, traceable_number varchar, is_superseded_number boolean,
    birth_year smallint, birth_month smallint, birth_day smallint, other_given_name varchar,
    family_folded varchar, given_folded varchar, given_root varchar, is_of_several_born boolean,
    former_family_names varchar[],
    former_given_names varchar[], outcode varchar, former_postcodes varchar[], file_id varchar,
    file_row bigint, content_hash ubigint,
    row_hash ubigint,  -- of what was landed: has it changed
    matched_number varchar,  -- by the trace; null: the residue
    score_family double, score_given double, score_birth_date double, score_gender double,
    score_postcode double, code varchar, candidates integer, strict_anchor varchar,
    middle_anchor varchar, loose_anchor varchar,
    strict_person_id varchar,  -- null: equal to person_id
    loose_person_id varchar,  -- null: equal to person_id
    probability_false double, probability_missed double, written_seq integer
);
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
create table if not exists vault.contradiction (   -- decisions that the links could not obey; reason: a word
    left_key varchar, right_key varchar, decided_at timestamptz, reason varchar, written_seq integer
);
create table if not exists vault.candidate (       -- whom the trace could not choose between (code 97)
    record_key varchar, nhs_number varchar, score double, written_seq integer
);
create table if not exists vault.national_reply (nhs_number varchar);          -- numbers that may be used
create table if not exists vault.national_reply_state (
    reply_on date, checked_at timestamptz, files bigint, numbers bigint, run_id varchar
);
alter table vault.national_reply_state add column if not exists sha256 varchar;
alter table vault.national_reply_state add column if not exists request_id varchar;  -- null: no request of ours
create table if not exists vault.national_asked (nhs_number varchar);  -- asked for by the request it answers
create table if not exists vault.national_request_file (               -- requests that a reply may still come to
    request_id varchar, asked_on date, file_name varchar, numbers bigint
);
create table if not exists vault.national_request (request_id varchar, file_name varchar, nhs_number varchar);
create table if not exists vault.subject_decision (  -- what was decided of a person's data; a subject is a keyed hash
    decision_id varchar, act varchar,  -- consent_withdrawn | consent_given | deleted
    subject_hash varchar, decided_at timestamptz, author varchar, reason varchar
);
-- Whom a national trace request asked about, and what was said of them: a record as it was, and what the service echoes.
create table if not exists vault.mps_reference (
    unique_reference varchar, record_key varchar, requested_run varchar, content_hash ubigint, asked_number varchar,
    asked_birth_date varchar
);
create table if not exists vault.mps_answer (      -- what it answered, of the record as it was asked about
    record_key varchar, link_step varchar, matched_number varchar, link_confidence integer, score_family double,
    score_given double, score_birth_date double, score_gender double, score_postcode double, code varchar,
    candidates integer, mps_id varchar, is_restricted boolean, content_hash ubigint
);
-- Of vaults made before these columns were.
alter table vault.mps_reference add column if not exists asked_number varchar;
alter table vault.mps_reference add column if not exists asked_birth_date varchar;
alter table vault.mps_answer add column if not exists is_restricted boolean;
-- The forms that this vault has had: code that knows lower ones only refuses it (pipeline/identity/vault.py).
create table if not exists vault.vault_form (form integer);
insert into vault.vault_form select 1 where 1 not in (select form from vault.vault_form);
