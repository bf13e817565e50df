"""Where people live and who looks after them: eight North West London boroughs.

Population shares, ethnic mix and deprivation are rounded from ONS Census 2021 (TS021, usual
residents) and the English Indices of Deprivation 2019 (borough averages): near enough for a
make-believe economy, not for planning. Codes of boroughs: ONS GSS. Trust codes: NHS ODS.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Borough:
    """A borough: its codes, its people, its postcode districts, and its usual providers."""

    gss: str
    name: str
    people_thousands: float  # Census 2021 usual residents, rounded
    white: float  # shares of the five census groups, TS021
    asian: float
    black: float
    mixed: float
    other: float
    imd_mean_decile: float  # mean decile of its LSOAs, IMD 2019, rounded
    outcodes: tuple[str, ...]
    acute: tuple[str, ...]  # nearest first
    community: str
    mental_health: str
    cld_number_missing: float  # share of social care rows without an NHS number; uneven by council

    @property
    def council(self) -> str:
        """Folder and organisation code of the council: ODS-like, not an issued ODS code."""
        return f"LA{self.gss[-3:]}"


# NHS number missing in Client Level Data: 5 to 15 % and uneven by council
# (DHSC, methodology of ASCOF metrics derived from client level data, 2024 to 2025).
BOROUGHS = (
    Borough(
        gss="E09000005",
        name="Brent",
        people_thousands=340,
        white=0.346,
        asian=0.328,
        black=0.175,
        mixed=0.051,
        other=0.100,
        imd_mean_decile=4.1,
        outcodes=("NW10", "HA9", "HA0", "NW2", "NW9"),
        acute=("R1K", "RYJ", "RQM", "RAS"),
        community="RYX",
        mental_health="RV3",
        cld_number_missing=0.09,
    ),
    Borough(
        gss="E09000009",
        name="Ealing",
        people_thousands=367,
        white=0.432,
        asian=0.303,
        black=0.108,
        mixed=0.052,
        other=0.105,
        imd_mean_decile=4.9,
        outcodes=("W5", "W3", "W7", "W13", "UB1", "UB2", "UB5"),
        acute=("R1K", "RYJ", "RAS", "RQM"),
        community="RV3",
        mental_health="RKL",
        cld_number_missing=0.07,
    ),
    Borough(
        gss="E09000013",
        name="Hammersmith and Fulham",
        people_thousands=183,
        white=0.632,
        asian=0.105,
        black=0.123,
        mixed=0.067,
        other=0.073,
        imd_mean_decile=4.8,
        outcodes=("W6", "W12", "W14", "SW6"),
        acute=("RYJ", "RQM", "R1K", "RAS"),
        community="RYX",
        mental_health="RKL",
        cld_number_missing=0.05,
    ),
    Borough(
        gss="E09000015",
        name="Harrow",
        people_thousands=261,
        white=0.365,
        asian=0.452,
        black=0.073,
        mixed=0.038,
        other=0.072,
        imd_mean_decile=6.8,
        outcodes=("HA1", "HA2", "HA3", "HA5", "HA7"),
        acute=("R1K", "RYJ", "RAS", "RQM"),
        community="RYX",
        mental_health="RV3",
        cld_number_missing=0.11,
    ),
    Borough(
        gss="E09000017",
        name="Hillingdon",
        people_thousands=306,
        white=0.482,
        asian=0.333,
        black=0.078,
        mixed=0.044,
        other=0.063,
        imd_mean_decile=6.0,
        outcodes=("UB8", "UB10", "UB7", "UB3", "UB4", "HA4", "HA6"),
        acute=("RAS", "R1K", "RYJ", "RQM"),
        community="RV3",
        mental_health="RV3",
        cld_number_missing=0.06,
    ),
    Borough(
        gss="E09000018",
        name="Hounslow",
        people_thousands=288,
        white=0.441,
        asian=0.367,
        black=0.072,
        mixed=0.048,
        other=0.072,
        imd_mean_decile=4.9,
        outcodes=("TW3", "TW4", "TW5", "TW7", "TW8", "TW13", "W4"),
        acute=("RQM", "RYJ", "RAS", "R1K"),
        community="RV3",
        mental_health="RKL",
        cld_number_missing=0.13,
    ),
    Borough(
        gss="E09000020",
        name="Kensington and Chelsea",
        people_thousands=143,
        white=0.637,
        asian=0.119,
        black=0.079,
        mixed=0.066,
        other=0.099,
        imd_mean_decile=5.4,
        outcodes=("W8", "W10", "W11", "SW3", "SW10"),
        acute=("RQM", "RYJ", "R1K", "RAS"),
        community="RYX",
        mental_health="RV3",
        cld_number_missing=0.08,
    ),
    Borough(
        gss="E09000033",
        name="Westminster",
        people_thousands=204,
        white=0.552,
        asian=0.168,
        black=0.081,
        mixed=0.062,
        other=0.137,
        imd_mean_decile=5.1,
        outcodes=("W2", "W9", "NW8", "NW1", "SW1V", "SW1P"),
        acute=("RYJ", "RQM", "R1K", "RAS"),
        community="RYX",
        mental_health="RV3",
        cld_number_missing=0.15,
    ),
)
NEAREST_ACUTE_TRUST = (0.72, 0.18, 0.07, 0.03)  # share of contacts at the nearest, second ... trust; chosen

TRUSTS = {
    "RYJ": "Imperial College Healthcare NHS Trust",
    "R1K": "London North West University Healthcare NHS Trust",
    "RQM": "Chelsea and Westminster Hospital NHS Foundation Trust",
    "RAS": "The Hillingdon Hospitals NHS Foundation Trust",
    "RV3": "Central and North West London NHS Foundation Trust",
    "RYX": "Central London Community Healthcare NHS Trust",
    "RKL": "West London NHS Trust",
}
ACUTE_TRUSTS = ("RYJ", "R1K", "RQM", "RAS")
COMMUNITY_TRUSTS = ("RYX", "RV3")
MENTAL_HEALTH_TRUSTS = ("RV3", "RKL")
AMBULANCE_TRUSTS = ("RRU",)  # London Ambulance Service NHS Trust
# Integrated care board: two bodies over time, so that valid-from and valid-to are put to use. The
# successor's code and start are make-believe.
ICB, ICB_NAME = "QRV", "NHS North West London Integrated Care Board"
EMIS_FEED, TPP_FEED = "YGE01", "YGT01"  # supplier feed codes, ODS-like

PEOPLE_A_PRACTICE = 6_900  # 2.4 million people, 350 practices
FEWEST_PRACTICES = 16  # so that every borough has one practice on each system
PRACTICES_A_PCN = 5  # networks of 30,000 to 50,000 people (NHS England, Network Contract DES)
NOT_SHARING_PRACTICES = 0.04  # share of practices without a sharing agreement in force; chosen
PEOPLE_AN_LSOA = 1_600  # ONS: 1,000 to 3,000 residents
HOUSEHOLDS_A_POSTCODE = 15  # Royal Mail: about 15 addresses
LSOAS_IN_ENGLAND = {"2019": 32_844, "2025": 33_755}  # 2011 and 2021 boundaries, by IMD version
