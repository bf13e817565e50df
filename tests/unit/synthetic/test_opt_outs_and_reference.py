"""Replies hold every askable number but the objectors'; reference data knows every code that is used."""

from __future__ import annotations

import csv

from synthetic.world.nhs_numbers import check_digits


def replies(economy):
    return sorted((economy.out / "opt_outs").glob("*/*.dat"))


def test_one_reply_a_night_one_number_a_line_each_with_a_comma(economy):
    assert [path.parent.name for path in replies(economy)] == [f"2026-03-{day}" for day in range(27, 32)]
    for path in replies(economy):
        lines = path.read_bytes().split(b"\n")
        assert lines[-1] == b""
        assert all(len(line) == 11 and line.endswith(b",") and line[:10].isdigit() for line in lines[:-1])


def test_a_reply_holds_every_valid_number_sent_but_those_of_objectors(economy):
    import numpy as np

    usable = {line[:10] for line in replies(economy)[-1].read_text(encoding="ascii").splitlines()}
    objectors = {
        number
        for row in economy.sql.execute(
            "select nhs_number, old_nhs_number from persons where has_national_opt_out"
        ).fetchall()
        for number in row
        if number
    }
    sent = {
        row[0]
        for row in economy.sql.execute("""
        select NhsNumber from Admin_Patient union select NHSNumber
            from SRPatient union select NHSNumber from APC
        union select NHSNumber from OP union select NHSNumber from ECDS union select NHSNumber from CYP001
        union select NHSNumber from MHS001 union select "NHS Number" from CLD""").fetchall()
        if row[0]
    }
    valid = {n for n in sent if check_digits(np.array([int(n) // 10]))[0] == int(n) % 10}
    assert len(sent - valid) > 0
    assert valid - usable == valid & objectors
    assert not usable & objectors
    assert 0.03 < len(objectors) / economy.summary.people < 0.08


def rows(economy, name):
    with (economy.out / "reference" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_postcode_sent_is_known_or_a_pseudo_postcode(economy):
    known = {row["postcode"] for row in rows(economy, "postcodes.csv")} | {"ZZ99 3VZ"}
    sent = {
        row[0]
        for row in economy.sql.execute("""
        select Postcode from Admin_Patient union select Postcode from APC union select Postcode from ECDS
        union select Postcode from CYP001 union select "Postcode" from CLD""").fetchall()
        if row[0]
    }
    assert sent <= known


def test_every_area_has_a_decile_in_both_versions(economy):
    areas = {row["lsoa_code"] for row in rows(economy, "postcodes.csv")}
    for version in ("2019", "2025"):
        ranked = {
            row["lsoa_code"] for row in rows(economy, "deprivation.csv") if row["imd_version"] == version
        }
        assert areas == ranked
    assert len({row["local_authority_code"] for row in rows(economy, "postcodes.csv")}) == 8


def test_every_organisation_that_sends_or_registers_is_known_and_has_a_living_parent(economy):
    organisations = rows(economy, "organisations.csv")
    known = {row["ods_code"] for row in organisations}
    senders = {path.name for source in ("acute", "community", "mental_health", "social_care")
               for path in (economy.out / source).iterdir()}  # fmt: skip
    practices = {row[0] for row in economy.sql.execute("select practice_code from practices").fetchall()}
    assert senders | practices <= known
    assert {row["parent_ods_code"] for row in organisations} - {""} <= known
    assert {row["role"] for row in organisations} == {"gp_practice", "pcn", "trust", "site", "council", "icb"}


def test_restricted_stand_ins_are_listed(economy):
    listed = {
        row["code"] for row in rows(economy, "codelists.csv") if row["codelist"] == "legally_restricted"
    }
    planted = economy.sql.execute(
        "select distinct PrimaryDiagnosisICD from APC where WithheldIdentityReason = '01'"
    ).fetchall()
    assert planted
    assert {row[0] for row in planted} <= listed
