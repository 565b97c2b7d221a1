"""FedEx: how its numbers look and what it is called; asks FedEx nothing."""

import re

from tracking.carriers.checks import mod10, mod11_then_10
from tracking.carriers.formats import Courier, Format

_EXPRESS = (3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1)
_BARCODE = (1, 7, *_EXPRESS)


def _express(match: re.Match[str]) -> bool:
    return mod11_then_10(match[1], match[2], _EXPRESS)


def _barcode(match: re.Match[str]) -> bool:
    return mod11_then_10(match[1], match[2], _BARCODE)


def _ground(match: re.Match[str]) -> bool:
    return mod10(match[1], match[2], even=1, odd=3)


def _container(match: re.Match[str]) -> bool:
    return mod10(match[1], match[2], even=3, odd=1)


def _smartpost(match: re.Match[str]) -> bool:
    return mod10("92" + match[1], match[2], even=3, odd=1)


COURIER = Courier(
    code="fedex",
    name="FedEx",
    url="https://www.fedex.com/fedextrack/?trknbr={number}",
    aliases=(
        "FedEx Express",
        "FedEx Ground",
        "FedEx Home Delivery",
        "FedEx Freight",
        "FedEx SmartPost",
        "FedEx Ground Economy",
        "FedEx UK",
        "FedEx International Connect",
        "FedEx FIMS",
        "FedEx Cross Border",
        "Federal Express",
    ),
    formats=(
        Format(
            name="Express (12)",
            pattern=r"([0-9]{11})([0-9])",
            check=_express,
            rule="mod 11, weights 3 1 7; 10 is written 0",
            valid=("986578788855", "477179081230", "799531274483", "790535312317", "974367662710"),
            invalid=("996578788855", "986578788856"),
        ),
        Format(
            name="Ground (15)",
            pattern=r"([0-9]{14})([0-9])",
            check=_ground,
            rule="mod 10, weights 1 3",
            valid=("0414 4176 0228 964", "5682 8361 0012 000", "5682 8361 0012 734"),
            invalid=("5682 8361 0012 732",),
        ),
        Format(
            name="Ground container (18)",
            pattern=r"0[0124]([0-9]{15})([0-9])",
            check=_container,
            rule="mod 10, weights 3 1, from the third digit on",
            weight=1,
            valid=("00 0123 4500 0000 0027",),
            invalid=("000000000000000001",),
        ),
        Format(
            name="Ground Economy (20, 22, 26, 30)",
            pattern=r"(?:(?:420[0-9]{5})?92)?(6129[0-9]{15}|6129[0-9]{19})([0-9])",
            check=_smartpost,
            rule="mod 10, weights 3 1, over 92 and the rest",
            weight=4,
            valid=("61299998820821171811", "9261292700768711948021", "420 11213 92 6129098349792366623 8"),
            invalid=("9261292700768711948020", "92 6129098349792366623 5", "9400 1112 0108 0805 4830 16"),
        ),
        Format(
            name="Ground 96 (22)",
            pattern=r"96[0-9]{5}([0-9]{14})([0-9])",
            check=_ground,
            rule="mod 10, weights 1 3, from the eighth digit on",
            weight=2,
            valid=("9611020987654312345672",),
            invalid=("9600000000000000000001",),
        ),
        Format(
            name="ASTRA barcode (32)",
            pattern=r"3[0-9]{15}([0-9]{11})([0-9])[0-9]{4}",
            check=_express,
            rule="digits 17 to 28 are an Express number",
            weight=1,
            valid=(
                "32971514560102447849175802862014",
                "32971510360102447848540980802018",
                "32971508360102447847941133172013",
                "33810799560000004380417923803212",
            ),
            invalid=("32971514560102447849175802852014", "3297151456010244784917580286201"),
        ),
        Format(
            name="Express barcode (34)",
            pattern=r"[0-8][0-9]{19}([0-9]{13})([0-9])",
            check=_barcode,
            rule="mod 11, weights 1 7 3, over the last 13 digits; 10 is written 0",
            valid=(
                "1001921334250001000300779017972697",
                "1001921380360001000300639585804382",
                "1001901781990001000300617767839437",
                "1002297871540001000300790695517286",
                "1027590111820004833500785458233610",
                "1195266473930007521100871079919940",
                "1195271874060007521100871140316925",
                "1195583874210007521100871140316936",
            ),
            invalid=("1001901781990001000300617767839438",),
        ),
        Format(
            name="Ground barcode (34)",
            pattern=r"96[0-9]{18}([0-9]{13})([0-9])",
            check=_barcode,
            rule="mod 11, weights 1 7 3, over the last 13 digits; 10 is written 0",
            weight=2,
            valid=(
                "9622001900000000000000776632517510",
                "9622001560000000000000794808390594",
                "9622001560001234567100794808390594",
                "9632001560123456789900794808390594",
            ),
            invalid=("9622001560001234567100794808390595", "9622001560001234567100794808390597"),
        ),
    ),
)
