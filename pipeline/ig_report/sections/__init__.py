"""The sections of the page: their ids with their headings, in order; each has its template in this folder."""

SECTIONS = {
    "release": "This release",
    "sources": "Sources and legal bases",
    "flow": "The way of the data",
    "accounts": "Every row accounted for",
    "handling": "What was dropped, coarsened and kept",
    "objections": "Objections",
    "disclosure": "Small numbers",
    "linkage": "Joining records to people",
    "keys": "Keys",
    "reidentifications": "Re-identification",
    "checks": "Checks and gates",
    "zones": "Who may open what",
    "log": "The audit log",
}
