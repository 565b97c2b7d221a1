"""Spellings that must be taken for the same number, and those that must not."""

import pytest

from tracking.keys import order_key, tracking_key


@pytest.mark.parametrize("spelling", ["1001", "#1001", " #1001 ", "# 1001", "10 01", "１００１"])
def test_spellings_of_one_order(spelling: str) -> None:
    assert order_key(spelling) == "1001"


@pytest.mark.parametrize("spelling", ["ORD-2026-00042", "ord-2026-00042", "#Ord‑2026–00042"])
def test_spellings_of_one_order_with_dashes(spelling: str) -> None:
    assert order_key(spelling) == "ord-2026-00042"


def test_dashes_tell_orders_apart() -> None:
    assert order_key("1-12") != order_key("11-2")


@pytest.mark.parametrize("spelling", ["1Z999AA10123456784", "1z 999 aa1 01 2345 6784", "1Z-999-AA1.0123/456784"])
def test_spellings_of_one_parcel(spelling: str) -> None:
    assert tracking_key(spelling) == "1Z999AA10123456784"


@pytest.mark.parametrize("nothing", ["", " ", "#", "\t"])
def test_nothing_has_no_key(nothing: str) -> None:
    assert order_key(nothing) == ""
    assert tracking_key(nothing.replace("#", "-")) == ""
