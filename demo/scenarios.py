"""The demo's orders worth a look, one for each thing that can happen to a parcel; never moved by the simulator."""

from demo.scenario import Parcel, Scenario
from tracking.model import Status

_ROAD = "label:4d picked_up:3d departed:3d hub:2d hub_out:2d"

ON_THE_ROAD = (
    Scenario(
        "1001", "ada", (Parcel("usps", ("KETTLE", "MUGS"), f"{_ROAD} local:5h", 1),), Status.IN_TRANSIT,
        "On its way, as it should be", promised=2,
    ),
    Scenario(
        "1002", "bruno", (Parcel("ups", ("LAMP",), f"{_ROAD} local:1d out:0d", 0),), Status.OUT_FOR_DELIVERY,
        "Out for delivery today", promised=0,
    ),
    Scenario(
        "1003", "quinn", (Parcel("fedex", ("RUG",), f"{_ROAD} weather:1d", 3),), Status.DELAYED,
        "Held up by snow, later than promised", placed=6, promised=1,
    ),
    Scenario(
        "1004", "rosa", (Parcel("ontrac", ("CURTAIN",), f"{_ROAD} missorted:1d", 2),), Status.DELAYED,
        "Sent to the wrong depot; the day has passed", placed=8, promised=-1,
    ),
    Scenario(
        "1005", "umar", (Parcel("dhl", ("CLOCK",), "label:1d picked_up:5h", 3),), Status.PICKED_UP,
        "Picked up from the shop today", placed=2, promised=4,
    ),
    Scenario(
        "1006", "vera", (Parcel("usps", ("SCARF",), "label:2h"),), Status.LABEL_CREATED,
        "Label printed two hours ago", placed=1, promised=5,
    ),
    Scenario(
        "1007", "wilf", (Parcel("royal_mail", ("TEAPOT",), "label:5d picked_up:5d hub:2d", 2),), Status.IN_TRANSIT,
        "To the United Kingdom", placed=7,
    ),
    Scenario(
        "1008", "xavier", (Parcel("canada_post", ("BLANKET",), "label:4d picked_up:4d hub:9h", 2),),
        Status.IN_TRANSIT, "To Canada", placed=6, promised=3,
    ),
    Scenario(
        "ORD-2026-00042", "tilda", (Parcel("ups", ("CANDLES", "NOTEBOOK"), f"{_ROAD} local:3h", 1),),
        Status.IN_TRANSIT, "An order number with letters and dashes", promised=1,
    ),
)  # fmt: skip

AT_THE_DOOR = (
    Scenario(
        "1011", "cleo", (Parcel("fedex", ("MUGS",), f"{_ROAD} local:1d out:1d handed:1d", signed_by="C. MARROW"),),
        Status.DELIVERED, "Delivered yesterday, and signed for", placed=6, promised=-1,
    ),
    Scenario(
        "1012", "dario", (Parcel("amazon", ("BASKET",), f"{_ROAD} local:1d out:1d porch:1d"),), Status.DELIVERED,
        "Delivered to the front door. Say: it isn't here", placed=6, promised=-1,
    ),
    Scenario(
        "1013", "leo", (Parcel("ups", ("SHOES-RD",), f"{_ROAD} local:1d out:3h missed:1h", 1),),
        Status.ATTEMPT_FAILED, "The driver came, nobody was at home", promised=0,
    ),
    Scenario(
        "1014", "mina", (Parcel("dpd", ("TEAPOT", "MUGS"), f"{_ROAD} local:2d pickup:1d"),),
        Status.AVAILABLE_FOR_PICKUP, "Waits at a pickup point", placed=7,
    ),
    Scenario(
        "1015", "greta", (Parcel("ups", ("LANTERN",), f"{_ROAD} out:2d missed:2d out:1d missed:1d pickup:3h"),),
        Status.AVAILABLE_FOR_PICKUP, "Missed twice, now at a pickup point", placed=8, promised=-2,
    ),
    Scenario(
        "1016", "nils", (Parcel("usps", ("CUSHION",), f"{_ROAD} returning:1d"),), Status.RETURNING,
        "Refused, on its way back to the shop", placed=9, promised=-3,
    ),
    Scenario(
        "1017", "olive", (Parcel("fedex", ("SHOES-BL",), "label:12d picked_up:11d hub:9d returning:6d returned:2d"),),
        Status.RETURNED, "Back with the shop; ask for the refund", placed=13,
    ),
)  # fmt: skip

