"""Spoken numbers become digits; everyday words with "one" in them don't."""

import pytest

from bot.nlu.spoken import spoken_numbers


@pytest.mark.parametrize(
    ("text", "digits"),
    [
        ("one zero zero four", "1004"),
        ("double seven", "77"),
        ("triple five", "555"),
        ("ten forty-two", "1042"),
        ("ten forty two", "1042"),
        ("my number is ten oh five", "1005"),
        ("one oh double seven", "1077"),
        ("one thousand and four", "1004"),
        ("one thousand two hundred and six", "1206"),
        ("a hundred and twelve thousand", "12000"),
        ("twenty twenty six", "2026"),
        ("Nineteen ninety nine", "1999"),
        ("1 0 0 4", "1004"),
        ("1 0 double 4", "1044"),
        ("seven", "7"),
        ("thirty please", "30"),
    ],
)
def test_spoken(text: str, digits: str) -> None:
    assert [span.value for span in spoken_numbers(text)] == [digits]


@pytest.mark.parametrize(
    "text",
    [
        "the second one",
        "the blue one",
        "one of the boxes",
        "no one came",
        "oh",
        "double",
        "where is it",
        "",
        "1004",
        "oh no",
    ],
)
def test_not_a_number(text: str) -> None:
    assert spoken_numbers(text) == []


def test_place_of_a_spoken_number() -> None:
    text = "order one zero zero four please"
    (span,) = spoken_numbers(text)
    assert text[span.start : span.end] == "one zero zero four"
