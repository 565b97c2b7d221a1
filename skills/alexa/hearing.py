"""Reads what was asked out of a request of Alexa, as plain values and as words for the desk; answers nothing."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from functools import reduce
from typing import Any, Literal

from ask_sdk_model.request_envelope import RequestEnvelope

from support.model import SignedIdentity
from tracking.errors import InvalidInput

Asked = Literal["", "details", "more", "wait"]
Account = Literal["none", "linked", "ended"]
"""Whether an account of ours is linked; "ended" is a link that is no longer good."""

# A number that Alexa could not make out comes as a question mark.
_UNHEARD = ("", "?")
_DIGITS = "zero one two three four five six seven eight nine"
_DIGIT_WORDS = {word: str(digit) for digit, word in enumerate(_DIGITS.split())} | {"oh": "0", "o": "0"}
_ONE = rf"(?:\d|{'|'.join(_DIGIT_WORDS)})"
_DIGIT_BY_DIGIT = re.compile(rf"\b{_ONE}(?:[\s,.-]+{_ONE}){{2,}}\b", re.IGNORECASE)
_PAIRED = re.compile(r"\b\d+(?:[\s,.-]+\d+)+\b")


@dataclass(frozen=True, slots=True)
class Session:
    """What Alexa keeps for us until its session ends; all of it may be told to whoever is speaking.

    `asked` is the open question if it is ours: hear the `rest` of an answer, anything else, or look once more for the
    answer to the message `waiting_id`, which said `waiting_text`. `said` and `question` are the last speech. `invited`
    is set once linking an account was offered.
    """

    conversation: str = ""
    said: str = ""
    question: str = ""
    asked: Asked = ""
    rest: str = ""
    waiting_id: str = ""
    waiting_text: str = ""
    invited: str = ""

    @classmethod
    def read(cls, attributes: Mapping[str, Any] | None) -> "Session":
        """Read session attributes; what is missing or strange is left empty."""
        given = attributes or {}
        return cls(**{f.name: given[f.name] for f in fields(cls) if isinstance(given.get(f.name), str)})

    def attributes(self) -> dict[str, str]:
        """Return the session attributes to send back, without those that are empty."""
        return {name: value for name, value in asdict(self).items() if value}


@dataclass(frozen=True, slots=True)
class Heard:
    """One request. `name` is the intent's, or the request's type.

    `api_token` is for progressive responses only; `account_token` is ours, given to Alexa when an account was linked.
    `account` and `identity` say what came of it, see linking.py.
    """

    name: str
    request_id: str
    conversation: str
    slots: Mapping[str, str] = field(default_factory=dict)
    session: Session = field(default_factory=Session)
    api_endpoint: str = ""
    api_token: str = field(default="", repr=False)
    user_id: str = field(default="", repr=False)
    account_token: str = field(default="", repr=False)
    account: Account = "none"
    identity: SignedIdentity = field(default_factory=SignedIdentity)


def heard(envelope: RequestEnvelope) -> Heard:
    """Read a verified request. Raises InvalidInput if it doesn't say whose it is."""
    user_id = _at(envelope, "context.system.user.user_id") or _at(envelope, "session.user.user_id")
    if not user_id:
        raise InvalidInput("Alexa's request names no user.")
    slots: Mapping[str, Any] = _at(envelope, "request.intent.slots") or {}
    return Heard(
        name=_text(envelope, "request.intent.name") or kind(envelope),
        request_id=_text(envelope, "request.request_id"),
        conversation=conversation_of(str(user_id)),
        slots={name: value for name, slot in slots.items() if (value := _text(slot, "value")) not in _UNHEARD},
        session=Session.read(_at(envelope, "session.attributes")),
        api_endpoint=_text(envelope, "context.system.api_endpoint"),
        api_token=_text(envelope, "context.system.api_access_token"),
        user_id=str(user_id),
        account_token=_text(envelope, "context.system.user.access_token"),
    )


def kind(envelope: RequestEnvelope) -> str:
    """Return the request's type, such as `IntentRequest`."""
    return _text(envelope, "request.object_type")


def _at(value: Any, path: str) -> Any:
    """Return what is at a path of attributes, None where it ends early: the SDK leaves out what was not sent."""
    return reduce(lambda found, name: getattr(found, name, None), path.split("."), value)


def _text(value: Any, path: str) -> str:
    return str(_at(value, path) or "")


def conversation_of(user_id: str, link: str = "") -> str:
    """Return the conversation of an Alexa account, whose own id it doesn't tell; another one for each `link` of it."""
    whose = f"{user_id} {link}" if link else user_id
    return f"alexa:{hashlib.sha256(whose.encode()).hexdigest()[:32]}"


def words_for_desk(asked: Heard) -> str | None:
    """Return what the shopper wants as a sentence, numbers as digits; None where there is nothing to ask the desk."""
    number = digits_joined(asked.slots.get("number", "") or asked.slots.get("digits", ""))
    said = digits_joined(asked.slots.get("phrase", "") or asked.slots.get("problem", ""))
    match asked.name:
        case "WhereIsMyOrderIntent" | "TrackOrderIntent":
            return f"where is my order {number}".strip()
        case "WhenArrivesIntent":
            return (
                f"when will order {number} arrive"
                if number
                else f"when will my {asked.slots.get('item', 'order')} arrive"
            )
        case "GiveNumberIntent":
            return number or None
        case "ListOrdersIntent":
            return "list my orders"
        case "ProblemIntent":
            return said or "something is wrong with my order"
        case "TalkToPersonIntent":
            return "I want to talk to a person"
        case "CarrierPhraseIntent":
            return said or None
        case "AMAZON.HelpIntent":
            return "help"
    return None


def digits_joined(text: str) -> str:
    """Write numbers that were said digit by digit ("one zero 0 four", "10 04" alone) in one piece."""
    joined = _DIGIT_BY_DIGIT.sub(lambda match: _digits(match.group()), text)
    return re.sub(r"\D", "", joined) if _PAIRED.fullmatch(joined.strip()) else joined


def _digits(said: str) -> str:
    return "".join(_DIGIT_WORDS.get(word.lower(), word) for word in re.findall(r"\w+", said))
