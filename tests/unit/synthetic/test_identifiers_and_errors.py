"""NHS numbers of nobody, errors by source and group, marks and objections, all known to the truth."""

from __future__ import annotations

import pytest

from synthetic.world.nhs_numbers import check_digits


def is_valid(number: int) -> bool:
    import numpy as np

    return bool(check_digits(np.array([number // 10]))[0] == number % 10)


def test_true_numbers_are_valid_unique_and_from_the_range_that_is_never_issued(economy):
    numbers = [row[0] for row in economy.sql.execute("select nhs_number from persons").fetchall()]
    assert len(set(numbers)) == len(numbers) == economy.summary.people
    assert all(number.startswith("999") and is_valid(int(number)) for number in numbers)


@pytest.mark.parametrize(("number", "valid"), [(9434765919, True), (9912003888, True), (9434765910, False)])
def test_check_digit_against_published_examples(number, valid):
    assert is_valid(number) is valid


KINDS = """
    number_missing number_digits_swapped number_of_another number_superseded number_mended_later
    birth_day_month_swapped birth_year_wrong sex_wrong nickname former_surname letters_plain name_misspelt
    postcode_old postcode_missing number_missing_on_attendance identity_withheld row_deleted row_confidential
    legally_restricted_code identity_not_asked""".split()


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_error_is_planted(economy, kind):
    assert economy.scalar(f"select count(*) from planted_errors where kind = '{kind}'") > 0


def test_planted_errors_are_of_known_records(economy):
    unknown = """select distinct source, sender, record_id from planted_errors
        except select source, sender, record_id from records"""
    assert economy.scalar(f"select count(*) from ({unknown})") == 0


def test_a_number_differs_from_the_true_one_only_where_an_error_is_planted(economy):
    wrong = """
        select count(*) from (
            select 'gp' as source, sender, PatientGuid as record_id, NhsNumber as number from Admin_Patient
            union all select 'gp', sender, RowIdentifier, NHSNumber from SRPatient
            union all select 'community', sender, LocalPatientID, NHSNumber from CYP001
            union all select 'social_care', sender, "LA Person Unique Identifier", "NHS Number" from CLD
            union all select 'acute', sender, LocalPatientIdentifier, NHSNumber from OP
            union all select 'ambulance', sender, AmbulanceIncidentNumber || '-' || PatientSequence, NHSNumber
            from AmbulanceIncident
        ) as f
        join records using (source, sender, record_id) join persons as p using (person_id)
        where f.number is distinct from p.nhs_number and not exists (
            from planted_errors as e where e.source = f.source and e.sender = f.sender
                and e.record_id = f.record_id
                and (e.detail = 'nhs_number' or e.kind = 'identity_withheld'))"""
    assert economy.scalar(wrong) == 0


def test_numbers_are_missing_more_often_in_social_care_than_in_ed_than_in_gp(economy):
    def missing(table, column):
        return economy.scalar(f'select avg(("{column}" is null)::integer) from {table}')

    gp = missing("Admin_Patient", "NhsNumber")
    assert gp < 0.01 < missing("ECDS", "NHSNumber") < 0.12
    assert 0.02 < missing("CLD", "NHS Number") < 0.25


def test_hospital_rows_carry_names_only_where_the_number_is_not_verified(economy):
    for table in ("APC", "OP", "ECDS"):
        named = f"""select count(*) from {table}
            where NHSNumberStatusIndicator = '01' and PersonFamilyName is not null"""
        assert economy.scalar(named) == 0
    assert economy.scalar("select count(*) from ECDS where PersonFamilyName is not null") > 0


def test_withheld_rows_carry_nothing_that_identifies(economy):
    assert (
        economy.scalar("""select count(*) from APC where WithheldIdentityReason is not null
        and (NHSNumber is not null or DateOfBirth is not null or Postcode is not null
            or PersonFamilyName is not null)""")
        == 0
    )


def test_dummy_patients_are_marked_and_have_no_care(economy):
    test_people = "select person_id from persons where is_test"
    assert economy.scalar(f"select count(*) from ({test_people})") > 0
    assert economy.scalar(f"select count(*) from true_consultations where person_id in ({test_people})") == 0
    marked = """select count(*) from (select PatientGuid as record_id from Admin_Patient
        where DummyType = 'true'
        union select RowIdentifier from SRPatient where TestPatient = '1') join records using (record_id)
        join persons using (person_id) where not is_test"""
    assert economy.scalar(marked) == 0


def test_names_are_not_all_english_letters(economy):
    assert (
        economy.scalar(
            "select count(*) from Admin_Patient where regexp_matches(Surname || GivenName, '[^ -~]')"
        )
        > 0
    )


def test_practices_that_do_not_share_show_it_in_the_agreements_or_send_nothing(economy):
    assert economy.scalar("select count(*) from practices where not shares") > 0
    leaked = """select count(*) from SRPatientRegistration
        join practices on IDOrganisation = practice_code where not shares"""
    assert economy.scalar(leaked) == 0
