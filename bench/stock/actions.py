"""Actions of the stock assistant: every action of the domain, answered from a plain SQLite file."""

import os
import re
import sqlite3
from pathlib import Path
from typing import Any

import yaml
from rasa_sdk import Action, Tracker
from rasa_sdk.executor import CollectingDispatcher

DOMAIN = Path(__file__).resolve().parents[2] / "bot" / "domain"
LATEST = """SELECT o.number, s.carrier, e.status, e.location, e.occurred_at
    FROM orders o JOIN shipments s ON s.order_number = o.number JOIN events e ON e.shipment_id = s.id
    WHERE o.number = ? AND o.email = ? ORDER BY e.occurred_at DESC LIMIT 1"""


class FromDatabase(Action):
    """Looks up the order that the message names, for the shopper in its metadata, and says where it is."""

    def __init__(self, name: str = "") -> None:
        self._name = name

    def name(self) -> str:
        return self._name

    async def run(self, dispatcher: CollectingDispatcher, tracker: Tracker, _: dict[str, Any]) -> list[Any]:
        number = re.search(r"\d{4}", tracker.latest_message.get("text") or "")
        email = (tracker.latest_message.get("metadata") or {}).get("email", "")
        with sqlite3.connect(os.environ["STOCK_DATABASE"]) as database:
            row = database.execute(LATEST, (number.group() if number else "", email)).fetchone()
        if row is None:
            dispatcher.utter_message(text="I can't find that order.")
            return []
        dispatcher.utter_message(text=f"Order {row[0]} is {row[2]} with {row[1]}.")
        dispatcher.utter_message(text=f"Last scan: {row[3]}, {row[4]}.")
        return []


def _action_names() -> set[str]:
    names: set[str] = set()
    for path in DOMAIN.rglob("*.yml"):
        listed = (yaml.safe_load(path.read_text()) or {}).get("actions") or []
        names |= {name if isinstance(name, str) else next(iter(name)) for name in listed}
    return {name for name in names if name.startswith(("action_", "validate_"))}


def _register() -> None:
    # rasa-sdk finds actions by walking the subclasses of Action and making one of each.
    for action_name in _action_names():
        body = {"__init__": lambda self, name=action_name: FromDatabase.__init__(self, name), "__module__": __name__}
        globals()[action_name] = type(action_name, (FromDatabase,), body)


_register()
