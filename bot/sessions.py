"""Where Rasa keeps conversations: one row each, in SQLite or PostgreSQL, never longer than a few turns."""

import json
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    BotUttered,
    ConversationPaused,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

KEEP_TURNS = 2
PRUNE_EVERY_SECONDS = 300
DAY_SECONDS = 24 * 60 * 60

_sessions = sa.Table(
    "bot_sessions",
    sa.MetaData(),
    sa.Column("sender_id", sa.String(255), primary_key=True),
    sa.Column("updated_at", sa.Float, nullable=False, index=True),
    sa.Column("events", sa.Text, nullable=False),
)

# As text, because SQLAlchemy 1.4 compiles an upsert anew every time. SQLite and PostgreSQL both read it.
_UPSERT = sa.text(
    "INSERT INTO bot_sessions (sender_id, updated_at, events) VALUES (:sender_id, :updated_at, :events)"
    " ON CONFLICT (sender_id) DO UPDATE SET updated_at = excluded.updated_at, events = excluded.events"
)


def open_engine(url: str) -> sa.engine.Engine:
    """Open the database of a plain `sqlite:///…` or `postgresql://…` address and make the table."""
    if url.startswith("sqlite"):
        path = sa.engine.make_url(url).database
        if path:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        engine = sa.create_engine(
            url, poolclass=sa.pool.StaticPool, connect_args={"check_same_thread": False, "timeout": 5}
        )
        sa.event.listen(engine, "connect", _tune_sqlite)
    else:
        # A database that hangs must fail the turn, not freeze every conversation.
        limits = {"connect_timeout": 3, "options": "-c statement_timeout=3000"}
        engine = sa.create_engine(url, pool_pre_ping=True, pool_size=2, max_overflow=2, connect_args=limits)
    _sessions.create(engine, checkfirst=True)
    return engine


def _tune_sqlite(connection: Any, _: Any) -> None:
    # Write-ahead logging survives a killed process without waiting for the disk at every turn.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


class SessionStore(TrackerStore):  # type: ignore[misc]
    """Tracker store that keeps a turn's cost the same however long the conversation is."""

    def __init__(self, domain: Domain | None = None, host: str | None = None, event_broker: Any = None) -> None:
        """Open the store; `host` is Rasa's name for the `url` of endpoints.yml."""
        super().__init__(domain, event_broker)
        self._engine = open_engine(host or "sqlite:///var/bot.db")
        self._next_prune = 0.0

    async def create_tracker(self, sender_id: str, append_action_listen: bool = True) -> DialogueStateTracker:
        """Start a conversation in memory alone: nothing in it is worth a write yet."""
        tracker = self.init_tracker(sender_id)
        if append_action_listen:
            tracker.update(ActionExecuted("action_listen"))
        return tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Return the conversation as it was saved, or None."""
        with self._engine.connect() as connection:
            query = sa.select(_sessions.c.events).where(_sessions.c.sender_id == sender_id)
            stored = connection.execute(query).scalar()
        if stored is None:
            return None
        events = [Event.resolve_by_type(saved["event"])._from_parameters(saved) for saved in json.loads(stored)]
        return DialogueStateTracker.from_events(sender_id, events, self.domain.slots)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store the current session in its short form, and forget the sessions that are over."""
        events = compact(tracker, self.domain)
        now = time.time()
        row = {
            "sender_id": tracker.sender_id,
            "updated_at": now,
            "events": json.dumps([event.as_dict() for event in events]),
        }
        with self._engine.begin() as connection:
            connection.execute(_UPSERT, row)
            if now >= self._next_prune:
                self._next_prune = now + PRUNE_EVERY_SECONDS
                connection.execute(_sessions.delete().where(_sessions.c.updated_at < now - self._kept_seconds()))

    async def keys(self) -> Iterable[str]:
        """Return the ids of all conversations that are stored."""
        with self._engine.connect() as connection:
            return list(connection.execute(sa.select(_sessions.c.sender_id)).scalars())

    def _kept_seconds(self) -> float:
        session = self.domain.session_config
        if session.are_sessions_enabled() and not session.carry_over_slots:
            return float(session.session_expiration_time * 60)
        return DAY_SECONDS


def compact(tracker: DialogueStateTracker, domain: Domain) -> list[Event]:
    """Return events that replay to the same state: a summary of the session and its last turns.

    Of what was answered only the last turn is kept, to be repeated on demand; policies don't look at it.
    """
    events = _current_session(list(tracker.events))
    turns = [i for i, event in enumerate(events) if isinstance(event, UserUttered)]
    if len(turns) > KEEP_TURNS:
        cut = turns[-KEEP_TURNS]
        before = DialogueStateTracker.from_events(tracker.sender_id, events[:cut], domain.slots)
        events = [*_summary(before, events[0], events[cut - 1]), *events[cut:]]
    last = max((i for i, event in enumerate(events) if isinstance(event, UserUttered)), default=0)
    return [event for i, event in enumerate(events) if i > last or not isinstance(event, BotUttered)]


def _current_session(events: list[Event]) -> list[Event]:
    starts = [i for i, event in enumerate(events) if isinstance(event, SessionStarted)]
    return events[starts[-1] :] if starts else events


def _summary(before: DialogueStateTracker, first: Event, last: Event) -> list[Event]:
    """Say in a few events what the tracker knew just before the turns that are kept."""
    at, marks = last.timestamp, first.metadata
    changed = [slot for slot in before.slots.values() if slot.value != slot.initial_value]
    events: list[Event] = [SessionStarted(timestamp=first.timestamp, metadata=marks)]
    events += _loop_start(before, at)
    events += [SlotSet(slot.name, slot.value, timestamp=at, metadata=marks) for slot in changed]
    if before.is_paused():
        events.append(ConversationPaused(timestamp=at, metadata=marks))
    events.append(ActionExecuted("action_listen", timestamp=at, metadata=marks))
    if before.active_loop is not None and before.active_loop.rejected:
        events.append(ActionExecutionRejected(before.active_loop_name, timestamp=at, metadata=marks))
    return events


def _loop_start(before: DialogueStateTracker, at: float) -> list[Event]:
    """Enter the form under way again, as if its trigger had just been said: policies look for that execution."""
    loop = before.active_loop
    if loop is None or before.active_loop_name is None:
        return []
    events: list[Event] = []
    trigger = loop.trigger_message or {}
    if trigger.get("intent"):
        said = UserUttered(trigger.get("text"), trigger["intent"], trigger.get("entities"), trigger, timestamp=at)
        events += [ActionExecuted("action_listen", timestamp=at), said]
    return [*events, ActionExecuted(loop.name, timestamp=at), ActiveLoop(loop.name, timestamp=at)]
