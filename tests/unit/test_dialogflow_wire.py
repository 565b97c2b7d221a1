"""What is read from webhook requests of CX and ES, and how the unreadable is refused."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skills.dialogflow.build import intents
from skills.dialogflow.wire import Asked, parse
from skills.dialogflow.words import DEFAULT, PHRASES, WELCOME, order_number, plain_words
from tracking.errors import InvalidInput

SESSION = "projects/example-shop/locations/global/agents/a-1/sessions/caller-1"
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)
SHAPES = st.fixed_dictionaries(
    {},
    optional={
        "detectIntentResponseId": JSON,
        "sessionInfo": JSON | st.fixed_dictionaries({"session": JSON}, optional={"parameters": JSON}),
        "text": JSON,
        "fulfillmentInfo": JSON,
        "intentInfo": JSON,
        "responseId": JSON,
        "session": JSON,
        "queryResult": JSON | st.fixed_dictionaries({"queryText": JSON}, optional={"intent": JSON, "parameters": JSON}),
    },
)


def cx(**fields: Any) -> Asked:
    """A CX request with these fields besides those that are always there."""
    always = {"detectIntentResponseId": "r-1", "sessionInfo": {"session": SESSION}, "fulfillmentInfo": {"tag": ""}}
    return parse(json.dumps({**always, **fields}).encode())


def es(**fields: Any) -> Asked:
    """An ES request with this query result."""
    return parse(json.dumps({"responseId": "r-1", "session": SESSION, "queryResult": fields}).encode())


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"text": " where's my stuff "}, "where's my stuff"),
        ({"transcript": "order one zero zero four"}, "order one zero zero four"),
        ({"dtmfDigits": "1004#"}, "1004"),
        ({"text": "94110", "fulfillmentInfo": {"tag": "track_order"}}, "94110"),
        ({"fulfillmentInfo": {"tag": "track_order"}}, "where is my order"),
        ({"triggerIntent": "projects/p/agents/a/intents/goodbye"}, "goodbye"),
        ({"intentInfo": {"displayName": WELCOME}}, "hello"),
        ({"fulfillmentInfo": {"tag": "made_up"}, "intentInfo": {"displayName": "cancel_order"}}, "cancel my order"),
        ({"fulfillmentInfo": {"tag": "made_up"}, "text": "any news?"}, "any news?"),
        ({"fulfillmentInfo": {"tag": "made_up"}}, DEFAULT),
        ({"triggerEvent": "sys.no-input-default"}, DEFAULT),
        ({"text": None, "transcript": None, "intentInfo": None}, DEFAULT),
    ],
)
def test_the_words_of_a_cx_turn(fields: dict[str, Any], text: str) -> None:
    asked = cx(**fields)
    assert (asked.edition, asked.message_id, asked.text) == ("cx", "r-1", text)


@pytest.mark.parametrize("number", ["1004", 1004, 1004.0, "1 0 0 4", {"originalValue": "x", "resolvedValue": "1004"}])
def test_an_order_number_is_said_with_the_tag(number: Any) -> None:
    session = {"session": SESSION, "parameters": {"order_number": number}}
    assert cx(sessionInfo=session, fulfillmentInfo={"tag": "track_order"}).text == "where is my order 1004"


def test_the_number_of_this_turn_wins_over_an_older_one() -> None:
    session = {"session": SESSION, "parameters": {"order_number": "1001"}}
    now = {"displayName": "track_order", "parameters": {"order_number": {"resolvedValue": "1004"}}}
    assert cx(sessionInfo=session, intentInfo=now).text == "where is my order 1004"


@pytest.mark.parametrize(
    "value",
    [None, True, "", "1004; cancel everything", "/restart", "é", 1.5, [1004], {}, "x" * 41, float("inf"), 10**4000],
)
def test_what_is_no_order_number_is_left_out(value: Any) -> None:
    assert order_number({"order_number": value}) == ""


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"queryText": "where is 1004", "intent": {"displayName": "track_order"}}, "where is 1004"),
        (
            {"intent": {"displayName": "cancel_order"}, "parameters": {"order_number": 1004.0}},
            "cancel my order 1004",
        ),
        ({"queryText": "", "intent": {"displayName": "made up"}}, DEFAULT),
        ({}, DEFAULT),
    ],
)
def test_the_words_of_an_es_turn(fields: dict[str, Any], text: str) -> None:
    asked = es(**fields)
    assert (asked.edition, asked.session, asked.text) == ("es", SESSION, text)


def test_a_conversation_is_named_after_the_whole_session_without_naming_it() -> None:
    other = cx(sessionInfo={"session": SESSION.replace("a-1", "a-2")})
    assert cx().conversation == cx(text="again").conversation != other.conversation
    assert cx().conversation.startswith("dialogflow:")
    assert len(cx().conversation) == len("dialogflow:") + 32
    assert "caller" not in cx().conversation


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not valid JSON"),
        (b"\xff", "not valid JSON"),
        (b'{"text": "\\ud800"}', "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[]", "must be a JSON object"),
        (b"{}", "CX sends sessionInfo, ES sends queryResult"),
        (b'{"sessionInfo": {"session": "s"}}', "detectIntentResponseId: Field required"),
        (b'{"sessionInfo": "private", "detectIntentResponseId": "private"}', "sessionInfo: "),
        (b'{"sessionInfo": {"session": ""}, "detectIntentResponseId": "r"}', "sessionInfo.session: "),
        (b'{"sessionInfo": {"session": "s"}, "detectIntentResponseId": "private \\u0000"}', "detectIntentResponseId: "),
        (b'{"queryResult": {"queryText": ["private"]}, "session": "s"}', "queryResult.queryText: "),
        (b'{"queryResult": null, "session": "s", "responseId": "r"}', "queryResult: Field required"),
    ],
)
def test_the_unreadable_is_refused_without_quoting_it(body: bytes, said: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse(body)
    assert said in str(refused.value)
    assert "private" not in str(refused.value)


@pytest.mark.parametrize(
    "fields",
    [
        {"text": "a" * 8001},
        {"sessionInfo": {"session": "s" * 501}},
        {"detectIntentResponseId": "r" * 129},
        {"fulfillmentInfo": {"tag": "t" * 301}},
    ],
)
def test_every_text_has_a_bound(fields: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput):
        cx(**fields)


@given(st.binary(max_size=200) | SHAPES.map(lambda shape: json.dumps(shape).encode()))
@settings(max_examples=300, deadline=None)
def test_anything_is_read_or_refused(body: bytes) -> None:
    try:
        asked = parse(body)
    except InvalidInput:
        return
    assert asked.text
    assert asked.conversation


def test_the_plain_words_are_among_the_training_examples() -> None:
    examples = intents(most=10**6)
    assert {name for name, phrase in PHRASES.items() if phrase not in examples[name]} == set()
    assert set(examples) - set(PHRASES) == {"inform_identifier", "out_of_scope", "rate"}


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("inform_identifier", "1004"),
        ("report_damaged", "my package for order 1004 arrived damaged"),
        ("refund_status", "where is my refund for order 1004"),
        ("list_orders", "list my orders"),
        ("goodbye", "goodbye"),
        ("rate", None),
        ("", None),
    ],
)
def test_the_number_is_put_where_it_belongs(name: str, words: str | None) -> None:
    assert plain_words(name, "1004") == words


def test_an_identifier_without_a_number_says_nothing() -> None:
    assert plain_words("inform_identifier", "") is None
