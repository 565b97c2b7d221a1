"""Cards, accounts and passwords are masked; order, tracking and phone numbers and proof are left alone."""

from timeit import repeat

import pytest

from doorstep.names import names_by_spacy
from support.masking import Masking
from support.masking_more import mask_more
from tracking.carriers import couriers, detect
from tracking.carriers.checks import luhn
from tracking.errors import NotConfigured

MASKING = Masking()


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("4111111111111111", "•••• 1111"),
        ("4111 1111 1111 1111", "•••• 1111"),
        ("4111-1111-1111-1111", "•••• 1111"),
        ("4111–1111–1111–1111", "•••• 1111"),
        ("I paid with 5500 0055 5555 5559.", "I paid with •••• 5559."),
        ("2223003122003222", "•••• 3222"),
        ("3782 822463 10005", "•••• 0005"),
        ("378282246310005", "•••• 0005"),
        ("3056 930902 5904", "•••• 5904"),
        ("4222222222222", "•••• 2222"),
        ("6011 1111 1111 1117", "•••• 1117"),
        ("3530111333300000", "•••• 0000"),
        ("6200000000000005", "•••• 0005"),
        ("41111111 11111111", "•••• 1111"),
        ("order 1001 4111 1111 1111 1111 thanks", "order 1001 •••• 1111 thanks"),
        ("4111 1111 1111 1111 and 5500 0055 5555 5559", "•••• 1111 and •••• 5559"),
        ("4111 1111 1111 1111 123", "•••• 1111 •••"),
        ("4111 1111 1111 1111, 12/27, 123", "•••• 1111, 12/27, •••"),
        ("4111 1111 1111 1111 exp 12/2027 cvv 123", "•••• 1111 exp 12/2027 cvv •••"),
        ("4111 1111 1111 1111 1001", "•••• 1111 1001"),
        ("my CVV is 123", "my CVV is •••"),
        ("the security code on the back is 1234", "the security code on the back is •••"),
        ("cvc:987", "cvc:•••"),
        ("refund to DE89 3704 0044 0532 0130 00 please", "refund to •••• 3000 please"),
        ("GB82WEST12345698765432", "•••• 5432"),
        ("nl91abna0417164300.", "•••• 4300."),
        ("FR14 2004 1010 0505 0001 3M02 606", "•••• 2606"),
        ("my password is hunter2!", "my password is ••••"),
        ("Password: hunter2 and my order is 1001", "Password: •••• and my order is 1001"),
        ('pass word = "correct horse battery"', "pass word = ••••"),
    ],
)
def test_what_is_masked(said: str, masked: str) -> None:
    assert MASKING.mask(said) == masked
    assert MASKING.mask(masked) == masked


@pytest.mark.parametrize(
    "said",
    [
        "",
        "where is my order 1001?",
        "1041 98996",
        "order 1001, robin@example.com, postcode SW1A 1AA",
        "my number is +1 202 555 0142",
        "+4915112345678",
        "call me on 4915112345678",
        "400123 202 555 0142",
        "4001 90210 5550142",
        "112-1234567-1234567",
        "4111 1111 1111 1112",
        "0000 0000 0000 0000",
        "1Z9999999999999999",
        "RR123456785GB",
        "DE89 3704 0044 0532 0130 02",
        "my password is not working",
        "the password is wrong",
        "I forgot my password, is there another way?",
        "the code at the door is 1234",
        "it came at 12:30 on 11/12",
        "Tell them: •••• 1111",
    ],
)
def test_what_is_left_alone(said: str) -> None:
    assert MASKING.mask(said) == said


def test_no_courier_s_own_example_is_masked_unless_it_is_a_card_s_number_to_the_letter() -> None:
    examples = [number for courier in couriers().values() for form in courier.formats for number in form.valid]
    assert len(examples) > 50
    changed = [number for number in examples if MASKING.mask(f"track {number}") != f"track {number}"]
    assert changed == []
    alone = [number for number in examples if MASKING.mask(number) != number]
    assert all(luhn(number[:-1], number[-1]) and number[0] in "23456" for number in alone if number.isdigit())


