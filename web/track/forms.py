"""Reads the page's forms: bounded, sent from our own pages only, each with a signed token; decides nothing else."""

import secrets
from collections.abc import Mapping
from urllib.parse import parse_qs

from fastapi import HTTPException, Request
from itsdangerous import BadData, URLSafeTimedSerializer

from support.cleaning import clean

LONGEST_BODY = 16_000
_MOST_FIELDS = 10
_TOKEN_SECONDS = 24 * 60 * 60
_OWN = frozenset({"same-origin", "none"})


class FormTokens:
    """Signs forms, so that only one of our own pages can have made them, and names each, so that it counts once."""

    def __init__(self, secret: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt="doorstep-track-form")

    def new(self, purpose: str) -> str:
        """A token for one form of a page; `purpose` names the page."""
        return str(self._serializer.dumps([purpose, secrets.token_urlsafe(9)]))

    def read(self, token: str, purpose: str) -> str | None:
        """The form's own id; None if the token is forged, a day old or another page's."""
        try:
            made_for, form = self._serializer.loads(token, max_age=_TOKEN_SECONDS)
        except (BadData, ValueError, TypeError):
            return None
        return str(form) if made_for == purpose else None


def from_elsewhere(request: Request) -> bool:
    """Whether the browser says that another site sent this. Browsers too old to say are judged by the form's token."""
    return request.headers.get("sec-fetch-site", "same-origin") not in _OWN


async def body(request: Request, longest: int = LONGEST_BODY) -> bytes:
    """Return the request's body. Raises HTTPException 413 as soon as it is longer than that."""
    read = bytearray()
    async for chunk in request.stream():
        read += chunk
        if len(read) > longest:
            raise HTTPException(413, "That's more than this form takes.")
    return bytes(read)


async def fields(request: Request) -> Mapping[str, str]:
    """Return the fields of a form, cleaned, the first of each name. Raises HTTPException 400, 403 or 413."""
    if from_elsewhere(request):
        raise HTTPException(403, "This form was sent from another site.")
    sent = await body(request)
    try:
        found = parse_qs(sent.decode("ascii"), max_num_fields=_MOST_FIELDS, errors="replace")
    except ValueError as error:
        raise HTTPException(400, "This form can't be read.") from error
    return {name: clean(values[0]) for name, values in found.items()}
