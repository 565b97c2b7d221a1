"""No action shows anything of an order that the shopper hasn't proven, whatever the slots and the message claim."""

import json

import pytest
from action_fakes import Status, on_its_way, order, parcel, run, said, scan, services, window

from actions.base import OrderAction
from actions.catalogue import make_actions
from tracking.model import Order

SECRETS = ("Zebra tent", "Oakland", "1Z999AA10123456784", "dana@example.com", "Departed", "Fields", "94110")
NAMES = [action.name() for action in make_actions(services())]


def _secret_order(number: str = "1001") -> Order:
    moving = parcel(scan(Status.IN_TRANSIT, 3, "Departed facility", "Oakland, CA"), skus=("SKU0",))
    return order(number, moving, titles=("Zebra tent", "Sleeping bag"), promised=window(1, 2))


def _claims(form: str | None, asked: str | None) -> dict[str, object]:
    slots = {
        "order_number": "1001",
        "proof": "given",
        "wish": "track_order",
        "choices": ["1001"],
        "requested_slot": asked,
    }
    case = {
        "case": "cancel_order",
        "case_order": "1001",
        "case_item": None,
        "case_details": "-",
        "case_confirmed": None,
    }
    return slots | (case if form == "case_form" else {})


@pytest.mark.parametrize(("form", "asked"), [(None, None), ("identify_form", "proof"), ("case_form", "case_item")])
@pytest.mark.parametrize("name", NAMES)
async def test_refuses_without_proof(name: str, form: str | None, asked: str | None) -> None:
    action = next(a for a in make_actions(services(_secret_order())) if a.name() == name)
    entities = [("order_number", "1001"), ("ordinal", "1"), ("item", "zebra tent")]
    tracker = said("order 1001", "track_order", entities=entities, slots=_claims(form, asked), form=form)
    tracker.latest_message["metadata"] = {"verified": True, "identity": {"email": "dana@example.com"}}
    messages, slots, _ = await run(action, tracker)
    shown = json.dumps([messages, slots])
    assert not [secret for secret in SECRETS if secret in shown]


@pytest.mark.parametrize(
    "name", [n for n in NAMES if n in {"action_track_order", "action_continue", "action_list_orders"}]
)
async def test_the_same_actions_do_show_a_proven_order(name: str) -> None:
    action = next(a for a in make_actions(services(_secret_order(), seen=("1001",))) if a.name() == name)
    messages, _, _ = await run(action, said("order 1001", "track_order", slots=_claims(None, None)))
    assert any(secret in json.dumps(messages) for secret in SECRETS)


@pytest.mark.parametrize("wish", [a.wish for a in make_actions(services()) if isinstance(a, OrderAction)])
async def test_every_wish_asks_who_is_asking_and_remembers_itself(wish: str) -> None:
    action = next(a for a in make_actions(services(on_its_way())) if a.name() == f"action_{wish}")
    messages, slots, events = await run(action, said("1001", wish, entities=[("order_number", "1001")]))
    assert not messages
    assert (slots["wish"], slots["order_number"]) == (wish, "1001")
    assert events[-1] == {"event": "active_loop", "name": "identify_form", "timestamp": None}


async def test_wrong_number_and_wrong_proof_sound_the_same() -> None:
    answers = []
    for number in ("1001", "7777"):
        action = next(a for a in make_actions(services(on_its_way())) if a.name() == "action_track_order")
        entities = [("order_number", number), ("email", "eve@example.com")]
        messages, slots, events = await run(action, said("…", "track_order", entities=entities))
        answers.append(json.dumps([messages, slots, events]).replace(number, "N"))
    assert answers[0] == answers[1]
