"""GLS: how its parcel numbers look and what it is called; asks GLS nothing.

Its Track ID (eight letters and digits) and a parcel number without its check digit (eleven digits) look like too many
other things to be recognised.
"""

import re

from tracking.carriers.checks import mod10
from tracking.carriers.formats import Courier, Format


def _check(match: re.Match[str]) -> bool:
    """GLS adds one to the weighted sum: the same as a digit in front of the others that always weighs one."""
    return mod10("1" + match[1], match[2], even=1, odd=3)


COURIER = Courier(
    code="gls",
    name="GLS",
    url="https://gls-group.com/EU/en/parcel-tracking/?match={number}",
    aliases=("GLS Germany", "GLS Deutschland", "GLS Europe", "GLS Group", "General Logistics Systems", "GLS Italy"),
    formats=(
        Format(
            # The depot, the kind of parcel, a serial number: twelve digits are somebody else's more often.
            name="Parcel number (12)",
            pattern=r"([0-9]{2}(?:[1-5][0-9]|6[0-8]|7[124]|85)[0-9]{7})([0-9])",
            check=_check,
            rule="mod 10, weights 3 1, after one is added",
            weight=-1,
            valid=("36 30 1917596 1",),
            invalid=("363019175969", "367319175966", "360019175960"),
        ),
    ),
)
