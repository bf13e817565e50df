-- How demographics and labels of a landed resource are read; needs the macros of connectors/fhir.
create or replace temp macro current_name(names) as coalesce(
    list_filter(names, lambda n: n."use" = 'official' and n.period."end" is null)[1],
    list_filter(names, lambda n: coalesce(n."use", '') not in ('old', 'maiden', 'nickname') and n.period."end" is null)[1],
    names[1]
);
-- Every other name of the person: old, maiden, nickname, ended, or in use beside the official one.
create or replace temp macro former_names(names) as
    list_filter(names, lambda n: n is distinct from current_name(names));
create or replace temp macro home_postcode(addresses) as
    list_filter(addresses, lambda a: coalesce(a."use", 'home') = 'home' and a.period."end" is null)[-1].postalCode;
create or replace temp macro former_postcodes(addresses) as list_transform(
    list_filter(addresses, lambda a: coalesce(a."use", 'home') in ('home', 'old')), lambda a: a.postalCode);
create or replace temp macro nhs_identifiers(identifiers) as
    list_filter(identifiers, lambda i: i.system = 'https://fhir.nhs.uk/Id/nhs-number');
create or replace temp macro current_nhs_identifier(identifiers) as
    list_filter(nhs_identifiers(identifiers), lambda i: coalesce(i."use", '') <> 'old')[1];
create or replace temp macro replaced_numbers(identifiers) as list_transform(
    list_filter(nhs_identifiers(identifiers), lambda i: i."use" = 'old'), lambda i: i.value);
create or replace temp macro verification_status(nhs_identifier) as
    first_code(ukcore(nhs_identifier.extension, 'NHSNumberVerificationStatus').valueCodeableConcept);
-- Restricted (R) and very restricted (V), or a label of HL7's sensitivity policies (v3-ActCode,
-- InformationSensitivityPolicy), say of a row that it is not for sharing. A label whose system is left out or not known
-- counts; one of a system that means something else by the letter does not.
create or replace temp macro is_marked_confidential(labels) as coalesce(len(list_filter(labels, lambda l:
    (upper(l.code) in ('R', 'V')
        and coalesce(l.system, '') not in ('http://terminology.hl7.org/CodeSystem/v3-ActReason', 'http://terminology.hl7.org/CodeSystem/v3-ActCode'))
    or (upper(l.code) in (
            'ETH', 'ETHUD', 'GDIS', 'HIV', 'LOCIS', 'MARIT', 'MST', 'OPIOIDUD', 'PSY', 'PSYTHPN', 'SCA', 'SDV', 'SEX', 'SPI', 'STD', 'SUD',
            'TBOO', 'VIO', 'PDS', 'PHY', 'PRS', 'CEL', 'VIP', 'DIA', 'EMP', 'COGN', 'DVD', 'EMOTDIS', 'BH', 'MH', 'DEMO', 'DOB', 'GENDER',
            'LIVARG', 'RACE', 'REL')
        and l.system = 'http://terminology.hl7.org/CodeSystem/v3-ActCode')
    )) > 0, false);
create or replace temp macro is_marked_test(labels) as coalesce(len(list_filter(labels, lambda l:
    upper(l.code) = 'HTEST'
    and coalesce(l.system, '') not in ('http://terminology.hl7.org/CodeSystem/v3-ActCode'))) > 0, false);
-- What systems write where they have no birth date: the first of January of 1800, 1801, 1900 or 1901, and the days that
-- their calendars begin on (SQL Server 1753-01-01, spreadsheets 1899-12-30 and -31, SPSS 1582-10-14). Nobody who is
-- a patient today was born then; everybody without a birth date shares it.
create or replace temp macro birth_date_known(sent) as if(left(sent, 10) in (
    '1582-10-14', '1753-01-01', '1800-01-01', '1801-01-01', '1899-12-30', '1899-12-31', '1900-01-01', '1901-01-01'), null, sent);
