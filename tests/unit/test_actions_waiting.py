"""What a shopper who waits is told, where they can be reached, and how a ticket stands."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from action_fakes import NOW, FakeQueue, FakeTickets, on_its_way, run, said, services

from actions.catalogue import make_actions
from actions.services import Services
from actions.waiting import asks_about_ticket
from support.model import TicketReason
from support.tickets import Outlook

NEW_YORK = ZoneInfo("America/New_York")


@pytest.fixture
def on() -> Services:
    return services()


def tickets(on: Services) -> FakeTickets:
    assert isinstance(on.tickets, FakeTickets)
    return on.tickets


async def do(on: Services, name: str, text: str, **state: Any) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Run an action; return its responses with their fields, and the slots."""
    action = next(a for a in make_actions(on) if a.name() == name)
    messages, slots, _ = await run(action, said(text, "", **state))
    return {m["response"]: m for m in messages if m["response"]}, slots


async def call(on: Services, **state: Any) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    return await do(on, "action_speak_to_human", "a person please", **state)


async def test_the_place_in_line_and_the_usual_wait(on: Services) -> None:
    tickets(on).expected = Outlook(timedelta(minutes=4, seconds=40), None)
    assert isinstance(on.queue, FakeQueue)
    on.queue.waiting = 3
    responses, _ = await call(on)
    assert (responses["utter_queue_wait"]["place"], responses["utter_queue_wait"]["minutes"]) == (3, "5 minutes")


async def test_nothing_is_made_up_where_nothing_is_known(on: Services) -> None:
    responses, _ = await call(on)
    assert set(responses) == {"utter_person_called", "utter_ask_contact"}


@pytest.mark.parametrize(("channel", "when"), [("web", "tomorrow at 9:00 am EST"), ("voice", "tomorrow at 9:00 am")])
async def test_out_of_hours_it_says_once_when_somebody_is_back(on: Services, channel: str, when: str) -> None:
    opens = (NOW + timedelta(days=1)).astimezone(NEW_YORK).replace(hour=9, minute=0)
    tickets(on).expected = Outlook(None, opens)
    responses, _ = await call(on, channel=channel)
    assert responses["utter_closed"]["when"] == when


@pytest.mark.parametrize(("channel", "asked"), [("web", True), ("voice", True), ("sms", False)])
async def test_a_contact_is_asked_for_where_none_is_known(on: Services, channel: str, asked: bool) -> None:
    responses, slots = await call(on, channel=channel)
    assert ("utter_ask_contact" in responses) is asked
    assert slots.get("contact_for") == ("T-1" if asked else None)


async def test_the_contact_of_a_proven_order_is_enough() -> None:
    responses, _ = await call(services(on_its_way("1001"), seen=("1001",)))
    assert "utter_contact_known" in responses


async def waiting(on: Services) -> dict[str, Any]:
    await call(on)
    return {"contact_for": "T-1"}


async def test_a_mail_address_is_kept_with_the_ticket(on: Services) -> None:
    state = {"slots": await waiting(on), "entities": [("email", "dana@example.com")]}
    responses, slots = await do(on, "action_inform_identifier", "dana@example.com", **state)
    assert set(responses) == {"utter_contact_kept"}
    assert slots["contact_for"] is None
    assert tickets(on).opened[0].contact == "dana@example.com"


async def test_a_phone_number_needs_its_country(on: Services) -> None:
    state = {"slots": await waiting(on), "entities": [("phone", "2025550123")]}
    responses, _ = await do(on, "action_inform_identifier", "2025550123", **state)
    assert set(responses) == {"utter_contact_unclear"}
    assert tickets(on).opened[0].contact == ""


async def test_by_voice_a_number_is_read_back_before_it_is_kept(on: Services) -> None:
    state = {"slots": await waiting(on), "entities": [("number", "12025550123")], "channel": "voice"}
    responses, slots = await do(on, "action_inform_identifier", "+1 202 555 0123", **state)
    assert "utter_contact_unclear" in responses  # no country is known: better asked again than called wrongly
    state["entities"] = [("phone", "+12025550123")]
    responses, slots = await do(on, "action_inform_identifier", "+1 202 555 0123", **state)
    assert responses["utter_contact_check"]["contact"] == "12025550123"
    assert tickets(on).opened[0].contact == ""
    offered = {"pending_offer": slots["pending_offer"], "contact_for": "T-1"}
    responses, _ = await do(on, "action_deny", "no", slots=offered)
    assert set(responses) == {"utter_ask_contact"}
    responses, _ = await do(on, "action_affirm", "yes", slots=offered)
    assert set(responses) == {"utter_contact_kept"}
    assert tickets(on).opened[0].contact == "+12025550123"


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("what about my ticket", True),
        ("any news on T-1004?", True),
        ("t1004", True),
        ("is my ticket answered yet", True),
        ("open a ticket please", False),
        ("I want a ticket", False),
        ("where is my order 1004", False),
    ],
)
def test_asking_for_a_ticket(text: str, asks: bool) -> None:
    assert asks_about_ticket(text) is asks


async def test_how_ones_ticket_stands(on: Services) -> None:
    assert set((await do(on, "action_misunderstood", "what about my ticket"))[0]) == {"utter_no_ticket"}
    await call(on)
    responses, _ = await do(on, "action_misunderstood", "what about my ticket")
    assert responses["utter_ticket_waiting"]["ticket"] == "T-1"
    for change, response in (({"taken_at": NOW}, "utter_ticket_taken"), ({"state": "solved"}, "utter_ticket_solved")):
        await tickets(on).update("T-1", change, "sam")
        assert set((await do(on, "action_track_order", "what about my ticket"))[0]) == {response}


async def test_anothers_ticket_sounds_like_none(on: Services) -> None:
    for _ in range(1001):
        await on.tickets.open("other", TicketReason.MISSING, "…", order_number="1001")
    known, _ = await do(on, "action_misunderstood", "what about T-1001")
    unknown, _ = await do(on, "action_misunderstood", "what about T-9999")
    assert set(known) == set(unknown) == {"utter_ticket_unknown"}


async def test_a_ticket_of_a_proven_order_may_be_asked_for_elsewhere() -> None:
    on = services(on_its_way("1001"), seen=("1001",))
    for _ in range(1001):
        await on.tickets.open("other", TicketReason.MISSING, "…", order_number="1001")
    assert "utter_ticket_waiting" in (await do(on, "action_misunderstood", "what about T-1001"))[0]
