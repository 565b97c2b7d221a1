"""DHL (Express, eCommerce, Parcel): how its numbers look and what it is called; asks DHL nothing."""

import re

from tracking.carriers.checks import mod7, mod10
from tracking.carriers.formats import Courier, Format


def _waybill(match: re.Match[str]) -> bool:
    return mod7(match[1], match[2])


def _parcel_select(match: re.Match[str]) -> bool:
    return mod10(match[1], match[2], even=3, odd=1)


COURIER = Courier(
    code="dhl",
    name="DHL",
    url="https://www.dhl.com/global-en/home/tracking.html?tracking-id={number}",
    aliases=(
        "DHL Express",
        "DHLExpress",
        "DHL eCommerce",
        "DhlEcs",
        "DHL eCommerce Solutions",
        "DHL eCommerce US",
        "DHL eCommerce Asia",
        "DHL Global Mail",
        "DHL Global Mail Asia",
        "DHL Germany",
        "DHL Deutschland",
        "DHL Paket",
        "DHL Parcel",
        "DHL Parcel UK",
        "DHL Parcel NL",
        "DHL Benelux",
        "DHL Global Forwarding",
        "DHL Supply Chain",
    ),
    formats=(
        Format(
            name="Express waybill (10, 11)",
            pattern=r"([0-9]{9,10})([0-9])",
            check=_waybill,
            rule="remainder of the number by 7",
            valid=("3318810025", "73891051146", "8487135506", "1099255990", "3821724944", "3318810036", "3318810014"),
            invalid=("3318810010", "3318810034", "3318810011", "73891051149", "73891051147"),
        ),
        Format(
            name="Express piece",
            pattern=r"(?:JJD|JVGL)[0-9]{9,10}",
            weight=3,
            valid=("JJD0099999999", "JVGL0999999990"),
            invalid=("XJD0099999998",),
        ),
        Format(
            name="Express piece, other prefixes",
            pattern=r"J[A-Z]{2,3}[0-9]{9,10}",
            weight=-1,
            valid=("JPL0123456789",),
        ),
        Format(
            name="Parcel",
            pattern=r"(?:JJD|JVGL|JD)[0-9]{17,20}",
            weight=2,
            valid=("JJD000090254000001234", "JD014600003512345678"),
            invalid=("JJX000090254000001234",),
        ),
        Format(
            name="eCommerce",
            pattern=r"(?:GM|LX|RX|UV|CN|SG|TH|IN|HK|MY)(?=[A-Z]*[0-9])[0-9A-Z]{10,39}",
            weight=2,
            valid=("GM2951173225174494", "GM295117494011169042", "GM9E44608A27984866BA2D"),
            invalid=("GS295117494011169041", "GR295117494011169045", "THEREAREONLYLETTERSHERE"),
        ),
        Format(
            name="eCommerce (14)",
            pattern=r"[0-9]{14}",
            valid=("60120172242323", "5108 7693037816", "60120174971147"),
            invalid=("160120172242323", "6012017224232301", "601201722X2323"),
        ),
        Format(
            name="eCommerce, delivered by USPS (30)",
            pattern=r"420[0-9]{5}(9[23]612[0-9]{16})([0-9])",
            check=_parcel_select,
            rule="mod 10, weights 3 1, over what follows the postcode",
            weight=4,
            valid=(
                "420902459261290336128704042634",
                "420941179261290336128704062441",
                "420926029261290336128704067248",
                "420902729261290336128704124163",
                "420950549261290336128704133837",
                "420193809261290336128704280838",
                "420900469261290336128704216936",
            ),
            invalid=(
                "420941179261290336128704062442",
                "420941179261290336128704062400",
                "420941179261290336128704062422",
            ),
        ),
    ),
)
