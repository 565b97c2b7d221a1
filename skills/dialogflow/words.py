"""Plain words for an agent's intents and tags, for turns in which the shopper said none; reads no request."""

import re
from collections.abc import Mapping
from typing import Any

DEFAULT = "help"
"""What is asked when neither words nor a known intent came."""

WELCOME = "Default Welcome Intent"
"""Dialogflow's own name for the intent that begins a conversation; stands for our `greet`."""

PHRASES = {
    "track_order": "where is my order",
    "delivery_eta": "when will my order arrive",
    "order_delayed": "my order is late",
    "report_missing": "my order is missing",
    "report_damaged": "my package arrived damaged",
    "delivery_options": "delivery options",
    "change_address": "i need to change the address on my order",
    "reschedule_delivery": "reschedule my delivery",
    "cancel_order": "cancel my order",
    "change_order": "change my order",
    "return_refund": "return my order",
    "refund_status": "where is my refund",
    "list_orders": "list my orders",
    "alerts_on": "keep me posted on my order",
    "alerts_off": "stop messaging me about my order",
    "speak_to_human": "talk to a person",
    "complaint": "I have a complaint",
    "greet": "hello",
    "goodbye": "goodbye",
    "thank_you": "thank you",
    "affirm": "yes",
    "deny": "no",
    "bot_challenge": "are you a bot",
    "help": "help",
    "repeat": "repeat that",
}
"""One phrase per intent, each among that intent's training examples. `rate` and `out_of_scope` mean nothing unsaid."""

_THING = re.compile(r"\bmy (order|package|delivery|refund)\b")
_NUMBER = re.compile(r"#?[A-Za-z0-9][A-Za-z0-9._/-]{0,39}")


def plain_words(name: str, number: str) -> str | None:
    """Return what a shopper would say for this intent or tag, about order `number` if not empty; None if unknown."""
    if name == "inform_identifier":
        return number or None
    phrase = PHRASES.get("greet" if name == WELCOME else name)
    return _THING.sub(lambda thing: _about(thing[1], number), phrase) if phrase and number else phrase


def _about(thing: str, number: str) -> str:
    return f"my order {number}" if thing == "order" else f"my {thing} for order {number}"


def order_number(parameters: Mapping[str, Any]) -> str:
    """Return the parameter `order_number`, empty if it is missing or can't be one; digits said singly are joined."""
    value = parameters.get("order_number")
    if isinstance(value, Mapping):
        value = value.get("resolvedValue")
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = "".join(str(value).split()) if isinstance(value, (str, int)) and not isinstance(value, bool) else ""
    return text if _NUMBER.fullmatch(text) else ""
