"""The numbers that rules on arrivals are held to, with the source of each.

Two kinds stand beside each other. A *standard* is what a feed should reach; missing it is a
warning, shown to whoever talks with the sender. A *collapse* is so far below that the load itself
must be wrong (a column shifted, a file half read, dates read in the wrong order); it is critical.
"""

from __future__ import annotations

from expectations.rules import Limit

ENOUGH_ROWS = 200  # ours: below it one row moves a share by more than half a per cent

NUMBER_99 = Limit(
    failed_share=0.01,
    minimum_rows=ENOUGH_ROWS,
    source="99% valid NHS numbers in inpatient, outpatient and mental health records: NHS England "
    "national data quality standard (NCDR metric 487)",
)
NUMBER_95 = Limit(
    failed_share=0.05,
    minimum_rows=ENOUGH_ROWS,
    source="95% valid NHS numbers in emergency care: NHS England national standard (NCDR metric 488)",
)
NUMBER_COMMUNITY = Limit(
    failed_share=0.05,
    minimum_rows=ENOUGH_ROWS,
    source="ours: published community data lie in the high nineties, single providers below",
)
NUMBER_COLLAPSE = Limit(
    failed_share=0.15,
    minimum_rows=ENOUGH_ROWS,
    source="ours: three times what the 95% standard tolerates; links would be lost by the thousand",
)
NUMBER_COLLAPSE_SOCIAL_CARE = Limit(
    failed_share=0.5,
    minimum_rows=ENOUGH_ROWS,
    source="ours: councils differ widely, but none sends more records without a number than with one",
)
NUMBER_COLLAPSE_AMBULANCE = Limit(
    failed_share=0.9,
    minimum_rows=ENOUGH_ROWS,
    source="ours: one ambulance record in seven had an NHS number in the least complete feed published "
    "(CUREd, Medical Decision Making 2022;42(8):999-1009); below one in ten a column was lost",
)
NUMBER_TREND = Limit(
    rise=0.05,
    minimum_rows=ENOUGH_ROWS,
    source="ours: social care has no standard, as completeness differs by council (DHSC, Client Level "
    "Data guidance); only a fall by 5 points from one run to the next is remarked on",
)
SHARE_COLLAPSE = Limit(
    failed_share=0.05,
    minimum_rows=ENOUGH_ROWS,
    source="ours: single mistakes stay far below 5%; above it the feed was read or written wrongly",
)
CODE_COLLAPSE = Limit(
    failed_share=0.2,
    minimum_rows=ENOUGH_ROWS,
    source="ours: metrics that rest on the code would be wrong by a fifth",
)
HALF = Limit(
    failed_share=0.5,
    minimum_rows=ENOUGH_ROWS,
    source="ours: without most registrations every rate loses its denominator",
)
FEW = Limit(
    failed_share=0.05,
    minimum_rows=ENOUGH_ROWS,
    source="ours: coding gaps of a few per cent are usual in Secondary Uses Service data",
)
VOLUME_FALL = Limit(
    fall=0.2,
    minimum_rows=ENOUGH_ROWS,
    source="ours: people of a source do not halve overnight; 20% is remarked on",
)
VOLUME_COLLAPSE = Limit(
    fall=0.5,
    minimum_rows=ENOUGH_ROWS,
    source="ours: half of a source's people gone means a file is missing or cut",
)
