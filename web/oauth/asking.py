"""Reads what clients and browsers send, within bounds, into the shape that Authlib takes; judges nothing."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from urllib.parse import parse_qsl

from authlib.oauth2.rfc6749 import OAuth2Payload, OAuth2Request
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from fastapi import Request

from tracking.errors import InvalidInput

MOST_BYTES = 16 * 1024
_MOST_FIELDS = 40
_FORM = "application/x-www-form-urlencoded"
Pairs = list[tuple[str, str]]


class Payload(OAuth2Payload):  # type: ignore[misc]
    """Parameters by name; of one that came several times the first, and all of them in `datalist`."""

    def __init__(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._all: defaultdict[str, list[str]] = defaultdict(list)
        for name, value in pairs:
            self._all[name].append(value)

    @property
    def data(self) -> dict[str, str]:
        """The first value of each."""
        return {name: values[0] for name, values in self._all.items()}

    @property
    def datalist(self) -> defaultdict[str, list[str]]:
        """All values of each."""
        return self._all


class Asked(OAuth2Request):  # type: ignore[misc]
    """One request as Authlib reads it."""

    def __init__(self, method: str, uri: str, pairs: Pairs, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(method, uri, headers=dict(headers or {}))
        self.payload = Payload(pairs)

    @property
    def form(self) -> dict[str, str]:
        """The parameters once more: nothing is read from a query and a body at once."""
        return dict(self.payload.data)


def read_pairs(text: str) -> Pairs:
    """Return the fields of a query or a form. Raises InvalidInput."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MOST_FIELDS, errors="strict")
    except ValueError as error:
        raise InvalidInput("The parameters can't be read.") from error
    if any("\0" in part for pair in pairs for part in pair):
        raise InvalidInput("The parameters hold a character that can't be stored.")
    return pairs


async def read_form(request: Request) -> Pairs:
    """Return the fields of a posted form. Raises InvalidInput."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise InvalidInput(f"Content-Type: {_FORM} is needed.")
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > MOST_BYTES:
            raise InvalidInput(f"The form is over {MOST_BYTES} bytes.")
    try:
        return read_pairs(body.decode())
    except UnicodeDecodeError as error:
        raise InvalidInput("The form is not UTF-8.") from error


def basic_client(headers: Mapping[str, str]) -> str:
    """Return the client id in a readable Basic Authorization header, else an empty one."""
    try:
        return extract_basic_authorization(headers)[0] or ""
    except ValueError:  # not base64, or not UTF-8 inside
        return ""


def address_of(request: Request) -> str:
    """The client's own network address."""
    return request.client.host if request.client else ""
