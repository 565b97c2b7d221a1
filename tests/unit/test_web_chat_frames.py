"""The chat's frames, tokens and lines, without any connection."""

from datetime import UTC, datetime

import pytest
from itsdangerous import URLSafeTimedSerializer
from pydantic import ValidationError

from channels._frames import TOKEN_SECONDS, Heard, Said, Visitors, message_frame
from channels._lines import Line, Lines
from support.model import Button, Message


class PastSerializer(URLSafeTimedSerializer):
    """Signs as if it were long ago."""

    class Signer(URLSafeTimedSerializer.default_signer):  # type: ignore[name-defined,misc]
        """Its clock is one minute further back than a token lives."""

        def get_timestamp(self) -> int:
            """Return that time."""
            return int(super().get_timestamp()) - TOKEN_SECONDS - 60

    default_signer = Signer


def test_a_token_carries_its_conversation() -> None:
    conversation, token = Visitors("secret").new()
    assert conversation.startswith("web-")
    assert Visitors("secret").conversation(token) == conversation
    assert Visitors("secret").new()[0] != conversation


@pytest.mark.parametrize(
    "spoil", [lambda t: t[:-1], lambda t: "x" + t, lambda t: t.swapcase(), lambda t: "", lambda t: "\x00é"]
)
def test_a_spoilt_token_is_none(spoil: object) -> None:
    assert Visitors("secret").conversation(spoil(Visitors("secret").new()[1])) is None  # type: ignore[operator]


def test_a_token_of_another_secret_or_an_old_one_is_none() -> None:
    old = PastSerializer("secret", salt="doorstep-visitor").dumps("web-1")
    assert Visitors("secret").conversation(Visitors("other").new()[1]) is None
    assert Visitors("secret").conversation(old) is None


def test_a_message_is_told_in_the_protocols_words() -> None:
    at = datetime(2026, 11, 18, 12, 0, tzinfo=UTC)
    message = Message(3, "bot", "Hi", at, None, (Button("Yes", "/affirm"),), {"type": "order"})
    assert message_frame(message) == {
        "number": 3,
        "author": "bot",
        "id": None,
        "text": "Hi",
        "buttons": [{"title": "Yes", "payload": "/affirm"}],
        "card": {"type": "order"},
        "at": "2026-11-18T12:00:00+00:00",
    }


def test_frames_are_read_by_type() -> None:
    assert isinstance(Heard.validate_json('{"type":"message","id":"a-1","text":"hi"}'), Said)
    for bad in ("[]", "1", '{"type":"welcome"}', '{"type":"message","id":"a","text":null}', '{"id":"a","text":"x"}'):
        with pytest.raises(ValidationError):
            Heard.validate_json(bad)


async def test_a_line_nobody_reads_is_cut_off() -> None:
    line = Line(longest=3)
    for number in range(4):
        line.send({"number": number})
    assert await line.next() is None


async def test_all_lines_of_a_conversation_are_told_and_closed_ones_forgotten() -> None:
    lines, one, two, other = Lines(), Line(), Line(), Line()
    with lines.opened("a", one), lines.opened("a", two), lines.opened("b", other):
        lines.tell("a", {"n": 1})
        lines.tell("b", {"n": 2})
    lines.tell("a", {"n": 3})
    one.send({"n": 4})
    assert [await line.next() for line in (one, two, other, one)] == [{"n": 1}, {"n": 1}, {"n": 2}, {"n": 4}]
