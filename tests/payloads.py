"""Walks and changes JSON payloads, place by place, to see what a reader makes of them."""

from collections.abc import Iterator
from typing import Any


def paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Walk the places of all values in a payload, the whole of it first."""
    yield path
    places = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for place, inner in places:
        yield from paths(inner, (*path, place))


def replaced(value: Any, path: tuple[Any, ...], by: object) -> Any:
    """Return a copy of a payload with another value at one place."""
    if not path:
        return by
    copied = value.copy()
    copied[path[0]] = replaced(value[path[0]], path[1:], by)
    return copied
