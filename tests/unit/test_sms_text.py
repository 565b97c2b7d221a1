"""Replies as texts: cheap characters, whole words and links, counted segments."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from smsutil import is_valid_gsm

from channels._sms_text import LONGEST, texts
from support.gsm import plain, segments
from support.model import Reply


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("It’s “here” – now…", 'It\'s "here" - now...'),
        ("Zoë, Őrs and Łódź", "Zoe, Ors and Lodz"),
        ("Café à la crème", "Café à la crème"),
        ("great 🎉 news", "great  news"),
        ("Привет", "Привет"),
        ("5 × 2", "5 x 2"),
    ],
)
def test_near_characters(typed: str, sent: str) -> None:
    assert plain(typed) == sent


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("€" * 80, 1),
        ("€" * 81, 2),
        ("П" * 70, 1),
        ("П" * 71, 2),
    ],
)
def test_segments(text: str, count: int) -> None:
    assert segments(text) == count


def test_replies_are_one_text() -> None:
    assert texts([Reply("Order 1001: on its way."), Reply("Anything else?")]) == [
        "Order 1001: on its way.\nAnything else?"
    ]
    assert texts([Reply("")]) == []


def test_a_long_answer_breaks_between_words_and_never_in_a_link() -> None:
    link = "https://shop.example.com/track/" + "x" * 60
    parts = texts([Reply(f"word {link} " * 30)])
    assert len(parts) > 1
    assert all(len(part) <= LONGEST for part in parts)
    assert sum(part.count(link) for part in parts) == 30


@given(st.text(max_size=4000))
def test_no_text_is_too_long_and_none_loses_plain_words(text: str) -> None:
    parts = texts([Reply(text)])
    assert all(0 < len(part) <= LONGEST for part in parts)
    assert "".join("".join(parts).split()) == "".join(plain(text).split())


@given(st.text(alphabet=st.characters(max_codepoint=0x24F), max_size=200))
def test_latin_letters_are_never_lost(text: str) -> None:
    assert all(is_valid_gsm(char) or char.isalnum() for char in plain(text))
