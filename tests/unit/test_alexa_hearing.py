"""What a request of Alexa is taken for: words for the desk, numbers as digits, and what the session keeps."""

import pytest

from skills.alexa.hearing import Heard, Session, conversation_of, digits_joined, words_for_desk


def words(name: str, **slots: str) -> str | None:
    return words_for_desk(Heard(name, "r-1", "alexa:1", slots))


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("1004", "1004"),
        ("1 0 0 4", "1004"),
        ("10 04", "1004"),
        ("1,0,0,4", "1004"),
        ("one zero zero four", "1004"),
        ("One Oh oh 4", "1004"),
        ("0 1 4 2", "0142"),
        ("my order is one zero zero four please", "my order is 1004 please"),
        ("one or two boxes", "one or two boxes"),
        ("one two", "one two"),
        ("2 boxes in 3 days", "2 boxes in 3 days"),
        ("?", "?"),
        ("", ""),
    ],
)
def test_digits_said_one_by_one_arrive_as_a_number(said: str, written: str) -> None:
    assert digits_joined(said) == written


@pytest.mark.parametrize(
    ("name", "slots", "text"),
    [
        ("TrackOrderIntent", {"number": "1 0 0 4"}, "where is my order 1004"),
        ("TrackOrderIntent", {}, "where is my order"),
        ("WhereIsMyOrderIntent", {}, "where is my order"),
        ("WhenArrivesIntent", {"item": "kettle"}, "when will my kettle arrive"),
        ("WhenArrivesIntent", {"number": "1004"}, "when will order 1004 arrive"),
        ("WhenArrivesIntent", {}, "when will my order arrive"),
        ("GiveNumberIntent", {"number": "1004"}, "1004"),
        ("GiveNumberIntent", {"digits": "0142"}, "0142"),
        ("GiveNumberIntent", {}, None),
        ("ListOrdersIntent", {}, "list my orders"),
        ("ProblemIntent", {"problem": "it arrived broken"}, "it arrived broken"),
        ("ProblemIntent", {}, "something is wrong with my order"),
        ("TalkToPersonIntent", {}, "I want to talk to a person"),
        ("CarrierPhraseIntent", {"phrase": "cancel order one zero zero four"}, "cancel order 1004"),
        ("CarrierPhraseIntent", {}, None),
        ("AMAZON.HelpIntent", {}, "help"),
        ("AMAZON.FallbackIntent", {}, None),
        ("SomethingNewIntent", {}, None),
    ],
)
def test_intents_become_words(name: str, slots: dict[str, str], text: str | None) -> None:
    assert words(name, **slots) == text


def test_a_conversation_is_no_account_id() -> None:
    assert conversation_of("amzn1.ask.account.ONE") == conversation_of("amzn1.ask.account.ONE")
    assert conversation_of("amzn1.ask.account.ONE") != conversation_of("amzn1.ask.account.TWO")
    assert "ONE" not in conversation_of("amzn1.ask.account.ONE")


def test_a_session_is_kept_and_read_again() -> None:
    session = Session("alexa:1", "Said. So?", "So?", "details", "The rest.")
    assert Session.read(session.attributes()) == session


@pytest.mark.parametrize("strange", [None, {}, {"said": 7}, {"said": None, "rest": [1]}, {"other": "x"}])
def test_a_strange_session_is_an_empty_one(strange: dict[str, object] | None) -> None:
    assert Session.read(strange) == Session()


def test_the_token_is_not_in_the_log() -> None:
    assert "secret" not in repr(Heard("LaunchRequest", "r-1", "alexa:1", api_token="secret"))
