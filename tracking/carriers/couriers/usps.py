"""USPS: how its numbers look and what it is called; asks the post nothing. International items are in s10."""

import re

from tracking.carriers.checks import mod10
from tracking.carriers.formats import Courier, Format


def _check(match: re.Match[str]) -> bool:
    return mod10(match[1], match[2], even=3, odd=1)


def _legacy(match: re.Match[str]) -> bool:
    # Printed with or without its 91 in front; the check digit may have been worked out either way.
    return _check(match) or mod10("91" + match[1], match[2], even=3, odd=1)


COURIER = Courier(
    code="usps",
    name="USPS",
    url="https://tools.usps.com/go/TrackConfirmAction?tLabels={number}",
    aliases=(
        "United States Postal Service",
        "US Postal Service",
        "U.S. Mail",
        "USPS Ground Advantage",
        "USPS Priority Mail",
        "USPS Returns",
        "USPSReturns",
        "USPS International",
        "USPS Ship",
    ),
    formats=(
        Format(
            name="Package barcode (22, 26)",
            pattern=r"(9[1-5](?:[0-9]{19}|[0-9]{23}))([0-9])",
            check=_check,
            rule="mod 10, weights 3 1",
            weight=2,
            valid=(
                "9101 1234 5678 9000 0000 13",
                "9505 5110 6960 5048 6006 24",
                "9400 1112 0108 0805 4830 16",
                "9361 2898 7870 0317 6337 95",
                "9405803699300124287899",
                "9400111206206406260787",
                "9434611206206406227577",
                "9434611206206407667136",
                "9400111206206407628746",
                "9400111206206407628845",
                "9261292700768711948021",
                "92748931507708513018050063",
                "92001903060085300042901077",
            ),
            invalid=(
                "9200000000000000000000",
                "9434611206206407667131",
                "9434611306206407667222",
                "2334611306206407667222",
            ),
        ),
        Format(
            name="With the destination's postcode (30, 34, 38)",
            pattern=r"420[0-9]{5}(?:[0-9]{4}(?=9))?(9[1-5](?:[0-9]{19}|[0-9]{23}))([0-9])",
            check=_check,
            rule="mod 10, weights 3 1, over what follows the postcode",
            weight=5,
            valid=(
                "420 22153 9101026837331000039521",
                "420787459400111206206406260787",
                "420 11213 92 6129098349792366623 8",
                "420902459261290336128704042634",
                "4201002334249200190132607600833457",
                "4201028200009261290113185417468510",
            ),
            invalid=(
                "420000000000000000000000000000",
                "420000009200000000000000000000",
                "4201028200009261290113185417468511",
            ),
        ),
        Format(
            name="Confirmation and certified mail (20)",
            pattern=r"([0-9]{19})([0-9])",
            check=_legacy,
            rule="mod 10, weights 3 1, with or without 91 in front",
            valid=("0307 1790 0005 2348 3741", "7112 3456 7891 2345 6787", "7196 9010 7560 0307 7385"),
            invalid=("0307 1790 0005 2348 3742", "7196 9010 7560 0307 7386", "61299998820821171811"),
        ),
    ),
)
