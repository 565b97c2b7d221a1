"""A provider that says how long to leave it alone; decides nothing about what is tried again."""

from tracking.errors import Unavailable

_LONGEST = 3600.0
"""Seconds. Nobody makes us wait until the news is none."""


class Busy(Unavailable):
    """The provider asks for a pause of `retry_after` seconds, which the worker keeps."""

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


def not_now(message: str, wait: str = "") -> Unavailable:
    """The error for a message that may go later; `wait` is the answer's `Retry-After`, heard only as seconds."""
    seconds = min(float(wait), _LONGEST) if wait.isascii() and wait.isdigit() else 0.0
    return Busy(message, seconds) if seconds else Unavailable(message)
