"""What keys are for: every purpose has a key of its own, so that one tells nothing of another."""

from __future__ import annotations

from pipeline.settings import PRODUCTS

VAULT = "vault"  # encrypts the identity vault
PERSON_ID = "person-id"  # makes person ids and record keys inside the identity room
AUDIT_LOG = "audit-log"  # Ed25519 seed that signs the checkpoints of the audit log
AUDIT_SUBJECT = "audit-subject"  # HMAC of a person id, in place of any identifier in the audit log
FORMER_KEYS = "former-keys"  # seals what is carried over from a root that was replaced
ZONES_AT_REST = ("landing", "fhir", "quarantine")  # identifiable zones that have a key at rest


def product_purpose(product: str) -> str:
    """The purpose of a product's pseudonyms; its key alone has versions."""
    return f"product:{product}"


PURPOSES = (
    VAULT,
    PERSON_ID,
    AUDIT_LOG,
    AUDIT_SUBJECT,
    FORMER_KEYS,
    *(f"zone:{zone}" for zone in ZONES_AT_REST),
    *(product_purpose(product) for product in PRODUCTS),
)
PRODUCT_OF = {product_purpose(product): product for product in PRODUCTS}
"""Purpose -> product, for those purposes whose keys have versions."""

_MEANINGS = {
    VAULT: "encrypts the vault that knows who is who",
    PERSON_ID: "makes ids of people inside the vault",
    AUDIT_LOG: "signs the audit log",
    AUDIT_SUBJECT: "stands for a person in the audit log",
    FORMER_KEYS: "locks away what is still needed of a root key that was replaced",
}


def meaning_of(purpose: str) -> str:
    """What the key of a purpose does, in words."""
    if purpose in PRODUCT_OF:
        return f"makes the pseudonyms of {PRODUCT_OF[purpose].replace('_', ' ')}"
    return _MEANINGS.get(purpose, "reserved, not used: the folder's disk is to be encrypted as a whole")