def proven_and_a_card() -> str:
    """A number of sixteen digits that Canada Post's check digit proves and that a Visa card could have."""
    for middle in range(10**6):
        number = f"4{middle:014d}"
        for check in "0123456789":
            if luhn(number, check) and any(found.check_digit == "ok" for found in detect(number + check)):
                return number + check
    raise AssertionError("there is none")


def test_a_number_that_may_be_both_is_a_card_s_unless_a_parcel_is_spoken_of() -> None:
    number = proven_and_a_card()
    dots = f"•••• {number[-4:]}"
    assert MASKING.mask(number) == dots
    assert MASKING.mask(f"here: {number}") == f"here: {dots}"
    assert MASKING.mask(f"track {number}") == f"track {number}"
    assert MASKING.mask(f"my tracking number is {number}") == f"my tracking number is {number}"
    assert MASKING.mask(f"I paid for the parcel with {number}") == f"I paid for the parcel with {dots}"


def test_a_card_is_masked_also_where_a_parcel_is_spoken_of() -> None:
    assert MASKING.mask("track 4111 1111 1111 1111") == "track •••• 1111"


def unknown_network(length: int) -> str:
    """A number with the check digit of cards that no card network and no courier uses."""
    for start in range(10**4):
        body = f"19{start:04d}".ljust(length - 1, "7")
        number = body + next(check for check in "0123456789" if luhn(body, check))
        if not detect(number):
            return number
    raise AssertionError("there is none")


def test_a_number_of_no_network_is_masked_unless_the_shop_or_a_courier_writes_its_numbers_so() -> None:
    number = unknown_network(16)
    assert MASKING.mask(f"it is {number}") == f"it is •••• {number[-4:]}"
    assert MASKING.mask(f"track {number}") == f"track {number}"
    assert Masking([r"19\d{14}"]).mask(f"it is {number}") == f"it is {number}"
    assert Masking([r"4\d{15}"]).mask("it is 4111111111111111") == "it is •••• 1111"


def test_values_are_masked_all_the_way_down() -> None:
    value = {"message": "4111 1111 1111 1111", "more": [{"cvv": "cvv 123"}, 7, None], "order": "1001"}
    assert MASKING.deep(value) == {"message": "•••• 1111", "more": [{"cvv": "cvv •••"}, 7, None], "order": "1001"}


def test_short_messages_cost_next_to_nothing() -> None:
    texts = ["Where is my order 1001? It should have been here.", "1041 98996", "my phone is +1 202 555 0142", "hi"]
    per_text = min(repeat(lambda: [MASKING.mask(text) for text in texts], number=500, repeat=5)) / 500 / len(texts)
    assert per_text < 200e-6  # 5 µs here; ten times what is asked for, as a busy machine may be slow


@pytest.mark.parametrize(
    "text", ["1 " * 1000, "4111 1111 1111 1112 " * 100, "de12" * 500, "password is" * 180, "ab12 " * 400]
)
def test_long_and_hostile_messages_are_masked_in_time(text: str) -> None:
    assert min(repeat(lambda: MASKING.mask(text), number=1, repeat=3)) < 2


def test_more_is_masked_where_it_is_asked_for() -> None:
    said = "I'm Robin Doe, robin@example.com or +1 202 555 0142, at 12 Elm Tree Road, order 1001"

    def names(text: str) -> list[tuple[int, int]]:
        start = text.find("Robin Doe")
        return [(start, start + 9)] if start >= 0 else []

    masked = mask_more(said, names)
    assert masked == "I'm ••••, •••• or ••••, at ••••, order 1001"
    assert mask_more(masked, names) == masked


def test_without_spacy_it_is_said_what_is_missing() -> None:
    with pytest.raises(NotConfigured, match="DOORSTEP_MASK_MORE needs spaCy and its model no_such_model"):
        names_by_spacy("no_such_model")
