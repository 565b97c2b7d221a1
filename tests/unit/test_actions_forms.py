"""Which order is meant, what counts as an answer, and what becomes of a case."""

from typing import Any

import pytest
from action_fakes import Status, on_its_way, order, parcel, run, said, scan, services, window

from actions.catalogue import make_actions
from actions.phrases import gives_up, has_none, only_filler
from actions.services import Services
from tracking.model import Order

HAT = order("1002", parcel(scan(Status.DELIVERED, 20), number="H"), titles=("Red wool hat", "Green scarf"))
NEW = order("1003", titles=("Garden chair",))
MINE = (on_its_way("1001"), HAT, NEW)


def shop(*orders: Order, seen: bool = True) -> Services:
    """The services of one conversation."""
    return services(*orders, seen=tuple(o.number for o in orders) if seen else ())


async def do(
    on: Services, name: str, text: str, intent: str = "", **state: Any
) -> tuple[list[str], dict[str, Any], list[Any]]:
    """Run the action of this name; return responses, slots and the other events."""
    action = next(a for a in make_actions(on) if a.name() == name)
    messages, slots, events = await run(action, said(text, intent, **state))
    return [m["response"] for m in messages if m["response"]], slots, [(e["event"], e.get("name")) for e in events]


@pytest.mark.parametrize(
    ("text", "entities", "number"),
    [
        ("where is order 1003", [("order_number", "1003")], "1003"),
        ("where's my red hatt", [], "1002"),
        ("the garden chair please", [("item", "garden chair")], "1003"),
        ("the second one", [("ordinal", "2")], "1002"),
        ("the last", [("ordinal", "-1")], "1003"),
    ],
)
async def test_choosing_among_own_orders(text: str, entities: list[tuple[str, str]], number: str) -> None:
    _, slots, _ = await do(shop(*MINE), "action_track_order", text, "track_order", entities=entities)
    assert slots["order_number"] == number


async def test_position_means_the_place_in_the_last_list() -> None:
    state = {"entities": [("ordinal", "1")], "slots": {"choices": ["1003", "1001"]}}
    _, slots, _ = await do(shop(*MINE), "action_track_order", "the first", "track_order", **state)
    assert slots["order_number"] == "1003"


async def test_the_only_open_order_answers_at_once() -> None:
    responses, slots, events = await do(shop(on_its_way(), HAT), "action_track_order", "where is it", "track_order")
    assert slots["order_number"] == "1001"
    assert responses[0] == "utter_state_in_transit"
    assert not events


async def test_several_open_orders_are_offered() -> None:
    _, slots, events = await do(shop(*MINE), "action_track_order", "where is my order", "track_order")
    assert slots["choices"] == ["1001", "1003"]
    assert events == [("active_loop", "identify_form")]


async def test_number_and_proof_in_one_message() -> None:
    entities = [("order_number", "1001"), ("email", "dana@example.com")]
    on = shop(on_its_way(), seen=False)
    responses, _, events = await do(on, "action_track_order", "1001 dana@example.com", "track_order", entities=entities)
    assert responses[0] == "utter_state_in_transit"
    assert not events


ASKS_PROOF = {
    "form": "identify_form",
    "slots": {"requested_slot": "proof", "order_number": "1001", "wish": "track_order"},
}


@pytest.mark.parametrize(
    ("text", "entities", "number"),
    [
        ("sorry, 94110", [("postcode", "94110"), ("order_number", "94110")], "1001"),
        ("sorry, 0101", [("order_number", "0101"), ("number", "0101")], "1001"),
        ("no, 1003", [("order_number", "1003"), ("number", "1003")], "1003"),
        ("sorry, order 94110", [("order_number", "94110")], "94110"),
        ("#94110", [("order_number", "94110")], "94110"),
    ],
)
async def test_a_correction_is_of_the_proof_unless_written_like_the_number(
    text: str, entities: list[tuple[str, str]], number: str
) -> None:
    on = shop(on_its_way(), NEW, seen=False)
    _, slots, _ = await do(on, "validate_identify_form", text, "inform_identifier", entities=entities, **ASKS_PROOF)
    assert slots.get("order_number", "1001") == number


