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
create or replace temp macro verification_status(nhs_identifier) as
    first_code(ukcore(nhs_identifier.extension, 'NHSNumberVerificationStatus').valueCodeableConcept);
-- A system left out of a security label is read as the one that makes the label count.
create or replace temp macro is_marked_confidential(labels) as coalesce(len(list_filter(labels, lambda l:
    l.code in ('R', 'V')
    and coalesce(l.system, '') in ('', 'http://terminology.hl7.org/CodeSystem/v3-Confidentiality'))) > 0, false);
create or replace temp macro is_marked_test(labels) as coalesce(len(list_filter(labels, lambda l:
    l.code = 'HTEST'
    and coalesce(l.system, '') in ('', 'http://terminology.hl7.org/CodeSystem/v3-ActReason'))) > 0, false);
