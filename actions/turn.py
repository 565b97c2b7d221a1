"""One message being answered: what was heard and is remembered, what to say and to remember; decides nothing."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActionExecutionRejected, ActiveLoop, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.services import Services

Event = dict[str, Any]
_SURE, _CERTAIN = 0.35, 0.6


class Turn:
    """Wraps Rasa's tracker and dispatcher for one action. Slots set here are seen by `recall` at once."""

    def __init__(self, dispatcher: CollectingDispatcher, tracker: Tracker, services: Services) -> None:
        self.services = services
        self.conversation: str = tracker.sender_id
        self.now: datetime = services.clock.now()
        self.text: str = (tracker.latest_message.get("text") or "").strip()
        self.history: Sequence[Mapping[str, Any]] = tracker.events
        self.form: str | None = tracker.active_loop_name
        self._in_form = self.form is not None
        self._dispatcher = dispatcher
        self._tracker = tracker
        self._slots: dict[str, Any] = {}
        self._others: list[Event] = []

    @property
    def label(self) -> str:
        """The classifier's best label, however sure it is."""
        return str((self._tracker.latest_message.get("intent") or {}).get("name") or "")

    @property
    def intent(self) -> str:
        """The classifier's label, empty when it was not sure: too weak to take a message away from an open question."""
        return self.label if self.confidence >= _SURE else ""

    @property
    def confidence(self) -> float:
        """How sure the classifier is of its label, 0 to 1."""
        return float((self._tracker.latest_message.get("intent") or {}).get("confidence") or 0)

    @property
    def is_certain(self) -> bool:
        """Whether what looks like another intent is one, rather than a free answer ("the teapot", "a big hole")."""
        return self.confidence >= _CERTAIN

    @property
    def channel(self) -> str:
        """`web`, `sms` or `voice`."""
        name = self._tracker.get_latest_input_channel()
        return name if name in {"sms", "voice"} else "web"

    @property
    def asked(self) -> str | None:
        """The slot that the active form asked for last."""
        return self.recall("requested_slot") if self.form else None

    @property
    def events(self) -> list[Event]:
        """What Rasa is to remember of this turn."""
        # A form takes a message for its own by the slots set, whatever they were; else only changes are news.
        slots = self._tracker.slots
        return [
            SlotSet(name, value) for name, value in self._slots.items() if self._in_form or value != slots.get(name)
        ] + self._others

    def heard(self, entity: str) -> list[str]:
        """Return the values of an entity in the message, in order, each once."""
        found = (e["value"] for e in self._tracker.latest_message.get("entities") or [] if e.get("entity") == entity)
        return list(dict.fromkeys(str(value) for value in found))

    def recall(self, slot: str) -> Any:
        """Return a slot's value, None when it is empty."""
        return self._slots[slot] if slot in self._slots else self._tracker.slots.get(slot)

    def remember(self, **slots: Any) -> None:
        """Set slots; None forgets."""
        self._slots.update(slots)

    def say(self, response: str, *, buttons: Sequence[tuple[str, str]] = (), **fields: Any) -> None:
        """Utter a response of the domain with these fields and buttons of (title, text it sends)."""
        offered = [{"title": title, "payload": payload} for title, payload in buttons]
        self._dispatcher.utter_message(response=response, buttons=offered, **fields)

    def show(self, card: Mapping[str, Any]) -> None:
        """Attach an order card to the reply, for channels that may have a screen."""
        if self.channel != "sms":
            self._dispatcher.utter_message(json_message={"card": dict(card)})

    def say_again(self, message: Mapping[str, Any]) -> None:
        """Repeat a message of the history word for word."""
        data = message.get("data") or {}
        self._dispatcher.utter_message(
            text=message.get("text"), buttons=data.get("buttons"), json_message=data.get("custom")
        )

    def open_form(self, form: str) -> None:
        """Let this form ask its next question after this action."""
        self._others.append(ActiveLoop(form))
        self.form = form

    def leave_form(self) -> None:
        """End the active form; what was said in it stays remembered."""
        if self.form:
            self._slots["requested_slot"] = None
            self._others.append(ActiveLoop(None))
            self.form = None

    def pass_on(self) -> None:
        """The message is no answer to the active form: the message's own rule answers, then the form asks again."""
        self._slots.clear()
        self._others = [ActionExecutionRejected(self.form)]

    def is_fresh(self) -> bool:
        """Say whether this is the first action to look at the message, not one that follows another's answer."""
        for event in reversed(self.history):
            if event.get("event") == "user":
                return True
            if event.get("event") == "action" and event["name"] not in {"action_listen", self.form}:
                return False
        return True
