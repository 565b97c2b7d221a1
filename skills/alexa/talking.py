"""Decides what the skill says to a request, asking the desk where needed; knows nothing of Alexa's wire format."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from skills.alexa import words
from skills.alexa.hearing import Heard, Session, words_for_desk
from skills.alexa.speech import is_goodbye, last_question, portion, speakable
from support.model import Turn
from support.wording import TROUBLE

Ask = Callable[[Heard, str, str], Turn | None]
"""Asks the desk: the request, the message's id and its text; None when the answer takes too long."""
_ABOUT_ORDERS = frozenset({"track_order", "delivery_eta", "order_delayed", "list_orders"})


@dataclass(frozen=True, slots=True)
class Saying:
    """What is said, and what is kept of it. `ends` closes the session; `card` is the desk's order card.

    `unnamed` says that orders were asked for without naming one, `invites` that linking an account is offered.
    """

    text: str
    session: Session = field(default_factory=Session)
    ends: bool = False
    card: Mapping[str, Any] | None = None
    unnamed: bool = False
    invites: bool = False


class Talk:
    """One answer to each request of Alexa. `ask` may raise Unavailable, which is let through."""

    def __init__(self, ask: Ask) -> None:
        self._ask = ask
        self._own: dict[str, Callable[[Heard], Saying]] = {
            "LaunchRequest": lambda _: _open(words.GREETING),
            "AMAZON.YesIntent": self._yes,
            "AMAZON.NoIntent": self._no,
            "AMAZON.RepeatIntent": _repeat,
            "AMAZON.StopIntent": lambda _: _leave(),
            "AMAZON.CancelIntent": self._cancel,
            "AMAZON.NavigateHomeIntent": lambda _: _leave(),
        }

    def answer(self, heard: Heard) -> Saying:
        """Return what to say. What isn't understood gets the open question again."""
        own = self._own.get(heard.name)
        if own:
            return own(heard)
        text = words_for_desk(heard)
        return self._from_desk(heard, heard.request_id, text) if text else _not_heard(heard)

    def _yes(self, heard: Heard) -> Saying:
        session = heard.session
        match session.asked:
            case "details":
                return _said(session.rest)
            case "more":
                return _open(words.WHAT_ELSE)
            case "wait":
                return self._from_desk(heard, session.waiting_id, session.waiting_text)
        return self._from_desk(heard, heard.request_id, "yes")

    def _no(self, heard: Heard) -> Saying:
        session = heard.session
        match session.asked:
            case "details":
                return _said(f"{words.ALL_RIGHT} {last_question(session.rest)}")
            case "more":
                return _leave()
            case "wait":
                return _said(words.ALL_RIGHT)
        return self._from_desk(heard, heard.request_id, "no")

    def _cancel(self, heard: Heard) -> Saying:
        """ "Never mind" or "cancel", which Alexa doesn't tell apart: an answer to an open question, else a goodbye."""
        session = heard.session
        if session.asked or session.question in {"", words.WHAT_ELSE}:
            return _leave()
        if "cancel" in session.question.lower():
            return Saying(f"{words.YES_OR_NO} {session.question}", session)
        return self._from_desk(heard, heard.request_id, "never mind")

    def _from_desk(self, heard: Heard, message_id: str, text: str) -> Saying:
        turn = self._ask(heard, message_id, text)
        if turn is None:
            waiting = Session(asked="wait", waiting_id=message_id, waiting_text=text)
            return _open(f"{words.STILL_LOOKING} {words.LOOK_AGAIN}", waiting)
        said = speakable(reply.text for reply in turn.replies)
        card = next((reply.card for reply in turn.replies if reply.card), None)
        unnamed = turn.intent in _ABOUT_ORDERS and not any(map(str.isdigit, text))
        saying = _said(said or (words.PERSON if turn.owner == "human" else TROUBLE))
        return replace(saying, card=card, unnamed=unnamed)


def _said(text: str) -> Saying:
    """Say an answer, as much of it as fits, and ask something, so that the shopper knows whether to speak."""
    if is_goodbye(text):
        return _leave(text)
    now, rest = portion(text)
    if rest:
        return _open(f"{now} {words.DETAILS}", Session(asked="details", rest=rest))
    if last_question(now):
        return _open(now)
    return _open(f"{now} {words.ANYTHING_ELSE}", Session(asked="more"))


def _open(text: str, kept: Session | None = None) -> Saying:
    return Saying(text, replace(kept or Session(), said=text, question=last_question(text)))


def _leave(text: str = words.GOODBYE) -> Saying:
    return Saying(text, ends=True)


def _repeat(heard: Heard) -> Saying:
    session = heard.session
    return Saying(session.said, session) if session.said else _open(f"{words.NOTHING_SAID} {words.WHAT_ELSE}")


def _not_heard(heard: Heard) -> Saying:
    """Ask the open question again, leaving it as open as it was."""
    question = heard.session.question or words.EXAMPLE
    text = f"{words.NOT_HEARD} {question}"
    return Saying(text, replace(heard.session, said=text, question=last_question(text)))
