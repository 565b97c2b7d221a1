"""Alexa as dialogues speak to it: what its model makes of a sentence, signed requests, and the whole of an answer."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx

from skills.alexa.hearing import conversation_of
from skills.alexa.words import ANYTHING_ELSE, DETAILS
from tests.alexa_requests import envelope, signed
from tests.dialogues.wires import Answer, Wire, spoken

_BUILT_IN = {
    "AMAZON.YesIntent": {"yes", "yeah", "yes please", "ok", "okay", "sure"},
    "AMAZON.NoIntent": {"no", "nope", "no thanks", "no thank you"},
    "AMAZON.HelpIntent": {"help", "help me", "what can you do"},
    "AMAZON.StopIntent": {"stop", "bye", "bye bye", "goodbye"},
    "AMAZON.CancelIntent": {"cancel", "never mind", "forget it"},
    "AMAZON.RepeatIntent": {"repeat", "repeat that", "say that again", "can you repeat that"},
}
_INTENTS = {words: intent for intent, many in _BUILT_IN.items() for words in many}
_DIGIT = r"(?:\d+|zero|one|two|three|four|five|six|seven|eight|nine|oh)"
_NUMBER = re.compile(rf"{_DIGIT}(?: {_DIGIT})*")
_SHORT = 4


def intent_of(text: str) -> tuple[str, dict[str, str]]:
    """Return the intent and slots for a sentence: Alexa hears neither capitals nor punctuation."""
    words = " ".join(re.sub(r"[?!.,;:\"#]+", " ", text.lower()).split())
    if words in _INTENTS:
        return _INTENTS[words], {}
    if _NUMBER.fullmatch(words):
        # A number of four digits may begin with a zero; the slot of any length would lose it.
        return "GiveNumberIntent", {"digits" if re.fullmatch(rf"\d{{{_SHORT}}}", words) else "number": words}
    return "CarrierPhraseIntent", {"phrase": words}


class Alexa(Wire):
    """A shopper who opened the skill; nobody is vouched for without a linked account."""

    name, kind, proof, wrong = "alexa", "voice", "last4", "0000"
    vouches = frozenset()

    def __init__(self, client: httpx.Client, identity: Mapping[str, str]) -> None:
        super().__init__(client, identity)
        self._user = f"amzn1.ask.account.{uuid4().hex}"
        self._attributes: dict[str, Any] = {}
        self._tickets: set[str] = set()
        self._send("LaunchRequest")

    def say(self, text: str) -> Answer:
        """Say it; if there are details, hear them too."""
        response = self._send("IntentRequest", *intent_of(text))
        cards = (None,) if "card" in response else ()
        said = _words(response)
        while said.endswith(DETAILS):
            said = f"{said.removesuffix(DETAILS)}{_words(self._send('IntentRequest', 'AMAZON.YesIntent'))}"
        return Answer(said.removesuffix(ANYTHING_ELSE).strip(), cards=cards, ticket=self._opened())

    def _send(self, kind: str, intent: str = "", slots: Mapping[str, str] | None = None) -> dict[str, Any]:
        now, id_ = datetime.now(UTC), f"amzn1.echo-api.request.{uuid4()}"
        request = envelope(kind, intent, slots, self._attributes, self._user, id_, now)
        body = json.dumps(request).encode()
        headers = {"Content-Type": "application/json", **signed(body)}
        given = self.post("/webhooks/alexa", content=body, headers=headers).json()
        self._attributes = given.get("sessionAttributes") or {}
        inner: dict[str, Any] = given["response"]
        return inner

    def _opened(self) -> bool:
        """Whether there is a new ticket: its number is never spoken, so the shop's own list has to tell."""
        listed = self.client.get("/api/v1/tickets", params={"limit": 200}).json()
        mine = {ticket["number"] for ticket in listed if ticket["conversation"] == conversation_of(self._user)}
        opened, self._tickets = mine - self._tickets, mine
        return bool(opened)


def _words(response: Mapping[str, Any]) -> str:
    return spoken(response["outputSpeech"]["ssml"])
