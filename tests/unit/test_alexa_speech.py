"""What a speaker says of a reply: short, in whole sentences, numbers digit by digit, and no addresses of any kind."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from skills.alexa.speech import (
    MOST_WORDS,
    is_goodbye,
    last_question,
    portion,
    sentences,
    speakable,
    ssml,
    talk,
)

STATUS = (
    "Order 1001 is on its way with Acme Post. The last scan was 3 hours ago: arrived at the depot. "
    "Acme Post expects to deliver it tomorrow. I last heard from Acme Post 5 minutes ago."
)
replies = st.lists(st.text(max_size=300) | st.sampled_from([STATUS, "Which one? ", "#1001", "a. b. c"]), max_size=4)


def digits(said: str) -> str:
    return f'<say-as interpret-as="digits">{said}</say-as>'


def letters(said: str) -> str:
    return f'<say-as interpret-as="spell-out">{said}</say-as>'


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Order 1001 left.", f"Order {digits('1001')} left."),
        ("It's #1001.", f"It's {digits('1001')}."),
        ("Order 7 left.", f"Order {digits('7')} left."),
        ("Ticket T-1042 is open.", f"Ticket {letters('T')} {digits('1042')} is open."),
        ("ORD-2026-00042", f"{letters('ORD')} {digits('2026')} {digits('00042')}"),
        ("Parcel 1Z999AA10123456784 left.", f"Parcel ending in {digits('6784')} left."),
        ("Parcel 9400111899223197428490 left.", f"Parcel ending in {digits('8490')} left."),
        ("112-1234567-1234567", f"ending in {digits('4567')}"),
    ],
)
def test_numbers_of_orders_are_spelled_out(text: str, spoken: str) -> None:
    assert ssml(text) == spoken


@pytest.mark.parametrize(
    "text",
    [
        "2 of 3 parcels came.",
        "It came at 14:30.",
        "It came on 21 November 2026.",
        "It takes 10-12 days.",
        "It costs 35.50 euros.",
        "It weighs 12.5 kilos.",
        "Say number 2.",
        "It came at 5PM.",
    ],
)
def test_other_numbers_are_not(text: str) -> None:
    assert ssml(text) == text


def test_markup_is_only_ours() -> None:
    assert ssml('<break time="9s"/> & "so"') == '&lt;break time="9s"/&gt; &amp; "so"'


@pytest.mark.parametrize(
    ("text", "spoken"),
    [
        ("Track it at https://example.com/a?b=1&c=2.", "Track it at a web address."),
        ("Acme can tell you (https://example.com/x).", "Acme can tell you."),
        ("On its way.\nwww.example.com/track\nBye.", "On its way. Bye."),
        ("We wrote to jo.smith@example.co.uk.", "We wrote to an e-mail address."),
        ("It goes to 12 Mill Lane, Springfield, IL 62704. All right?", "It goes to the address. All right?"),
        ("It goes to 4 elm road.", "It goes to the address."),
        ("It goes to 22 Oak St, London", "It goes to the address."),
    ],
)
def test_no_address_is_read_aloud(text: str, spoken: str) -> None:
    assert speakable([text]) == spoken


@pytest.mark.parametrize(
    "text", ["2 parcels are on the way.", "In 3 days the road opens.", "1 parcel is close to you."]
)
def test_what_is_no_address_is_left(text: str) -> None:
    assert speakable([text]) == text


def test_lines_become_sentences() -> None:
    assert speakable(["Two orders:\nshoes,\nlamp", "Which one?"]) == "Two orders. shoes. lamp. Which one?"


def test_what_no_voice_can_say_is_left_out() -> None:
    assert speakable(["It\x00 is\ud800 here. " + "x" * 100]) == "It is here."


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("It is in St. Louis now. It comes at 5 p.m. tomorrow.", 2),
        ('Say "yes." Then wait.', 2),
        ("Really? Yes! Good.", 3),
        ("Number 1: shoes; number 2: a lamp.", 2),
        ("J. Doe signed for it.", 1),
        ("", 0),
    ],
)
def test_sentences(text: str, count: int) -> None:
    assert len(sentences(text)) == count


def test_a_short_answer_is_said_whole() -> None:
    refused = "I can't find an order with that number and those details. Please check both."
    question = "To be sure it's yours: what's the postcode on the order, or the last four digits of the phone number?"
    assert portion(f"{refused} {question}") == (f"{refused} {question}", "")
    assert portion(f"{refused} {question} Or shall I get you a person instead, who can look for it?")[1]
    help_ = "It is four digits long, and you find it at the top of the shop's e-mail to you."
    asked = f"I can only list orders once I know they're yours. Let's start with one. What's the order number? {help_}"
    assert portion(asked) == (asked, "")
    assert portion("It's on its way. Anything else?") == ("It's on its way. Anything else?", "")


def test_a_long_answer_is_cut_between_sentences() -> None:
    now, rest = portion(STATUS)
    assert now == "Order 1001 is on its way with Acme Post. The last scan was 3 hours ago: arrived at the depot."
    assert talk(now) <= MOST_WORDS
    assert f"{now} {rest}" == STATUS


def test_one_long_sentence_is_never_cut() -> None:
    sentence = f"It is {'very ' * 30}late."
    assert portion(f"{sentence} I am sorry about all of that, and about the rest.")[0] == sentence


def test_digits_count_as_talk() -> None:
    assert talk("Order 123456 left") == 8


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("It left. Which one?", "Which one?"),
        ("It left.", ""),
        ("", ""),
        ("Which one? It's in the e-mail.", "Which one?"),
    ],
)
def test_the_question_that_is_left_open(text: str, question: str) -> None:
    assert last_question(text) == question


def test_the_bots_goodbye_is_one() -> None:
    domain = yaml.safe_load(Path("bot/domain/small_talk.yml").read_text(encoding="utf-8"))
    assert all(is_goodbye(said["text"]) for said in domain["responses"]["utter_goodbye"])


@pytest.mark.parametrize("text", ["It's on its way.", "Shall I say goodbye?", "Passed by the depot."])
def test_other_sentences_are_no_goodbye(text: str) -> None:
    assert not is_goodbye(text)


@given(replies)
def test_any_reply_becomes_ssml(texts: list[str]) -> None:
    now, _ = portion(speakable(texts))
    ElementTree.fromstring(f"<speak>{ssml(now)}</speak>")
    assert len(ssml(now)) < 8000


@given(replies)
def test_nothing_is_lost_between_the_parts(texts: list[str]) -> None:
    text = speakable(texts)
    now, rest = portion(text)
    assert f"{now} {rest}".replace(";", ".").split() == text.replace(";", ".").split()
