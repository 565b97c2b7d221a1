"""DPD: how its numbers look and what it is called; asks DPD nothing."""

import re

from tracking.carriers.checks import mod37_36
from tracking.carriers.formats import Courier, Format


def _check(match: re.Match[str]) -> bool:
    return mod37_36(match[1], match[2])


_RULE = "ISO 7064 MOD 37,36"

COURIER = Courier(
    code="dpd",
    name="DPD",
    url="https://tracking.dpd.de/status/en_US/parcel/{number}",
    aliases=(
        "DPD UK",
        "DPD Local",
        "DPD Germany",
        "DPD Deutschland",
        "DPD DE",
        "DPD France",
        "DPD NL",
        "DPD Poland",
        "DPD Ireland",
        "DPD Austria",
        "DPDgroup",
        "Geopost",
        "Dynamic Parcel Distribution",
    ),
    formats=(
        Format(
            name="Parcel label (15)",
            pattern=r"([0-9]{14})([0-9A-Z])",
            check=_check,
            rule=_RULE,
            valid=("09 9800 0002 0033 F", "0998 0000 0200 34D"),
            invalid=("09980000020033D",),
        ),
        Format(
            name="Barcode (28)",
            pattern=r"([0-9]{27})([0-9A-Z])",
            check=_check,
            rule=_RULE,
            valid=("00 81827 0998 0000 0200 33 350 276 C", "0081 827 0998 0000 0200 45 327 276 N"),
            invalid=("008182709980000020033350276A", "0081 827 0998 0000 0200 45 000 000 N"),
        ),
        Format(
            name="Parcel number without its check digit (14)",
            pattern=r"[01][0-9]{13}",
            weight=1,
            valid=("09980000020033", "15501234567890"),
            invalid=("60120172242323",),
        ),
    ),
)
