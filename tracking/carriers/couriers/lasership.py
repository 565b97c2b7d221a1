"""LaserShip (today part of OnTrac): how its numbers look and what it is called; asks nobody."""

from tracking.carriers.formats import Courier, Format

COURIER = Courier(
    code="lasership",
    name="LaserShip",
    url="https://www.ontrac.com/tracking/?number={number}",
    aliases=("LaserShipV2", "Laser Ship"),
    formats=(
        Format(
            name="L + letter",
            pattern=r"L[AEHINX][1-3][0-9]{7}",
            weight=2,
            valid=("LX17635036", "LX 176 35035", "LI12976442", "LA28376237", "LH13830790", "LE10917377", "LN30083672"),
            invalid=("LX9763503N", "LH9176350N6", "XA17635036", "LA97635036"),
        ),
        Format(
            name="1LS7 (15)",
            pattern=r"1LS7[12][0-9]{10}",
            weight=4,
            valid=("1LS717793482164", "1LS724505321754", "1LS720000000000"),
            invalid=("1LX734505321754", "1LS734505321754"),
        ),
        Format(
            name="1LS7 (18)",
            pattern=r"1LS7[12][0-9]{2}01[1-4][0-9]{6}1",
            weight=7,
            valid=("1LS7119013618127-1",),
            invalid=("1LS7119013618127-2",),
        ),
        Format(
            name="1LS + letters (15)",
            pattern=r"1LS[A-Z]{2}[0-9A-Z]{10}",
            weight=3,
            valid=("1LSCXXR00123456", "1LSCX0012345678"),
            invalid=("1LSCX00123",),
        ),
    ),
)