async def test_proof_is_judged_by_identity_and_not_kept() -> None:
    on = shop(on_its_way(), seen=False)
    entities = [("postcode", "94110"), ("number", "94110")]
    _, slots, _ = await do(on, "validate_identify_form", "94110", "inform_identifier", entities=entities, **ASKS_PROOF)
    assert slots["proof"] == "given"
    assert "94110" not in str(slots)


async def test_a_corrected_number_is_no_proof() -> None:
    on = shop(*MINE, seen=False)
    entities = [("order_number", "1002"), ("number", "1002")]
    _, slots, _ = await do(on, "validate_identify_form", "no, 1002", "deny", entities=entities, **ASKS_PROOF)
    assert (slots["order_number"], slots["proof"]) == ("1002", None)


async def test_five_wrong_proofs_close_the_form_and_offer_a_person() -> None:
    on = shop(on_its_way(), seen=False)
    for digits in ("1111", "2222", "3333", "4444", "5555", "6666"):
        responses, slots, events = await do(
            on, "validate_identify_form", digits, "inform_identifier", entities=[("number", digits)], **ASKS_PROOF
        )
    assert responses == ["utter_locked"]
    assert slots["pending_offer"] == {"reason": "locked_out"}
    assert events == [("active_loop", None)]


@pytest.mark.parametrize("intent", ["speak_to_human", "bot_challenge", "cancel_order", "out_of_scope"])
async def test_what_is_no_answer_goes_to_its_own_rule(intent: str) -> None:
    responses, slots, events = await do(
        shop(seen=False), "validate_identify_form", "something else", intent, **ASKS_PROOF
    )
    assert (responses, slots) == ([], {})
    assert events == [("action_execution_rejected", "identify_form")]


async def test_two_unclear_answers_offer_a_person() -> None:
    first, slots, _ = await do(shop(), "validate_identify_form", "hmm", "", **ASKS_PROOF)
    again = {**ASKS_PROOF, "slots": ASKS_PROOF["slots"] | slots}
    second, slots, events = await do(shop(), "validate_identify_form", "hmm", "", **again)
    assert (first, second) == (["utter_unclear_proof"], ["utter_stuck"])
    assert slots["pending_offer"]
    assert events == [("active_loop", None)]


async def test_cancelling_is_possible_only_before_dispatch() -> None:
    _, slots, events = await do(shop(NEW), "action_cancel_order", "cancel it", "cancel_order")
    assert (slots["case"], slots["case_order"]) == ("cancel_order", "1003")
    assert events[0] == ("active_loop", "case_form")
    responses, slots, events = await do(shop(on_its_way()), "action_cancel_order", "cancel it", "cancel_order")
    assert responses == ["utter_cancel_order_on_its_way"]
    assert slots["pending_offer"] == {"reason": "cancel"}
    assert not events


def case(asked: str, **slots: Any) -> dict[str, Any]:
    """A change of address on the table."""
    filled = {"case": "change_address", "case_order": "1001", "case_item": "-", "case_details": "1 Old Road"} | slots
    return {"form": "case_form", "slots": filled | {"requested_slot": asked}}


@pytest.mark.parametrize(
    ("text", "intent", "expected"),
    [
        ("yes", "affirm", {"case_confirmed": True}),
        ("no", "deny", {"case_confirmed": False}),
        ("never mind", "deny", {"case_confirmed": False}),
        ("no, 2 New Road", "deny", {"case_details": "2 New Road"}),
        ("apartment 4", "out_of_scope", {"case_details": "1 Old Road; apartment 4"}),
    ],
)
async def test_confirming_a_case(text: str, intent: str, expected: dict[str, Any]) -> None:
    _, slots, _ = await do(shop(*MINE), "validate_case_form", text, intent, **case("case_confirmed"))
    assert {key: slots.get(key) for key in expected} == expected


async def test_numbers_in_an_address_are_no_orders() -> None:
    state = case("case_details", case_details=None) | {"entities": [("order_number", "1002"), ("number", "1002")]}
    _, slots, events = await do(shop(*MINE), "validate_case_form", "1002 Elm Street", "track_order", **state)
    assert slots["case_details"] == "1002 Elm Street"
    assert not events


