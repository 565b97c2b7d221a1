"""Reads dialogue tests from YAML, seeds their orders and talks them through over the HTTP API; starts no server.

A dialogue:

    - name: what it shows
      channel: web                      # or sms, voice; web if left out
      identity: {email: "{email}"}      # vouched for by the caller; none if left out
      orders:
        - number: "{A}"                 # each dialogue has numbers of its own: {A} {B} {C} {D}
          placed: -7d                   # times are relative to now: -3h, 2d, -20m; days from midnight: [1d, 2d]
          promised: [1d, 2d]
          items: [Blue running shoes]
          parcels:
            - carrier: ups
              items: [Blue running shoes]
              events: [{status: in_transit, at: -3h, what: Departed facility, where: "Oakland, CA"}]
      talk:
        - say: where is {A}
          expect: [on its way, [one of these, or this], "re:[0-9] hours"]
          never: [delivered]
          buttons: ["Yes", "No"]
          card: in_transit
          ticket: true

With `sender`, each line is a text from that phone through Twilio's wire format, and `silence: true` expects no answer.

Also filled in: {email} {postcode} {phone} {last4} of the customer, {stranger} for another phone, {A_tracking}
{B_tracking} … of the first parcels,
{A_spoken} for a number in words, {unknown} for a number no order has. `say` may be a list of turns, judged together.
"""

import itertools
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4
from xml.etree import ElementTree

import httpx
import yaml
from twilio.request_validator import RequestValidator

from tests.conftest import SECRETS

HERE = Path(__file__).parent
FOLDERS = (
    "happy", "corrections", "digressions", "several_orders", "proof", "dead_ends", "nonsense", "abuse", "attack",
    "texting",
)  # fmt: skip
ALWAYS_WRONG = re.compile(r"[{}]|\bNone\b|utter_|Traceback|\bnull\b")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}
_DIGITS = "zero one two three four five six seven eight nine".split()  # noqa: SIM905
_serial = itertools.count(3101)
_phones = itertools.count(200)


@dataclass(frozen=True)
class Dialogue:
    """One dialogue test and the file it is in."""

    file: Path
    test: dict[str, Any]

    @property
    def id(self) -> str:
        """Return "folder/file: name"."""
        return f"{self.file.parent.name}/{self.file.stem}: {self.test['name']}"


def collect() -> list[Dialogue]:
    """Return all dialogues of all folders."""
    files = [file for folder in FOLDERS for file in sorted((HERE / folder).glob("*.yml"))]
    return [Dialogue(file, test) for file in files for test in yaml.safe_load(file.read_text())]


def names() -> dict[str, str]:
    """Return fresh values for what dialogues leave open."""
    # Phones differ, as they prove orders; their last digits begin with 0, as order numbers never do.
    last4, stranger = f"0{next(_phones)}", f"+12125550{next(_phones)}"
    values = {"postcode": "94110", "last4": last4, "phone": f"+1212555{last4}", "stranger": stranger}
    values["email"] = f"dana{next(_serial)}@example.com"
    values["unknown"] = str(next(_serial))
    for letter in "ABCD":
        number = str(next(_serial))
        values[letter] = number
        values[f"{letter}_spoken"] = " ".join(_DIGITS[int(digit)] for digit in number)
        values[f"{letter}_tracking"] = _ups_number(number)
    return values


def _ups_number(serial: str) -> str:
    body = f"12345E02{serial:0>7}"
    values = [int(c) if c.isdigit() else (ord(c) - 63) % 10 for c in body]
    total = sum(value * (2 if place % 2 else 1) for place, value in enumerate(values))
    return f"1Z{body}{-total % 10}"


def fill(value: Any, given: dict[str, str]) -> Any:
    """Put the fresh values into every text of a structure; other braces stay."""
    if isinstance(value, str):
        return re.sub(r"\{(\w+)\}", lambda match: given.get(match[1], match[0]), value)
    if isinstance(value, list):
        return [fill(item, given) for item in value]
    if isinstance(value, dict):
        return {key: fill(item, given) for key, item in value.items()}
    return value


def when(text: str, *, day: bool = False) -> str:
    """Return a relative time as ISO 8601; with `day`, the midnight that its day begins with, as shops write days."""
    match = re.fullmatch(r"([+-]?\d+)([mhd])", text)
    if match is None:
        raise ValueError(f"{text!r} is no relative time such as -3h or 2d")
    at = datetime.now(UTC) + timedelta(**{_UNITS[match[2]]: int(match[1])})
    return (at.replace(hour=0, minute=0, second=0, microsecond=0) if day else at).isoformat()


