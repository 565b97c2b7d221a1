"""Spares Rasa work whose result it already has or never uses; changes no result."""

from functools import cache
from types import SimpleNamespace
from typing import Any

from rasa.core import processor
from rasa.core.policies import memoization, rule_policy
from rasa.core.policies.policy import PolicyPrediction
from rasa.shared.core.domain import Domain, State
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker


def install() -> None:
    """Take the shortcuts for the rest of the process."""
    # Rasa walks the whole tree of event classes for every event it reads.
    Event.resolve_by_type = staticmethod(cache(Event.resolve_by_type))
    DialogueStateTracker.past_states = _past_states
    DialogueStateTracker.applied_events = _applied_events
    rule_policy.RulePolicy._find_action_from_rules = _find_action_from_rules
    rule_policy.RulePolicy.predict_action_probabilities = _predict_by_rules
    memoization.MemoizationPolicy.predict_action_probabilities = _predict_by_memory
    # All that these modules copy is what they would log at debug level, which is off.
    for module in (processor, memoization, rule_policy):
        module.copy = SimpleNamespace(deepcopy=lambda value: value)


_work_out_applied_events = DialogueStateTracker.applied_events
_search_rules = rule_policy.RulePolicy._find_action_from_rules
_ask_rules = rule_policy.RulePolicy.predict_action_probabilities
_ask_memory = memoization.MemoizationPolicy.predict_action_probabilities


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


def _find_action_from_rules(
    policy: rule_policy.RulePolicy, tracker: DialogueStateTracker, domain: Domain, use_text_for_last_user_input: bool
) -> tuple[str | None, str | None, bool]:
    """Search the rules by what was typed only if one of them reads that, or if a form may have been left by it."""
    if use_text_for_last_user_input and tracker.active_loop_name is None and not _read_texts(policy):
        return None, None, False
    found: tuple[str | None, str | None, bool] = _search_rules(policy, tracker, domain, use_text_for_last_user_input)
    return found


def _read_texts(policy: rule_policy.RulePolicy) -> bool:
    if "_read_texts" not in policy.__dict__:
        policy._read_texts = any('"text"' in rule for rule in policy.lookup[rule_policy.RULES])
    return bool(policy._read_texts)


def _predict_by_rules(
    policy: rule_policy.RulePolicy, tracker: DialogueStateTracker, domain: Domain, **more: Any
) -> PolicyPrediction:
    prediction = _ask_rules(policy, tracker, domain, **more)
    tracker.__dict__["_ruled"] = len(tracker.events) if prediction.max_confidence == 1.0 else None
    return prediction


def _predict_by_memory(
    policy: memoization.MemoizationPolicy, tracker: DialogueStateTracker, domain: Domain, **more: Any
) -> PolicyPrediction:
    """Remember stories only where no rule is certain: a rule has priority, unless a form has rejected its action."""
    if tracker.active_loop_name is None and tracker.__dict__.get("_ruled") == len(tracker.events):
        return policy._prediction(policy._default_predictions(domain))
    return _ask_memory(policy, tracker, domain, **more)
