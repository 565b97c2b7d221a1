"""The channels as dialogues speak on them: each line in its real wire format, the answer as the shopper gets it.

`web` is the HTTP API as a shop's site calls it, `sms` Twilio's signed form, `dialogflow` the webhook of a CX agent,
`alexa` a signed request of Alexa (see wires_alexa.py). Judges nothing but that the answer itself is well-formed.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import uuid4
from xml.etree import ElementTree

import httpx
from smsutil import is_valid_gsm, split
from twilio.request_validator import RequestValidator

from tests.conftest import SECRETS

MOST_SEGMENTS = 3
_BROKEN = re.compile(r"[{}]|\bNone\b|utter_|Traceback|\bnull\b")
# Read aloud, an address, a sign or a long number is noise; a number that is spelled out stands in an element.
_UNSPEAKABLE = re.compile(r"https?:|www\.|\S@\S|[*_`#]|\d{5,}")
_AGENT = "projects/example-shop/locations/global/agents/11111111-2222-4333-8444-555555555555"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the shopper gets for one line. `None` stands for what the channel can't show or tell.

    `cards` holds an order's status for each card (None where only words tell it), `ticket` whether one was opened.
    """

    text: str
    buttons: tuple[str, ...] | None = None
    cards: tuple[str | None, ...] | None = None
    ticket: bool | None = None


class Wire(ABC):
    """One conversation on one channel. `identity` is what the channel itself vouches for, see `vouches`."""

    name: ClassVar[str]
    kind: ClassVar[str]
    """`text` or `voice`: what dialogues may call several channels by."""

    vouches: ClassVar[frozenset[str]]
    """The kinds of contact that the channel can vouch for."""

    proof: ClassVar[str]
    """The fresh value (see `names`) by which a shopper of this channel proves an order."""

    wrong: ClassVar[str]
    """What such a proof may look like when it is wrong."""

    def __init__(self, client: httpx.Client, identity: Mapping[str, str]) -> None:
        unknown = set(identity) - self.vouches
        assert not unknown, f"{self.name} can't vouch for {unknown}: leave the channel out"
        self.client, self.identity = client, identity

    @abstractmethod
    def say(self, text: str) -> Answer:
        """Send one line and return what comes back."""

    def post(self, path: str, **sent: Any) -> httpx.Response:
        """Post to the server and insist on success."""
        answer = self.client.post(path, **sent)
        assert answer.status_code == 200, f"{path}: {answer.status_code} {answer.text}"
        return answer


class Web(Wire):
    """The HTTP API; the shop vouches for who is logged in."""

    name, kind, proof, wrong = "web", "text", "email", "eve@example.com"
    vouches = frozenset({"email", "phone"})

    def __init__(self, client: httpx.Client, identity: Mapping[str, str]) -> None:
        super().__init__(client, identity)
        self._conversation = f"dialogue-{uuid4()}"

    def say(self, text: str) -> Answer:
        """Send a message as a shop's site does."""
        body = {"conversation": self._conversation, "message_id": str(uuid4()), "text": text, "channel": "web"}
        given = self.post("/api/v1/messages", json=body | ({"identity": dict(self.identity)} if self.identity else {}))
        replies = given.json()["replies"]
        said = "\n".join(reply["text"] for reply in replies)
        assert not _BROKEN.search(said), said
        return Answer(
            said,
            tuple(button["title"] for reply in replies for button in reply["buttons"]),
            tuple(reply["card"]["status"] for reply in replies if reply["card"]),
            bool(given.json()["ticket"]),
        )


class Sms(Wire):
    """Twilio; the sender's phone is vouched for."""

    name, kind, proof, wrong = "sms", "text", "postcode", "90210"
    vouches = frozenset({"phone"})

    def say(self, text: str) -> Answer:
        """Send a text as Twilio hands it on, and take TwiML for an answer."""
        form = {"MessageSid": f"SM{uuid4().hex}", "From": self.identity["phone"], "Body": text, "NumMedia": "0"}
        form["To"] = SECRETS["DOORSTEP_TWILIO_FROM"]
        path = "/webhooks/twilio/sms"
        signer = RequestValidator(SECRETS["DOORSTEP_TWILIO_AUTH_TOKEN"])
        signature = signer.compute_signature(str(self.client.base_url.join(path)), form)
        twiml = self.post(path, data=form, headers={"X-Twilio-Signature": signature}).content
        texts = [message.text or "" for message in ElementTree.fromstring(twiml)]
        for one in texts:
            assert not _BROKEN.search(one), one
            strange = {char for char in one if not is_valid_gsm(char)}
            assert not strange, f"{strange} makes each part of this text cost double: {one!r}"
            cost = len(split(one).parts)
            assert cost <= MOST_SEGMENTS, f"{cost} segments: {one!r}"
        said = "\n".join(texts)
        return Answer(said, ticket=bool(re.search(r"\bT-\d+", said)))


class Dialogflow(Wire):
    """A Dialogflow CX agent that hands on what callers say; nobody is vouched for."""

    name, kind, proof, wrong = "dialogflow", "voice", "postcode", "90210"
    vouches = frozenset()

    def __init__(self, client: httpx.Client, identity: Mapping[str, str]) -> None:
        super().__init__(client, identity)
        self._session = f"{_AGENT}/sessions/{uuid4()}"

    def say(self, text: str) -> Answer:
        """Send what was said as CX does; the answer is what its voice speaks."""
        body = {
            "detectIntentResponseId": str(uuid4()),
            "languageCode": "en",
            "fulfillmentInfo": {"tag": "doorstep"},
            "sessionInfo": {"session": self._session, "parameters": {}},
            "text": text,
        }
        bearer = {"Authorization": f"Bearer {SECRETS['DOORSTEP_DIALOGFLOW_TOKEN']}"}
        given = self.post("/webhooks/dialogflow", json=body, headers=bearer).json()
        messages = given["fulfillmentResponse"]["messages"]
        shown = [line for message in messages if "text" in message for line in message["text"]["text"]]
        assert not _BROKEN.search("\n".join(shown)), shown
        (ssml,) = (message["outputAudioText"]["ssml"] for message in messages if "outputAudioText" in message)
        parameters = given.get("sessionInfo", {}).get("parameters", {})
        cards = (parameters["status"],) if "status" in parameters else ()
        return Answer(spoken(ssml), cards=cards, ticket=bool(parameters.get("ticket")))


def spoken(ssml: str) -> str:
    """Return what is heard of an SSML document, one line for each pause; numbers that are spelled out in one piece."""
    document = ElementTree.fromstring(ssml)
    assert document.tag == "speak", ssml
    for pause in document.iter("break"):
        pause.tail = f"\n{pause.tail or ''}"
    heard = "".join(document.itertext())
    for spelled in document.iter("say-as"):
        spelled.text = ""
    unspelled = "".join(document.itertext())
    assert not _BROKEN.search(heard), heard
    assert not _UNSPEAKABLE.search(unspelled), f"nothing to be read aloud: {unspelled!r}"
    return heard
