"""Alexa's wire format as a stand-in speaks it: requests, and the headers that sign them; understands no words."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.hashes import SHA256


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who speaks to which skill, and on what: `token` is the access token of a linked account, if there is one."""

    skill_id: str
    user: str
    screen: bool = False
    token: str = field(default="", repr=False)


def request(kind: str, id_: str, at: datetime, intent: str, slots: Mapping[str, str | None]) -> dict[str, Any]:
    """Return what happened: the skill was opened, or an intent was made out (empty: none) with these slots."""
    written: dict[str, Any] = {"type": kind, "requestId": id_, "locale": "en-US"}
    written["timestamp"] = at.isoformat().replace("+00:00", "Z")
    if intent:
        filled = {name: {"name": name, "value": value} for name, value in slots.items()}
        written["intent"] = {"name": intent, "confirmationStatus": "NONE", "slots": filled}
    return written


def envelope(asked: Mapping[str, Any], speaker: Speaker, attributes: Mapping[str, Any]) -> dict[str, Any]:
    """Return a whole request; `attributes` are what the skill gave to be kept in this session, none in a new one."""
    account = {"userId": speaker.user} | ({"accessToken": speaker.token} if speaker.token else {})
    who = {"application": {"applicationId": speaker.skill_id}, "user": account}
    interfaces = {"Alexa.Presentation.APL": {"runtime": {"maxVersion": "2024.3"}}} if speaker.screen else {}
    device = {"device": {"deviceId": "amzn1.ask.device.D", "supportedInterfaces": interfaces}}
    session = {"new": not attributes, "sessionId": "amzn1.echo-api.session.S", "attributes": dict(attributes)}
    return {
        "version": "1.0",
        "session": session | who,
        "context": {"System": device | who},
        "request": dict(asked),
    }


def signed(body: bytes, key: RSAPrivateKey, certificate_url: str) -> dict[str, str]:
    """Return the headers that Alexa sends with a body."""
    signature = key.sign(body, PKCS1v15(), SHA256())
    return {"SignatureCertChainUrl": certificate_url, "Signature-256": base64.b64encode(signature).decode()}