async def test_another_order_number_at_the_confirmation_moves_the_case() -> None:
    state = case("case_confirmed") | {"entities": [("order_number", "1003")]}
    _, _, events = await do(shop(*MINE), "validate_case_form", "no, 1003", "deny", **state)
    assert events == [("action_execution_rejected", "case_form")]
    _, slots, events = await do(shop(*MINE), "action_deny", "no, 1003", "deny", **state)
    assert (slots["case_order"], slots["case_details"]) == ("1003", "1 Old Road")
    assert ("active_loop", "case_form") in events


async def test_a_confirmed_case_becomes_a_ticket_and_an_unconfirmed_one_does_not() -> None:
    on = shop(*MINE)
    slots = case("case_confirmed")["slots"] | {"case_confirmed": False}
    responses, _, _ = await do(on, "action_open_case", "no", "deny", slots=slots)
    assert responses == ["utter_case_dropped"]
    responses, cleared, _ = await do(on, "action_open_case", "yes", "affirm", slots=slots | {"case_confirmed": True})
    assert responses == ["utter_ticket_opened", "utter_contact_known"]
    assert cleared["case"] is None
    [ticket] = on.tickets.opened  # type: ignore[attr-defined]
    assert (ticket.reason, ticket.order_number, ticket.details) == ("change_address", "1001", {"details": "1 Old Road"})


async def test_a_person_is_called_in_the_middle_of_a_case() -> None:
    on = shop(*MINE)
    responses, slots, events = await do(
        on, "action_speak_to_human", "person!", "speak_to_human", **case("case_confirmed")
    )
    assert responses == ["utter_person_called", "utter_contact_known"]
    assert slots["case"] is None
    assert events == [("active_loop", None)]
    assert on.tickets.opened[0].details == {"details": "1 Old Road"}  # type: ignore[attr-defined]


async def test_yes_accepts_what_was_offered_and_nothing_else() -> None:
    on = shop(*MINE)
    responses, slots, _ = await do(on, "action_affirm", "yes", "affirm", slots={"pending_offer": {"reason": "late"}})
    assert responses == ["utter_person_called", "utter_contact_known"]
    assert slots["pending_offer"] is None
    assert (await do(on, "action_affirm", "yes", "affirm"))[0] == ["utter_affirm"]
    assert len(on.tickets.opened) == 1  # type: ignore[attr-defined]


async def test_two_misunderstandings_in_a_row_offer_a_person() -> None:
    first, slots, _ = await do(shop(), "action_misunderstood", "sing!", "out_of_scope")
    second, later, _ = await do(shop(), "action_misunderstood", "sing!", "out_of_scope", slots=slots)
    assert (first, second) == (["utter_way_back"], ["utter_stuck"])
    assert later["pending_offer"] == {"reason": "not_understood"}
    _, slots, _ = await do(shop(), "action_small_talk", "hi", "greet", slots={"misunderstandings": 1})
    assert slots["misunderstandings"] == 0


@pytest.mark.parametrize("wanted", [True, False])
async def test_alerts_are_stored(wanted: bool) -> None:
    on = shop()
    responses, _, _ = await do(on, f"action_alerts_{'on' if wanted else 'off'}", "updates", "")
    assert on.preferences.on is wanted  # type: ignore[attr-defined]
    assert responses == [f"utter_alerts_{'on' if wanted else 'off'}"]


async def test_missing_is_checked_before_it_is_handed_over() -> None:
    responses, slots, _ = await do(shop(HAT), "action_report_missing", "it isn't here", "report_missing")
    assert responses[-1] == "utter_checklist"
    assert slots["case"] == "report_missing"
    late = on_its_way(promised=window(-3, -2))
    responses, slots, _ = await do(shop(late), "action_report_missing", "it is lost", "report_missing")
    assert responses[-1] == "utter_offer_look"
    assert slots["pending_offer"] == {"reason": "missing"}


@pytest.mark.parametrize(
    "text", ["never mind", "Nevermind.", "no, forget it", "cancel", "stop please", "I changed my mind"]
)
def test_giving_up(text: str) -> None:
    assert gives_up(text)


@pytest.mark.parametrize("text", ["cancel order 1001", "stop sending it to my old address", "no"])
def test_not_giving_up(text: str) -> None:
    assert not gives_up(text)


def test_other_set_phrases() -> None:
    assert has_none("i don't have it")
    assert not has_none("94110")
    assert only_filler("no, I meant order #1002")
    assert not only_filler("1002 Elm Street")
