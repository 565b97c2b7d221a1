"""Cleaning, masking and repairing of texts before they are classified."""

import time

import pytest

from bot.nlu.spelling import Speller
from bot.nlu.wording import normalise

SPELLER = Speller.from_texts(
    ["where is my package", "track my order", "delivery address", "it is here", "cancel the order", "refund"],
    known=["where", "order", "package", "track", "delivery", "address", "cancel", "refund", "marcel", "border", "here"],
)


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("  Where IS\tmy order ", "where is my order"),
        ("where’s it", "where's it"),
        ("track order1001", "track order number"),
        ("cancel #1042pls", "cancel number"),
        ("is ORD-2026-00042 late", "is number late"),
        ("write to jo@example.com now", "write to email now"),
        ("Hi there, where is my order", "where is my order"),
        ("Dear sir or madam, my lamp broke. Kind regards, Anne", "my lamp broke"),
        ("where is my order? Thanks a lot!", "where is my order?"),
        ("hello", "hello"),
        ("thanks", "thanks"),
        ("hi how are you", "how are you"),
        ("w\u200bhere", "w here"),
        ("ｗｈｅｒｅ", "where"),
        ("nooooooo", "nooo"),
        ("", ""),
    ],
)
def test_normalised(text: str, seen: str) -> None:
    assert normalise(text) == seen


def test_stacked_accents_go() -> None:
    assert normalise("o\u0336\u0301\u0302rder") == "order"


@pytest.mark.parametrize("piece", ["a", "ab ", "1", "a1", "-", "hi ", "@", "thanks ", "\u0301"])
def test_long_texts_stay_fast(piece: str) -> None:
    started = time.process_time()
    normalise(piece * 3000)
    assert time.process_time() - started < 0.25


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("pakage", "package"),
        ("packkage", "package"),
        ("pavkage", "package"),
        ("pacakge", "package"),
        ("oder", "order"),
        ("adress", "address"),
        ("refuuuund", "refund"),
    ],
)
def test_one_slip_is_repaired(typed: str, meant: str) -> None:
    assert SPELLER.repair(typed) == meant


@pytest.mark.parametrize("typed", ["marcel", "border", "teh", "ord3r", "1oo1", "zzzyyyxxx", "don't", "here"])
def test_left_alone(typed: str) -> None:
    assert SPELLER.repair(typed) == typed


def test_a_word_that_is_a_slip_in_the_data_is_no_goal() -> None:
    assert Speller.from_texts(["my pakage", "my package"], known=["package"]).repair("pakage") == "package"
