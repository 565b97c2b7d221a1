"""Counts what happens, for Prometheus; keeps no personal data, so no label is ever free text."""

from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest

from support.ports import BotReply

_BUCKETS = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Metrics:
    """The counters of one app. Hand `bot_answered` to the desk as its observer."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = Histogram(
            "doorstep_http_request_seconds",
            "Time until an HTTP response began, by route",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._turns = Counter("doorstep_turns", "Messages taken in", ("channel",), registry=self.registry)
        self._turn_seconds = Histogram(
            "doorstep_turn_seconds", "Time to answer a message", ("channel",), buckets=_BUCKETS, registry=self.registry
        )
        self._intents = Counter("doorstep_intents", "What the bot understood", ("intent",), registry=self.registry)
        self._failures = Counter("doorstep_bot_failures", "Times the bot box did not answer", registry=self.registry)
        self._webhooks = Counter("doorstep_webhooks", "Webhook messages", ("sender", "outcome"), registry=self.registry)

    def bot_answered(self, reply: BotReply | None) -> None:
        """Count the bot's reading of a message, or its failure to answer (None)."""
        if reply is None:
            self._failures.inc()
        else:
            self._intents.labels(reply.intent or "none").inc()

    def turn(self, channel: str, seconds: float) -> None:
        """Count an answered message."""
        self._turns.labels(channel).inc()
        self._turn_seconds.labels(channel).observe(seconds)

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a response; `route` is the template, never the path that was asked for."""
        self._requests.labels(method, route, str(status)).observe(seconds)

    def webhook(self, sender: str, outcome: str) -> None:
        """Count a webhook message by what became of it."""
        self._webhooks.labels(sender, outcome).inc()

    def text(self) -> bytes:
        """All counters in Prometheus's text format."""
        return generate_latest(self.registry)
