"""What the skill answers, turn by turn, without HTTP and without a desk."""

import pytest

from skills.alexa import words
from skills.alexa.hearing import Heard, Session
from skills.alexa.talking import Saying, Talk
from support.model import Owner, Reply, Turn


def talk(*texts: str, owner: Owner = "bot", asked: list[tuple[str, str]] | None = None) -> Talk:
    def ask(_: Heard, message_id: str, text: str) -> Turn | None:
        if asked is not None:
            asked.append((message_id, text))
        return Turn("alexa:1", owner, tuple(Reply(text) for text in texts))

    return Talk(ask)


def answer(name: str, session: Session | None = None, *texts: str) -> Saying:
    return talk(*texts).answer(Heard(name, "r-1", "alexa:1", session=session or Session()))


def test_a_statement_is_followed_by_a_question() -> None:
    said = answer("WhereIsMyOrderIntent", None, "It's on its way.")
    assert said.text == f"It's on its way. {words.ANYTHING_ELSE}"
    assert (said.session.asked, said.session.question, said.ends) == ("more", words.ANYTHING_ELSE, False)


def test_a_question_is_left_alone() -> None:
    said = answer("WhereIsMyOrderIntent", None, "What's your order number?")
    assert said.text == said.session.question == "What's your order number?"
    assert said.session.asked == ""


def test_several_replies_are_one_speech() -> None:
    assert answer("WhereIsMyOrderIntent", None, "One.", "Two?").text == "One. Two?"


def test_a_person_who_took_over_is_named() -> None:
    said = talk(owner="human").answer(Heard("WhereIsMyOrderIntent", "r-1", "alexa:1"))
    assert said.text.startswith(words.PERSON)


def test_no_answer_at_all_is_an_apology() -> None:
    assert answer("WhereIsMyOrderIntent").text.startswith("Sorry")


def test_yes_to_anything_else_asks_what() -> None:
    assert answer("AMAZON.YesIntent", Session(asked="more")).text == words.WHAT_ELSE


def test_looking_again_sends_the_same_message() -> None:
    asked: list[tuple[str, str]] = []
    waiting = Session(asked="wait", waiting_id="r-0", waiting_text="where is my order")
    talk("It's here.", asked=asked).answer(Heard("AMAZON.YesIntent", "r-1", "alexa:1", session=waiting))
    assert asked == [("r-0", "where is my order")]


def test_not_looking_again_is_all_right() -> None:
    said = answer("AMAZON.NoIntent", Session(asked="wait", waiting_id="r-0", waiting_text="x"))
    assert said.text == f"{words.ALL_RIGHT} {words.ANYTHING_ELSE}"


def test_details_may_have_details() -> None:
    rest = " ".join(f"Sentence number {i} has exactly seven words." for i in range(8))
    said = answer("AMAZON.YesIntent", Session(asked="details", rest=rest))
    assert said.session.asked == "details"
    assert said.session.rest in rest
    assert len(said.session.rest) < len(rest)


def test_nothing_to_repeat() -> None:
    said = answer("AMAZON.RepeatIntent")
    assert said.text == f"{words.NOTHING_SAID} {words.WHAT_ELSE}"


@pytest.mark.parametrize("name", ["AMAZON.FallbackIntent", "CarrierPhraseIntent", "SomethingNewIntent"])
def test_what_is_not_understood_gets_an_example(name: str) -> None:
    said = answer(name)
    assert said.text == f"{words.NOT_HEARD} {words.EXAMPLE}"
    assert not said.ends


def test_whoever_may_speak_was_asked_something() -> None:
    names = ("LaunchRequest", "AMAZON.YesIntent", "AMAZON.NoIntent", "AMAZON.RepeatIntent", "AMAZON.FallbackIntent")
    for name in (*names, "WhereIsMyOrderIntent", "AMAZON.HelpIntent"):
        for asked in ("", "details", "more", "wait"):
            said = answer(name, Session(asked=asked, rest="That is all.", said="So?", question="So?"), "It left.")
            assert said.ends or said.session.question.endswith("?")


@pytest.mark.parametrize(
    ("said", "question", "passed_on"),
    [
        ("What's your order number?", "What's your order number?", "never mind"),
        (words.GREETING, words.WHAT_ELSE, None),
        ("", "", None),
    ],
)
def test_cancel_answers_an_open_question_and_else_leaves(said: str, question: str, passed_on: str | None) -> None:
    asked: list[tuple[str, str]] = []
    session = Session(said=said, question=question)
    left = talk("All right.", asked=asked).answer(Heard("AMAZON.CancelIntent", "r-1", "alexa:1", session=session))
    assert [text for _, text in asked] == ([passed_on] if passed_on else [])
    assert left.ends is (passed_on is None)


def test_cancel_to_a_question_about_cancelling_asks_for_yes_or_no() -> None:
    question = "Shall I ask the shop to cancel your order?"
    said = answer("AMAZON.CancelIntent", Session(said=question, question=question))
    assert said.text == f"{words.YES_OR_NO} {question}"
    assert (said.session.question, said.ends) == (question, False)
