"""Measures the webhooks of voice and SMS with twenty at once; alone, `python -m bench.webhooks` prints their rows.

Twilio, Alexa and Dialogflow are played in their wire formats, signed as they sign. No stock peer: Rasa brings a Twilio
channel that checks no signature, and none for the others.
"""

import base64
import hashlib
import hmac
import http.client
import json
import secrets
import shutil
import tempfile
import time
import uuid
from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree

from bench import report
from bench.data import ORDERS, POSTCODE
from bench.measures import QUESTIONS, TURNS_AT_ONCE, crowd
from bench.peers import Doorstep
from tests.alexa_place import alexa_place
from tests.alexa_requests import envelope, signed

FIRST = 300
SKILL_ID = "amzn1.ask.skill.bench"
ANSWERED = "on its way"
"""What every answer about an order of the benchmarks says; speech leaves out its number."""

Sent = tuple[bytes, dict[str, str]]


class Caller(ABC):
    """One shopper on one channel. `place` is 0 to 19, `key` what the channel's requests are signed with."""

    name: str
    path: str

    def __init__(self, place: int, base_url: str, key: str) -> None:
        self.place, self.base_url, self.key = place, base_url, key

    @abstractmethod
    def request(self, text: str) -> Sent:
        """The body and headers of a request that says this."""

    @abstractmethod
    def words(self, answer: bytes) -> str:
        """What an answer says."""


class Twilio(Caller):
    """Texts from a phone of its own."""

    name, path = "Twilio SMS", "/webhooks/twilio/sms"

    def request(self, text: str) -> Sent:
        """A form, with the signature over the address and all its fields."""
        form = {"Body": text, "From": f"+12025550{100 + self.place}", "MessageSid": f"SM{uuid.uuid4().hex}"}
        form |= {"NumMedia": "0", "To": "+12025550199"}
        fields = "".join(f"{name}{form[name]}" for name in sorted(form))
        digest = hmac.new(self.key.encode(), f"{self.base_url}{self.path}{fields}".encode(), hashlib.sha1).digest()
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        return urlencode(form).encode(), {**kind, "X-Twilio-Signature": base64.b64encode(digest).decode()}

    def words(self, answer: bytes) -> str:
        """The texts of the TwiML."""
        return " ".join(ElementTree.fromstring(answer).itertext())


class Alexa(Caller):
    """Speaks to the skill, and keeps its session as Alexa does."""

    name, path = "Alexa", "/webhooks/alexa"
    attributes: dict[str, Any] | None = None

    def request(self, text: str) -> Sent:
        """A request with the signature of the stand-in's certificate."""
        sent = envelope(
            "IntentRequest",
            "CarrierPhraseIntent",
            {"phrase": text},
            self.attributes,
            f"amzn1.ask.account.{self.place}",
            f"amzn1.echo-api.request.{uuid.uuid4()}",
            datetime.now(UTC),
            self.key,
        )
        body = json.dumps(sent).encode()
        return body, {"Content-Type": "application/json", **signed(body)}

    def words(self, answer: bytes) -> str:
        """The speech."""
        given = json.loads(answer)
        self.attributes = given.get("sessionAttributes")
        return str(given["response"]["outputSpeech"]["ssml"])


class Dialogflow(Caller):
    """Calls a Dialogflow CX agent."""

    name, path = "Dialogflow CX", "/webhooks/dialogflow"

    def request(self, text: str) -> Sent:
        """A webhook request with the bearer token."""
        session = f"projects/bench/locations/global/agents/bench/sessions/{self.place}"
        sent = {"detectIntentResponseId": str(uuid.uuid4()), "sessionInfo": {"session": session}, "transcript": text}
        return json.dumps(sent).encode(), {
            "Content-Type": "application/json",
            "Authorization": f"Bearer {self.key}",
        }

    def words(self, answer: bytes) -> str:
        """The shown texts."""
        messages = json.loads(answer)["fulfillmentResponse"]["messages"]
        return " ".join(line for message in messages for line in message.get("text", {}).get("text", ()))


@dataclass(frozen=True, slots=True)
class Hooks:
    """A running Doorstep whose webhooks are configured, and the key of each."""

    port: int
    keys: dict[type[Caller], str]

    def p99(self, kind: type[Caller]) -> tuple[float, float]:
        """99th percentile of a turn in milliseconds, and turns a second, with twenty shoppers at once."""
        return crowd(lambda place: self._conversation(kind(place, f"http://127.0.0.1:{self.port}", self.keys[kind])))

    def _conversation(self, caller: Caller) -> list[float]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        number = ORDERS[FIRST + caller.place]
        # Who asks proves the order first, as every caller must; that isn't timed.
        _say(connection, caller, f"where is order {number}")
        _answered(connection, caller, POSTCODE)
        return [
            _answered(connection, caller, QUESTIONS[turn % len(QUESTIONS)].format(number))
            for turn in range(TURNS_AT_ONCE)
        ]


def _say(connection: http.client.HTTPConnection, caller: Caller, text: str) -> tuple[str, float]:
    body, headers = caller.request(text)
    started = time.perf_counter()
    connection.request("POST", caller.path, body, headers)
    response = connection.getresponse()
    answer = response.read()
    took = (time.perf_counter() - started) * 1000
    if response.status != http.HTTPStatus.OK:
        raise RuntimeError(f"{caller.path}: {response.status} {answer[:500]!r}")
    return caller.words(answer), took


def _answered(connection: http.client.HTTPConnection, caller: Caller, text: str) -> float:
    """Say something, insist on an answer about the order, and return its milliseconds."""
    words, took = _say(connection, caller, text)
    if ANSWERED not in words:
        raise RuntimeError(f"{caller.name} was not told where the order is: {words!r}")
    return took


def measure(folder: Path) -> dict[str, tuple[float, float]]:
    """Start a Doorstep with all three channels on, and return 99th percentile and turns a second of each webhook."""
    keys: dict[type[Caller], str] = {
        Twilio: secrets.token_urlsafe(),
        Alexa: SKILL_ID,
        Dialogflow: secrets.token_urlsafe(),
    }
    with alexa_place(folder) as place:
        ours = Doorstep(folder)
        ours.settings = place | {
            "DOORSTEP_PUBLIC_URL": f"http://127.0.0.1:{ours.port}",
            "DOORSTEP_TWILIO_AUTH_TOKEN": keys[Twilio],
            "DOORSTEP_ALEXA_SKILL_ID": keys[Alexa],
            "DOORSTEP_DIALOGFLOW_TOKEN": keys[Dialogflow],
        }
        try:
            ours.start()
            ours.fill()
            hooks = Hooks(ours.port, keys)
            return {kind.name: hooks.p99(kind) for kind in keys}
        finally:
            ours.stop()


def main() -> None:
    """Measure and print the rows."""
    folder = Path(tempfile.mkdtemp(prefix="doorstep-webhooks-"))
    rows = report.webhook_rows(measure(folder))
    shutil.rmtree(folder)
    print("\n".join(rows))


if __name__ == "__main__":
    main()