TROUBLE = (
    Scenario(
        "1021", "hugo", (Parcel("usps", ("NOTEBOOK",), "label:2d"),), Status.LABEL_CREATED,
        "Label made, never scanned by the carrier", placed=3, promised=3,
    ),
    Scenario(
        "1022", "ines", (Parcel("ups", ("SCARF", "CUSHION"), "label:7d"),), Status.LABEL_CREATED,
        "Never scanned, for a week now", placed=8, promised=-1,
    ),
    Scenario(
        "1023", "jonas", (Parcel("dhl", ("LAMP",), "label:9d picked_up:8d departed:8d hub:7d"),), Status.IN_TRANSIT,
        "Quiet: no scan for a week", placed=10, promised=-2,
    ),
    Scenario(
        "1024", "kiri", (Parcel("fedex", ("MUGS", "TEAPOT"), f"{_ROAD} damaged:1d"),), Status.EXCEPTION,
        "Damaged on the way", placed=6, promised=1,
    ),
    Scenario(
        "1025", "femi", (Parcel("ontrac", ("CLOCK",), f"{_ROAD} local:1d address:0d"),), Status.EXCEPTION,
        "The address is incomplete", promised=0,
    ),
    Scenario(
        "1026", "elsie", (Parcel("lasership", ("CANDLES",), f"{_ROAD} lost:1d"),), Status.EXCEPTION,
        "Lost; the carrier is searching", placed=12, promised=-5,
    ),
    Scenario(
        "1027", "xavier", (Parcel("canada_post", ("LANTERN",), "label:6d picked_up:5d customs:2d"),),
        Status.EXCEPTION, "Held at customs", placed=7, promised=-1,
    ),
    Scenario(
        "1028", "sami", (Parcel("", ("BASKET",), number="MOON-PARCEL-7731"),), Status.PENDING,
        "A carrier nobody knows: no guessing", placed=4,
    ),
)  # fmt: skip

SEVERAL = (
    Scenario(
        "1031", "elsie",
        (
            Parcel("ups", ("BLANKET",), f"{_ROAD} local:1d out:1d porch:1d"),
            Parcel("usps", ("CUSHION", "CANDLES"), f"{_ROAD} hub:7h", 1),
        ),
        Status.IN_TRANSIT, "Split: one of two parcels is there", promised=1,
    ),
    Scenario(
        "1032", "femi",
        (
            Parcel("fedex", ("CURTAIN",), f"{_ROAD} local:1d out:1d mailroom:1d"),
            Parcel("dhl", ("LAMP",), f"{_ROAD} local:1d out:0d", 0),
            Parcel("usps", ("NOTEBOOK",), "label:2d"),
        ),
        Status.OUT_FOR_DELIVERY, "Three parcels in three states", placed=6, promised=0,
    ),
    Scenario(
        "1033", "bruno",
        (Parcel("ups", ("RUG",), "label:5d label_cancelled:4d"), Parcel("fedex", ("RUG",), "label:4d hub:6h", 2)),
        Status.IN_TRANSIT, "First label cancelled, sent with another carrier", placed=6, promised=2,
    ),
    Scenario(
        "1034", "greta", (), Status.PENDING, "Not shipped yet; it can still be changed",
        placed=0, promised=5, skus=("TEAPOT", "MUGS"),
    ),
    Scenario(
        "1035", "tilda", (), Status.PENDING, "Not shipped, and the promised day is tomorrow",
        placed=6, promised=1, skus=("RUG",),
    ),
    Scenario(
        "1036", "pavel", (), Status.CANCELLED, "Cancelled before it was sent", placed=4, skus=("CLOCK",),
        cancelled=True,
    ),
    Scenario(
        "1037", "sami", (Parcel("ups", ("LAMP",), "label:3d label_cancelled:2d"),), Status.CANCELLED,
        "Cancelled, and its label with it", placed=4, cancelled=True,
    ),
)  # fmt: skip

ONE_CUSTOMER = (
    Scenario(
        "1041", "june", (Parcel("ups", ("SHOES-BL",), f"{_ROAD} local:1d out:0d", 0),), Status.OUT_FOR_DELIVERY,
        "“My blue shoes”", promised=0,
    ),
    Scenario(
        "1042", "june", (Parcel("usps", ("KETTLE",), f"{_ROAD} hub:8h", 2),), Status.IN_TRANSIT,
        "“The kettle”", placed=4, promised=2,
    ),
    Scenario(
        "1043", "june", (), Status.PENDING, "“The one I ordered today”", placed=0, promised=6,
        skus=("NOTEBOOK", "CANDLES"),
    ),
    Scenario(
        "1044", "june", (Parcel("fedex", ("LAMP",), "label:9d picked_up:8d hub:7d out:6d porch:6d"),),
        Status.DELIVERED, "Delivered last week", placed=11,
    ),
    Scenario(
        "1045", "june", (Parcel("dhl", ("BLANKET",), "label:16d picked_up:15d hub:14d returning:9d returned:4d"),),
        Status.RETURNED, "Sent back", placed=18,
    ),
)  # fmt: skip

SCENARIOS = (*ON_THE_ROAD, *AT_THE_DOOR, *TROUBLE, *SEVERAL, *ONE_CUSTOMER)
