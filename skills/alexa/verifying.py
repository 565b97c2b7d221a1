"""Decides whether a request was sent by Alexa, just now, to our skill; answers nothing and stores nothing."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from skills.alexa.certificates import Certificates, NotFromAlexa, certificate_url
from tracking.ports import Clock

CHAIN_HEADER = "SignatureCertChainUrl"
SIGNATURE_HEADER = "Signature-256"
TOLERANCE = timedelta(seconds=150)
EVENTS = "AlexaSkillEvent."
"""How the types of requests begin that tell of an account, not of somebody speaking."""
EVENT_TOLERANCE = timedelta(hours=1)
"""Alexa sends those again for up to an hour when they could not be delivered."""


class Verifier:
    """Checks the signature over the raw body first, and only then reads in it when it was sent, and to whom."""

    def __init__(self, certificates: Certificates, clock: Clock) -> None:
        self._certificates, self._clock = certificates, clock

    async def verify(self, headers: Mapping[str, str], body: bytes, skill_id: str) -> None:
        """Return if all is well. `headers` find names in any case.

        Raises NotFromAlexa saying which check failed, Unavailable when the certificate can't be fetched.
        """
        url, signature = certificate_url(headers.get(CHAIN_HEADER, "")), _signature(headers.get(SIGNATURE_HEADER, ""))
        key = await self._certificates.key(url)
        try:
            key.verify(signature, body, PKCS1v15(), SHA256())
        except InvalidSignature as error:
            raise NotFromAlexa("The signature does not match the body.") from error
        envelope = _envelope(body)
        if abs(self._clock.now() - _sent_at(envelope)) > _tolerance(envelope):
            raise NotFromAlexa("The request was not sent just now.")
        if _skills(envelope) != {skill_id}:
            raise NotFromAlexa("The request is for another skill.")


def _signature(given: str) -> bytes:
    try:
        signature = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError) as error:
        raise NotFromAlexa(f"The header {SIGNATURE_HEADER} can't be read.") from error
    if not signature:
        raise NotFromAlexa(f"The header {SIGNATURE_HEADER} is missing.")
    return signature


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        envelope = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise NotFromAlexa("The body is not JSON.") from error
    if not isinstance(envelope, dict):
        raise NotFromAlexa("The body is not an object.")
    return envelope


def _sent_at(envelope: Mapping[str, Any]) -> datetime:
    try:
        sent_at = datetime.fromisoformat(_at(envelope, "request", "timestamp"))
    except (TypeError, ValueError) as error:
        raise NotFromAlexa("The request's time can't be read.") from error
    if sent_at.tzinfo is None:
        raise NotFromAlexa("The request's time has no zone.")
    return sent_at


def _tolerance(envelope: Mapping[str, Any]) -> timedelta:
    return EVENT_TOLERANCE if str(_at(envelope, "request", "type")).startswith(EVENTS) else TOLERANCE


def _skills(envelope: Mapping[str, Any]) -> set[str]:
    """Return every skill that the request names; there are two places, and a request in a session fills both."""
    named = (
        _at(envelope, "context", "System", "application", "applicationId"),
        _at(envelope, "session", "application", "applicationId"),
    )
    return {str(name) for name in named if name is not None}


def _at(value: Any, *path: str) -> Any:
    """Return what is at a path of keys, None where it ends early."""
    for key in path:
        value = value.get(key) if isinstance(value, dict) else None
    return value
