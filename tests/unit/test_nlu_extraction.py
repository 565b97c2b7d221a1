"""What is read out of a text by shape, and that garbage is neither an error nor slow."""

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.nlu.extraction import extract, is_only_identifier
from bot.nlu.identifiers import DEFAULT_ORDER_PATTERNS, OrderNumbers

ORDERS = OrderNumbers(DEFAULT_ORDER_PATTERNS)


def read(text: str, entity: str) -> list[str]:
    return [span.value for span in extract(text, ORDERS) if span.entity == entity]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1001", "1001"),
        ("#1001", "1001"),
        ("where is order1001", "1001"),
        ("#1001pls", "1001"),
        ("cancel1042", "1042"),
        ("order no 27", "27"),
        ("# 1001", "1001"),
        ("ord-2026-00042 please", "ORD-2026-00042"),
        ("it's ORD-2026-00042.", "ORD-2026-00042"),
        ("112-1234567-1234567", "112-1234567-1234567"),
        ("order112-1234567-1234567", "112-1234567-1234567"),
        ("one zero zero four", "1004"),
        ("no, 1002", "1002"),
        ("\u202e1001\u202c", "1001"),
        ("１００１", "1001"),
        ("🙂 #1001 🙂", "1001"),
    ],
)
def test_order_numbers(text: str, number: str) -> None:
    assert read(text, "order_number") == [number]


@pytest.mark.parametrize("text", ["1001", "order #1042", "ten forty-two"])
def test_a_bare_number_is_a_number_too(text: str) -> None:
    assert read(text, "number") == read(text, "order_number")


@pytest.mark.parametrize("text", ["10/10", "4/5", "5 stars", "it cost $1500", "in 10 days", "at 5pm", "3.50", "50 %"])
def test_amounts_and_times_are_no_numbers(text: str) -> None:
    assert read(text, "number") == read(text, "order_number") == []


@pytest.mark.parametrize("text", ["june 2026", "the 5th of june 2026", "2026-11-01", "12/06/2026"])
def test_years_are_no_order_numbers(text: str) -> None:
    assert read(text, "order_number") == []
    assert read(text, "date") == [text]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1Z999AA10123456784", "1Z999AA10123456784"),
        ("1Z 999 AA1 01 2345 6784", "1Z999AA10123456784"),
        ("my tracking number is jd014600006281230704", "JD014600006281230704"),
        ("9400 1118 9922 3197 4284 90", "9400111899223197428490"),
        ("tracking 12345678", "12345678"),
    ],
)
def test_tracking_numbers(text: str, number: str) -> None:
    assert read(text, "tracking_number") == [number]
    assert read(text, "order_number") == []


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("Jo@Example.COM", "jo@example.com"),
        ("it's sam.lee+shop@mail.example.co.uk!", "sam.lee+shop@mail.example.co.uk"),
    ],
)
def test_emails(text: str, email: str) -> None:
    assert read(text, "email") == [email]


@pytest.mark.parametrize(
    ("text", "postcode"),
    [
        ("SW1A 1AA", "SW1A1AA"),
        ("postcode m1 1ae", "M11AE"),
        ("90210", "90210"),
        ("zip 90210-1234", "90210-1234"),
        ("K1A 0B1", "K1A0B1"),
        ("1011 AB", "1011AB"),
        ("10115", "10115"),
        ("my postcode is 2000", "2000"),
        ("D02 X285", "D02X285"),
    ],
)
def test_postcodes(text: str, postcode: str) -> None:
    assert read(text, "postcode") == [postcode]


def test_an_order_number_before_a_word_is_no_dutch_postcode() -> None:
    assert read("1001 is late", "postcode") == []


@pytest.mark.parametrize(
    ("text", "phone"),
    [("+1 555 0100", "+15550100"), ("(555) 555-0142", "5555550142"), ("call +44 1632 960001", "+441632960001")],
)
def test_phones(text: str, phone: str) -> None:
    assert read(text, "phone") == [phone]
    assert read(text, "order_number") == []


@pytest.mark.parametrize("text", ["1041 98996", "98996 1041", "where is 1041 98996"])
def test_two_numbers_side_by_side_may_be_order_and_postcode(text: str) -> None:
    assert set(read(text, "order_number")) == {"1041", "98996"}
    assert read(text, "postcode") == ["98996"]
    assert len(read(text, "phone")) == 1


