"""Australia Post: how the articles of eParcel are numbered, and its share of the S10 numbers; asks it nothing."""

import re

from tracking.carriers.checks import s10
from tracking.carriers.formats import Courier, Format


def _check(match: re.Match[str]) -> bool:
    return s10(match[1], match[2])


_ARTICLE = r"[0-9]{7}(?:0[1-9]|1[0-9]|20)"
"""A consignment's seven digits, and which of its up to twenty articles this is."""

COURIER = Courier(
    code="australia_post",
    name="Australia Post",
    url="https://auspost.com.au/mypost/track/details/{number}",
    aliases=("AustraliaPost", "AusPost", "Australia Post eParcel", "Australia Post International"),
    formats=(
        Format(
            # Who lodged it (with a letter, or it would be anybody's digits), article, service, and whether the last.
            # It ends with a check digit, but how letters count for it isn't published.
            name="eParcel article (16)",
            pattern=rf"(?=.{{0,2}}[A-Z])[0-9A-Z]{{3}}{_ARTICLE}[0-9]{{2}}[12][0-9]",
            weight=1,
            valid=("7XX1000634011427", "ABC 1234567 01 08 2 4"),
            invalid=("7XX1000634001427", "7XX1000634211427", "7XX1000634011437", "7021000634011427", "7XX100063401142"),
        ),
        Format(
            name="S10 from Australia (13)",
            pattern=r"[A-Z]{2}([0-9]{8})([0-9])AU",
            check=_check,
            rule="mod 11, weights 8 6 4 2 3 5 9 7",
            weight=1,
            valid=("RB123456785AU",),
            invalid=("RB123456786AU", "RB123456785US"),
        ),
    ),
)
