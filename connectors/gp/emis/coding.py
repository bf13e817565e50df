"""EMIS Coding_*: the dictionaries that every CodeId of the same feed is resolved against."""

from __future__ import annotations

from connectors.columns import code, dropped, kept
from connectors.declare import Kind, NativeFile
from connectors.gp.emis.feed import NEWEST_LAST, PROCESSING_ID

CLINICAL_CODES = NativeFile(
    name="Coding_ClinicalCode.csv",
    supporting=True,
    order_by=NEWEST_LAST,
    columns=(
        code("CodeId", "The supplier's number of a clinical code", key=True),
        kept("Term", "Term of the code", Kind.TEXT),
        code("ReadTermId", "Read code"),
        code("SnomedCTConceptId", "SNOMED CT concept id"),
        code("SnomedCTDescriptionId", "SNOMED CT description id"),
        code("NationalCode", "National code that it stands for, such as an ethnic category"),
        kept("NationalCodeCategory", "List that the national code is of", Kind.TEXT),
        kept("NationalDescription", "Words of the national code", Kind.TEXT),
        kept("EmisCodeCategoryDescription", "The supplier's category of the code", Kind.TEXT),
        PROCESSING_ID,
        dropped("ParentCodeId", "Code above it in the supplier's tree", Kind.CODE),
    ),
)

DRUG_CODES = NativeFile(
    name="Coding_DrugCode.csv",
    supporting=True,
    order_by=NEWEST_LAST,
    columns=(
        code("CodeId", "The supplier's number of a product", key=True),
        kept("Term", "Name of the product", Kind.TEXT),
        code("DmdProductCodeId", "dm+d id of the product"),
        PROCESSING_ID,
    ),
)

FILES = (CLINICAL_CODES, DRUG_CODES)
