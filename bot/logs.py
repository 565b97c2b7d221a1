"""Logging of the bot box: one JSON line an event, and never a word that a shopper typed or was told."""

import json
import logging
import sys
import time
import traceback
import warnings
from collections.abc import MutableMapping
from typing import Any

import structlog

OWN = "bot"


class PlainLines(logging.Formatter):
    """Our own lines whole; of everyone else's only where they came from, as Rasa writes texts into its messages."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(record.created)),
            "level": record.levelname.lower(),
            "logger": record.name,
        }
        if record.name.split(".")[0] == OWN:
            line["event"] = record.getMessage()
            line.update(getattr(record, "fields", {}))
        else:
            line["event"] = f"{record.module}:{record.lineno}"
        if record.exc_info and record.exc_info[0]:
            line["error"] = record.exc_info[0].__name__
            line["frames"] = [f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(record.exc_info[2])[-5:]]
        return json.dumps(line)


def _where_only(_: Any, __: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    # Rasa's event names are constants such as "processor.message.parse"; every other key may hold a text.
    return {"level": event.get("level", "warning"), "logger": "rasa", "event": str(event.get("event", ""))[:100]}


def configure() -> None:
    """Send warnings and worse to standard error; drop everything below, from Rasa's loggers and from structlog."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(PlainLines())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger(OWN).setLevel(logging.INFO)
    # Rasa turns warnings on again by itself, and quotes texts in its own.
    warnings.showwarning = lambda *_, **__: None
    structlog.configure(
        processors=[structlog.processors.add_log_level, _where_only, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )


def log(event: str, level: int = logging.INFO, error: BaseException | None = None, **fields: Any) -> None:
    """Write one line; `fields` must hold no text of a shopper or a reply."""
    exc_info = (type(error), error, error.__traceback__) if error else None
    logging.getLogger(OWN).log(level, event, exc_info=exc_info, extra={"fields": fields})
