"""The Dialogflow skill: verifies webhook calls, asks the desk and answers in time; it remembers nothing itself."""

import base64
import binascii
import hmac
from typing import Any

from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse

from channels.base import ChannelPlugin, ChannelServices
from skills.dialogflow.answers import cx_answer, es_answer
from skills.dialogflow.wire import Asked, parse
from support.model import Inbound, SignedIdentity

SECONDS = 3.5
"""How long the desk may take: Dialogflow hangs up after 5 s unless told otherwise, and the answer has to travel."""

BODY_LIMIT = 256 * 1024
"""The most bytes a request may have; Dialogflow's own are a few kilobytes."""

_ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"description": "Not JSON, or neither a CX nor an ES request; the message names what is wrong"},
    401: {"description": "The token is missing or wrong"},
    413: {"description": "The body is too large"},
    415: {"description": "The body is not declared as JSON"},
    503: {"description": "Not configured, or try again later"},
}
_BODY = {
    "requestBody": {
        "description": "A WebhookRequest of Dialogflow CX v3 or ES v2",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


def router(services: ChannelServices, seconds: float = SECONDS) -> APIRouter:
    """POST /webhooks/dialogflow, for CX and ES agents; after `seconds` without an answer it asks for patience."""
    routes = APIRouter(tags=["webhooks"])

    @routes.post("/webhooks/dialogflow", responses=_ANSWERS, openapi_extra=_BODY)
    async def dialogflow(request: Request) -> JSONResponse:
        """One turn of a conversation with a Dialogflow agent, by phone or in its messenger."""
        _verify(request.headers.get("authorization", ""), services.secret("dialogflow_token", "Dialogflow"))
        asked = parse(await _body(request))
        turn = await services.answering.answer(_inbound(asked), seconds)
        answer = cx_answer(turn) if asked.edition == "cx" else es_answer(turn, asked)
        return JSONResponse(answer)

    return routes


def _inbound(asked: Asked) -> Inbound:
    # The phone gateway also tells the caller's number (payload.telephony.caller_id). It is no proof of who is calling:
    # whoever places a call chooses the number shown, and no documentation of Google's that we read says it was checked.
    # So callers prove an order as everybody does, and the number is not even read.
    return Inbound(asked.conversation, asked.message_id, asked.text, "voice", SignedIdentity(), "")


def _verify(authorization: str, token: str) -> None:
    """Accept `Bearer <token>`, or HTTP basic with the token as password of any user. Raises HTTPException 401."""
    scheme, _, given = authorization.partition(" ")
    presented = _password(given) if scheme.lower() == "basic" else given.strip().encode("latin-1")
    known = scheme.lower() in ("basic", "bearer")
    if not (hmac.compare_digest(presented, token.encode()) and known):
        raise HTTPException(
            401,
            "Dialogflow must send DOORSTEP_DIALOGFLOW_TOKEN, as a bearer token or as the password of basic auth.",
            {"WWW-Authenticate": 'Bearer, Basic realm="Doorstep"'},
        )


def _password(credentials: str) -> bytes:
    try:
        return base64.b64decode(credentials.strip(), validate=True).partition(b":")[2]
    except (binascii.Error, ValueError):
        return b""


async def _body(request: Request) -> bytes:
    """Read the body. Raises HTTPException 415 unless it is declared as JSON, 413 once it is over BODY_LIMIT."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise HTTPException(415, "Send application/json, as Dialogflow does.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > BODY_LIMIT:
            raise HTTPException(413, f"The body is over {BODY_LIMIT} bytes.")
    return bytes(body)


CHANNEL = ChannelPlugin("dialogflow", "Dialogflow", ("dialogflow_token",), router)
