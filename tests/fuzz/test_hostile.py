"""Sends every hostile message to the real server: it must answer, tell nothing of others' orders, and stay usable."""

import json
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.conftest import Running
from tests.fuzz.hostile import ORDER, TRACKING, Hostile, hostile_messages

MESSAGES = hostile_messages()
OWN_POSTCODE = "94110"
SECRETS_OF_OTHERS = (
    "Zebulon",
    "Quatermain",
    "mail.example.com",
    "0147",
    "LL61",
    "5UJ",
    "Llanfairpwll",
    "Marrowbone",
    "Obsidian",
    r"ZQTRACK\d*",
)
SIGNS_OF_FAULTS = re.compile(r"\bNone\b|Traceback|utter_|\baction_|root:x:|97601|pwned")


def victim(place: int) -> str:
    """The number of the other person's order that message `place` is after: one each, so that no lock hides a leak."""
    return str(70001 + place)


def secrets_in(text: str) -> set[str]:
    """What of the other person's order a text gives away."""
    return {secret for secret in SECRETS_OF_OTHERS if re.search(rf"\b{secret}\b", text, re.IGNORECASE)}


@pytest.fixture(scope="module")
def client(doorstep_server: Running) -> Iterator[httpx.Client]:
    """A caller of the API, on a store that holds an order of somebody else for every message, and one's own."""
    headers = {"Authorization": f"Bearer {doorstep_server.api_key}"}
    with httpx.Client(base_url=doorstep_server.base_url, headers=headers, trust_env=False, timeout=20) as api:
        places = range(len(MESSAGES))
        api.post("/api/v1/orders", json=[_order_of_another(victim(place)) for place in places]).raise_for_status()
        api.post("/api/v1/orders", json=[_own_order(place) for place in places]).raise_for_status()
        events = [_event(f"ZQTRACK{victim(place)}") for place in places]
        api.post("/api/v1/tracking-events", json={"events": events}).raise_for_status()
        yield api


def _order_of_another(number: str) -> dict[str, Any]:
    return {
        "number": number,
        "placed_at": "2026-11-20T10:00:00Z",
        "customer": {
            "name": "Zebulon Quatermain",
            "email": "zebulon.quatermain@mail.example.com",
            "phone": "+12025550147",
        },
        "ship_to": {"postcode": "LL61 5UJ", "city": "Llanfairpwll", "region": "Anglesey", "country": "GB"},
        "items": [{"sku": "Z", "title": "Obsidian chess set", "quantity": 1}],
        "shipments": [{"tracking_number": f"ZQTRACK{number}"}],
    }


def _own_order(place: int) -> dict[str, Any]:
    return {
        "number": f"4{place:04d}",
        "placed_at": "2026-11-21T10:00:00Z",
        "customer": {"name": "Dana Fields", "email": f"dana{place}@example.com"},
        "ship_to": {"postcode": OWN_POSTCODE, "city": "Oakland", "country": "US"},
        "items": [{"sku": "K", "title": "Kettle", "quantity": 1}],
    }


def _event(tracking_number: str) -> dict[str, Any]:
    return {
        "tracking_number": tracking_number,
        "status": "delivered",
        "occurred_at": "2026-11-22T10:00:00Z",
        "location": "Llanfairpwll",
        "description": "Left at 3 Marrowbone Lane, signed by Quatermain",
    }


class Conversation:
    """One conversation of an attacker."""

    def __init__(self, client: httpx.Client, place: int) -> None:
        self._client, self._place, self._count, self.heard = client, place, 0, ""

    def say(self, text: str) -> str:
        """Send a message and return all of the answer; fails unless there is one."""
        self._count += 1
        message = {"conversation": f"hostile-{self._place}", "message_id": str(self._count), "text": text}
        # Half a surrogate pair can only travel as an escape.
        answer = self._client.post(
            "/api/v1/messages", content=json.dumps(message), headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 200, answer.text[:500]
        replies = answer.json()["replies"]
        assert "".join(reply["text"] for reply in replies).strip(), "no answer"
        self.heard += answer.text
        return str(answer.text)

    def reach(self, state: str) -> None:
        """Bring the conversation where the message is to be sent."""
        steps = {
            "fresh": [],
            "asked_for_number": ["where is my order"],
            "asked_for_proof": [f"where is order {victim(self._place)}"],
            "proven": [f"where is order 4{self._place:04d}", OWN_POSTCODE],
        }[state]
        answers = [self.say(step) for step in steps]
        assert state != "proven" or "Kettle" in answers[-1] or '"card":{' in answers[-1], answers


@pytest.mark.parametrize(("place", "hostile"), list(enumerate(MESSAGES)), ids=[m.name for m in MESSAGES])
def test_a_hostile_message(client: httpx.Client, place: int, hostile: Hostile) -> None:
    text = hostile.text.replace(ORDER, victim(place)).replace(TRACKING, f"ZQTRACK{victim(place)}")
    conversation = Conversation(client, place)
    conversation.reach(hostile.state)
    answer = conversation.say(text)
    assert not SIGNS_OF_FAULTS.search(answer), answer
    conversation.say("hello")
    assert not secrets_in(conversation.heard) - secrets_in(text), conversation.heard


def test_the_server_is_still_well(client: httpx.Client) -> None:
    assert client.get("/readyz").status_code == 200
    orders = [client.get(f"/api/v1/orders/{victim(place)}") for place in range(len(MESSAGES))]
    assert {order.status_code for order in orders} == {200}
    assert {order.json()["customer"]["name"] for order in orders} == {"Zebulon Quatermain"}


def test_the_right_proof_does_show_what_was_hidden(client: httpx.Client) -> None:
    conversation = Conversation(client, len(MESSAGES))
    conversation.say(f"where is order {victim(0)}")
    conversation.say("LL61 5UJ")
    assert {"Llanfairpwll", r"ZQTRACK\d*"} <= secrets_in(conversation.heard), conversation.heard
