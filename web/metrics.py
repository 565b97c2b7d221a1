"""Prometheus metrics of the web room and of the conversation, and a log line a turn; names nobody."""

import hashlib
from datetime import datetime

import structlog
from prometheus_client import Counter, Gauge, Histogram

from support.dead_letters import JobCounts
from support.inbox import Counts
from support.model import Channel, Turn
from support.ports import BotReply

REQUESTS = Histogram(
    "doorstep_request_seconds",
    "Time to answer a request",
    ["route", "method", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)
TURNS = Counter("doorstep_turns_total", "Messages answered", ["channel", "owner"])
TURN_SECONDS = Histogram(
    "doorstep_turn_seconds", "Time to answer a message", buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 3, 10)
)
INTENTS = Counter("doorstep_intents_total", "What the bot read in messages", ["intent"])
FALLBACKS = Counter("doorstep_fallbacks_total", "Messages the bot did not understand")
ERRORS = Counter("doorstep_errors_total", "Failures by kind", ["kind"])
WEBHOOKS = Counter("doorstep_webhooks_total", "Webhooks by sender and outcome", ["code", "outcome"])
UNMAPPED = Counter("doorstep_unmapped_statuses_total", "Carrier statuses that the map lacks", ["source"])
QUEUE = Gauge("doorstep_queue_length", "Shoppers who wait for a person")
QUEUE_OLDEST = Gauge("doorstep_queue_oldest_seconds", "How long the first of them has waited")
OUTBOX = Gauge("doorstep_outbox", "Jobs: waiting, overdue by a minute, or given up (with alerts)", ["state"])
OUTBOX_OLDEST = Gauge("doorstep_outbox_oldest_seconds", "How long the job has been due that is overdue the longest")
OVERDUE = Gauge("doorstep_tickets_overdue", "Open tickets that are past their time")

_NOT_UNDERSTOOD = frozenset({"nlu_fallback", "out_of_scope"})


log = structlog.get_logger()


def observe_turn(channel: Channel, turn: Turn, seconds: float) -> None:
    """Count and log a message that was answered; its conversation only by a hash, its words not at all."""
    TURNS.labels(channel, turn.owner).inc()
    TURN_SECONDS.observe(seconds)
    log.info(
        "turn",
        conversation=hashlib.sha256(turn.conversation.encode()).hexdigest()[:12],
        channel=channel,
        owner=turn.owner,
        intent=turn.intent,
        replies=len(turn.replies),
        ticket=turn.ticket,
        ms=round(seconds * 1000, 1),
    )


def observe_reading(reply: BotReply | None) -> None:
    """Count what the bot read; None is a bot box that did not answer."""
    if reply is None:
        ERRORS.labels("bot_box").inc()
        return
    INTENTS.labels(reply.intent or "none").inc()
    if reply.intent in _NOT_UNDERSTOOD:
        FALLBACKS.inc()


def observe_queue(counts: Counts, now: datetime) -> None:
    """Set the queue's gauges."""
    QUEUE.set(counts.waiting)
    QUEUE_OLDEST.set((now - counts.oldest).total_seconds() if counts.oldest else 0)
    OVERDUE.set(counts.overdue)


def observe_outbox(counts: JobCounts, now: datetime) -> None:
    """Set the outbox's gauges."""
    for state in ("waiting", "overdue", "dead"):
        OUTBOX.labels(state).set(getattr(counts, state))
    OUTBOX_OLDEST.set((now - counts.oldest_due).total_seconds() if counts.oldest_due else 0)