def test_a_number_called_a_phone_is_only_that() -> None:
    assert read("my mobile is 9123 4567", "order_number") == []
    assert read("my mobile is 9123 4567", "phone") == ["91234567"]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("the second one", "2"),
        ("first", "1"),
        ("the 3rd order", "3"),
        ("last one please", "-1"),
        ("the most recent order", "1"),
        ("number two", "2"),
        ("option 3", "3"),
    ],
)
def test_ordinals(text: str, place: str) -> None:
    assert read(text, "ordinal") == [place]


@pytest.mark.parametrize("text", ["wait a second", "first of all where is it", "the last four digits", "last tuesday"])
def test_no_ordinals(text: str) -> None:
    assert read(text, "ordinal") == []


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("i need it by Friday", "Friday"),
        ("the one from last Tuesday", "last Tuesday"),
        ("it was due on the 5th", "the 5th"),
        ("ordered 3/4/2026", "3/4/2026"),
        ("two weeks ago", "two weeks ago"),
        ("will it come tomorrow", "tomorrow"),
        ("ordered 23 nov", "23 nov"),
    ],
)
def test_dates(text: str, day: str) -> None:
    assert read(text, "date") == [day]


def test_may_is_a_word() -> None:
    assert read("may i ask", "date") == []


def test_a_reader_of_dates_is_asked_only_where_a_day_seems_meant() -> None:
    asked: list[str] = []

    def reader(text: str) -> list[tuple[int, int]]:
        asked.append(text)
        return [(0, len(text))]

    assert [s.value for s in extract("around easter", ORDERS, reader)] == ["around easter"]
    assert extract("where is it", ORDERS, reader) == []
    assert asked == ["around easter"]


@pytest.mark.parametrize(
    ("text", "thing"),
    [("my blue shoes", "blue shoes"), ("where is the kettle i bought", "kettle"), ("cancel my shoes order", "shoes")],
)
def test_items(text: str, thing: str) -> None:
    assert read(text, "item") == [thing]


@pytest.mark.parametrize(
    "text", ["where is my order", "cancel the whole thing", "my email is a@example.com", "my last order"]
)
def test_no_items(text: str) -> None:
    assert read(text, "item") == []


@pytest.mark.parametrize(
    "text",
    [
        "1001",
        "my order number is 1042",
        "no, 1002",
        "sorry, I meant #1020",
        "one zero zero four",
        "jo@example.com",
        "postcode SW1A 1AA",
        "it's 1Z999AA10123456784",
        "the second one",
        "last four digits 0142",
    ],
)
def test_only_an_identifier(text: str) -> None:
    assert is_only_identifier(text, extract(text, ORDERS))


@pytest.mark.parametrize(
    "text", ["cancel 1001", "1001 is late", "where is 1001", "5 stars", "10/10", "", "help", "hello"]
)
def test_more_than_an_identifier(text: str) -> None:
    assert not is_only_identifier(text, extract(text, ORDERS))


def test_the_shop_sets_its_formats() -> None:
    own = OrderNumbers([r"W\d{3}[A-Z]"])
    assert [s.value for s in extract("order w123x", own) if s.entity == "order_number"] == ["W123X"]
    assert [s.value for s in extract("it is 4711", own) if s.entity == "order_number"] == []


def test_a_broken_format_is_named() -> None:
    with pytest.raises(ValueError, match=re.escape(repr(r"(\d"))):
        OrderNumbers([r"(\d"])


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for span in extract(text, ORDERS):
        assert 0 <= span.start < span.end <= len(text)
        assert span.value


@pytest.mark.parametrize(
    "piece",
    [
        "1",
        "a1 ",
        "1 ",
        "a@",
        "+",
        "one ",
        "the ",
        "-1",
        "a.b@c.",
        "double ",
        "\x00",
        "ü1",
        "postcode ",
        "(5) ",
        "1/",
        "#",
        "٣",
    ],
)
def test_two_thousand_hostile_characters_stay_fast(piece: str) -> None:
    text = (piece * 2000)[:2000]
    started = time.process_time()
    extract(text, ORDERS)
    assert time.process_time() - started < 0.25
