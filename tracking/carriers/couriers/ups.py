"""UPS: how its numbers look and what it is called; asks UPS nothing."""

import re

from tracking.carriers.checks import mod10
from tracking.carriers.formats import Courier, Format


def _check(match: re.Match[str]) -> bool:
    return mod10(match[1], match[2], even=1, odd=2)


COURIER = Courier(
    code="ups",
    name="UPS",
    url="https://www.ups.com/track?tracknum={number}",
    aliases=(
        "UPSDAP",
        "UPS Ground",
        "UPS Freight",
        "UPS SurePost",
        "UPS Mail Innovations",
        "UPS MI",
        "UPS i-parcel",
        "i-parcel",
        "UPS Canada",
        "United Parcel Service",
    ),
    formats=(
        Format(
            name="1Z",
            pattern=r"1Z([0-9A-Z]{15})([0-9])",
            check=_check,
            rule="mod 10, weights 1 2; letters A=2, B=3, …",
            weight=2,
            valid=(
                "1Z5R89390357567127",
                "1Z879E930346834440",
                "1Z410E7W0392751591",
                "1Z8V92A70367203024",
                "1ZXX3150YW44070023",
            ),
            invalid=("1Z5R89390357567128", "1Z1111111111111111", "2Z5R89390357567127", "1A5R89390357567127"),
        ),
        Format(
            name="Waybill",
            pattern=r"[A-Z]([0-9]{9})([0-9])",
            check=_check,
            rule="mod 10, weights 1 2",
            valid=("K1506235620", "K2479825491", "J4603636537", "V0490119172", "V0431105627"),
            invalid=("K1506235622", "K2479825492", "J4603636538", "V0411335627", "V0423305841"),
        ),
        Format(
            name="Mail Innovations",
            pattern=r"MI[0-9]{6}[0-9A-Z]{1,22}",
            weight=2,
            valid=("MI0000001234567890", "MI 654321 AB12"),
            invalid=("MI12345", "ML654321AB12"),
        ),
    ),
)
