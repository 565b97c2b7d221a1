"""Reading JSON of unknown make: types, marks that no database takes, numbers and times."""

from datetime import UTC, datetime

import pytest

from tracking.errors import InvalidInput
from tracking.reading import count, decode, is_date, joined, moment, obj, objects, required, text, utc_moment


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"nul", b"\xff", b"[" * 100_000, b'{"a":' + b"9" * 5000 + b"}"])
def test_only_objects_are_decoded(body: bytes) -> None:
    with pytest.raises(InvalidInput):
        decode(body)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("  x ", "x"),
        ("a\x00b\x1bc\ud800d\u202ee", "abcde"),
        ("line\nline", "line\nline"),
        (5, "5"),
        (10**30, ""),
        (True, ""),
        (5.0, ""),
        (None, ""),
        (["x"], ""),
        ("x" * 300, "x" * 255),
    ],
)
def test_text(value: object, expected: str) -> None:
    assert text(value) == expected


def test_what_is_required_is_named() -> None:
    with pytest.raises(InvalidInput, match=r"result\.tracking_code is missing or empty"):
        required(None, "result.tracking_code")


@pytest.mark.parametrize(
    ("value", "expected"), [(3, 3), (0, 0), (-1, None), (True, None), ("3", None), (10**30, 10**6)]
)
def test_count(value: object, expected: int | None) -> None:
    assert count(value) == expected


def test_containers() -> None:
    assert obj([]) == {}
    assert objects([{}, 1, {"a": 1}]) == [{}, {"a": 1}]
    assert objects({"a": 1}) == []
    assert joined("Springfield", None, "springfield", " ", "US") == "Springfield, US"


@pytest.mark.parametrize(
    "value", [None, 5, "", "soon", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-13-01"]
)
def test_what_is_no_time(value: object) -> None:
    assert moment(value) is None
    assert utc_moment(value) is None


def test_times() -> None:
    assert utc_moment("2026-11-20T10:00:00") == datetime(2026, 11, 20, 10, tzinfo=UTC)
    assert utc_moment("2026-11-20T10:00:00.123456789+02:00") == datetime(2026, 11, 20, 8, 0, 0, 123456, tzinfo=UTC)
    assert is_date("2026-11-20")
    assert not is_date("2026-11-20T10:00:00")