class Talk:
    """One conversation with the API."""

    def __init__(self, client: httpx.Client, dialogue: dict[str, Any]) -> None:
        self._client = client
        self._given = names()
        self._dialogue = fill(dialogue, self._given)
        self._conversation = f"dialogue-{uuid4()}"

    def run(self) -> None:
        """Seed, then say every line and judge every answer."""
        for order in self._dialogue.get("orders", ()):
            self._seed(order)
        for turn in self._dialogue["talk"]:
            said = turn["say"] if isinstance(turn["say"], list) else [turn["say"]]
            answers = [self._say(text) for text in said]
            self._judge(turn, answers)

    def _seed(self, order: dict[str, Any]) -> None:
        parcels = order.get("parcels", [])
        for place, parcel in enumerate(parcels):
            number = self._given[f"{self._letter(order)}_tracking"]
            parcel.setdefault("tracking", number if place == 0 else _ups_number(f"{place}{order['number']}"))
        self._post("/api/v1/orders", _order_json(order, self._given))
        events = [_event_json(parcel, event) for parcel in parcels for event in parcel.get("events", ())]
        if events:
            self._post("/api/v1/tracking-events", {"events": events})

    def _letter(self, order: dict[str, Any]) -> str:
        return next((letter for letter in "ABCD" if self._given[letter] == order["number"]), "A")

    def _post(self, path: str, body: Any) -> Any:
        answer = self._client.post(path, json=body)
        assert answer.status_code < 300, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    def _say(self, text: str) -> dict[str, Any]:
        if "sender" in self._dialogue:
            return {"replies": [{"text": said} for said in self._text(self._dialogue["sender"], text)]}
        body = {"conversation": self._conversation, "message_id": str(uuid4()), "text": text}
        body |= {key: self._dialogue[key] for key in ("channel", "identity") if key in self._dialogue}
        body.setdefault("channel", "web")
        return self._post("/api/v1/messages", body)

    def _text(self, sender: str, text: str) -> list[str]:
        form = {"MessageSid": f"SM{uuid4().hex}", "From": sender, "To": SECRETS["DOORSTEP_TWILIO_FROM"], "Body": text}
        signer = RequestValidator(SECRETS["DOORSTEP_TWILIO_AUTH_TOKEN"])
        path = "/webhooks/twilio/sms"
        signature = signer.compute_signature(str(self._client.base_url.join(path)), form)
        answer = self._client.post(path, data=form, headers={"X-Twilio-Signature": signature})
        assert answer.status_code == 200, answer.text
        return [message.text or "" for message in ElementTree.fromstring(answer.content)]

    def _judge(self, turn: dict[str, Any], answers: list[dict[str, Any]]) -> None:
        replies = [reply for answer in answers for reply in answer["replies"]]
        text = "\n".join(reply["text"] for reply in replies)
        said = f"{turn['say']!r} -> {text!r}"
        if turn.get("silence"):
            assert not text, f"no silence: {said}"
            return
        assert text.strip(), f"no answer: {said}"
        assert not ALWAYS_WRONG.search(text), said
        for wanted in turn.get("expect", ()):
            options = wanted if isinstance(wanted, list) else [wanted]
            assert any(_holds(text, option) for option in options), f"missing {wanted!r}: {said}"
        for unwanted in turn.get("never", ()):
            assert not _holds(text, unwanted), f"unwanted {unwanted!r}: {said}"
        titles = [button["title"] for reply in replies for button in reply.get("buttons", ())]
        assert set(turn.get("buttons", ())) <= set(titles), f"buttons {titles}: {said}"
        self._judge_rest(turn, answers, replies, said)

    def _judge_rest(self, turn: dict[str, Any], answers: list[Any], replies: list[Any], said: str) -> None:
        if "card" in turn:
            cards = [reply["card"]["status"] for reply in replies if reply.get("card")]
            assert cards == ([turn["card"]] if turn["card"] else []), f"cards {cards}: {said}"
        if "ticket" in turn:
            tickets = [answer["ticket"] for answer in answers if answer.get("ticket")]
            assert bool(tickets) is turn["ticket"], f"tickets {tickets}: {said}"


def _holds(text: str, wanted: str) -> bool:
    if wanted.startswith("re:"):
        return re.search(wanted[3:], text, re.IGNORECASE) is not None
    return wanted.casefold() in text.casefold()


def _order_json(order: dict[str, Any], given: dict[str, str]) -> dict[str, Any]:
    titles = order.get("items", ["Blue running shoes"])
    skus = {title: f"SKU-{place}" for place, title in enumerate(titles)}
    body: dict[str, Any] = {
        "number": order["number"],
        "placed_at": when(order.get("placed", "-7d")),
        "customer": {"name": "Dana Fields", "email": given["email"], "phone": given["phone"]},
        "ship_to": {"postcode": given["postcode"], "city": "San Francisco", "region": "CA", "country": "US"},
        "items": [{"sku": skus[title], "title": title, "quantity": 1} for title in titles],
        "shipments": [_shipment_json(parcel, skus) for parcel in order.get("parcels", ())],
        "status": order.get("status", "open"),
    }
    body["customer"] |= order.get("customer", {})
    if "promised" in order:
        first, last = order["promised"]
        body["promised"] = {"earliest": when(first, day=True), "latest": when(last, day=True)}
    return body


def _shipment_json(parcel: dict[str, Any], skus: dict[str, str]) -> dict[str, Any]:
    body = {"tracking_number": parcel["tracking"], "carrier": parcel.get("carrier", "ups")}
    return body | ({"items": [skus[title] for title in parcel["items"]]} if "items" in parcel else {})


def _event_json(parcel: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
    return {
        "tracking_number": parcel["tracking"],
        "status": event["status"],
        "occurred_at": when(event["at"]),
        "location": event.get("where", ""),
        "description": event.get("what", ""),
    }
