"""Spares Rasa work whose result it already has or never uses; changes no result."""

from functools import cache
from types import SimpleNamespace
from typing import Any

from rasa.core import processor
from rasa.core.policies import memoization, rule_policy
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker


def install() -> None:
    """Take the shortcuts for the rest of the process."""
    # Rasa walks the whole tree of event classes for every event it reads.
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))
    DialogueStateTracker.past_states = _past_states
    DialogueStateTracker.applied_events = _applied_events
    # All that these modules copy is what they would log at debug level, which is off.
    for module in (processor, memoization, rule_policy):
        module.copy = SimpleNamespace(deepcopy=lambda value: value)


_work_out_applied_events = DialogueStateTracker.applied_events


def _applied_events(tracker: DialogueStateTracker) -> list[Event]:
    """Return the events that still count; a tracker only gains events, so their number tells whether it changed."""
    known, events = tracker.__dict__.get("_applied", (None, []))
    if known != len(tracker.events):
        events = _work_out_applied_events(tracker)
        tracker.__dict__["_applied"] = len(tracker.events), events
    return list(events)


def _past_states(
    tracker: DialogueStateTracker,
    domain: Domain,
    omit_unset_slots: bool = False,
    ignore_rule_only_turns: bool = False,
    rule_only_data: dict[str, Any] | None = None,
) -> list[State]:
    """Return the states of a tracker's history; each policy asks for them, the rules even twice a prediction."""
    kept = tracker.__dict__.setdefault("_states", {})
    asked = (len(tracker.events), omit_unset_slots, ignore_rule_only_turns)
    if asked not in kept:
        kept.clear()
        kept[asked] = domain.states_for_tracker_history(
            tracker, omit_unset_slots, ignore_rule_only_turns, rule_only_data
        )
    # Policies change the states they are given.
    return [{part: dict(features) for part, features in state.items()} for state in kept[asked]]
