"""Reads the webhook requests of Dialogflow CX v3 and ES v2, and of them only what we use; answers nothing."""

import hashlib
from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, model_validator
from pydantic.alias_generators import to_camel
from pydantic_core import from_json

from skills.dialogflow.words import DEFAULT, order_number, plain_words
from tracking.errors import InvalidInput

_MOST_PROBLEMS = 5

_Text = Annotated[str, StringConstraints(max_length=8000, strip_whitespace=True)]
_Name = Annotated[str, StringConstraints(max_length=300, strip_whitespace=True)]
_Id = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[!-~]+$")]
_Session = Annotated[str, StringConstraints(min_length=1, max_length=500)]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a request asks: in the words of the shopper, or in plain words for what the agent recognised."""

    edition: Literal["cx", "es"]
    session: str
    message_id: str
    text: str

    @property
    def conversation(self) -> str:
        """Our name for the session. Sessions of different agents never share one, nor does it give the session away."""
        return f"dialogflow:{hashlib.sha256(self.session.encode()).hexdigest()[:32]}"


class _Part(BaseModel):
    """Fields we don't use are ignored; null means the same as left out, as it does in Google's JSON."""

    model_config = ConfigDict(extra="ignore", alias_generator=to_camel)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, data: Any) -> Any:
        return {name: value for name, value in data.items() if value is not None} if isinstance(data, dict) else data


class _Fulfillment(_Part):
    tag: _Name = ""


class _SessionInfo(_Part):
    session: _Session
    parameters: dict[str, Any] = Field(default_factory=dict)


class _Intent(_Part):
    display_name: _Name = ""
    parameters: dict[str, Any] = Field(default_factory=dict)


class _CxRequest(_Part):
    detect_intent_response_id: _Id
    session_info: _SessionInfo
    text: _Text = ""
    transcript: _Text = ""
    dtmf_digits: _Text = ""
    trigger_intent: _Name = ""
    fulfillment_info: _Fulfillment = _Fulfillment()
    intent_info: _Intent = _Intent()


class _QueryResult(_Part):
    query_text: _Text = ""
    intent: _Intent = _Intent()
    parameters: dict[str, Any] = Field(default_factory=dict)


class _EsRequest(_Part):
    response_id: _Id
    session: _Session
    query_result: _QueryResult


_R = TypeVar("_R", bound=_Part)


def parse(body: bytes) -> Asked:
    """Read a request of either edition. Raises InvalidInput saying where it is wrong, never what was in it."""
    data = _object(body)
    if "queryResult" in data:
        return _from_es(_checked(_EsRequest, data))
    if "sessionInfo" in data:
        return _from_cx(_checked(_CxRequest, data))
    raise InvalidInput("This is no Dialogflow webhook request: CX sends sessionInfo, ES sends queryResult.")


def _object(body: bytes) -> dict[str, Any]:
    try:
        data = from_json(body)
    except ValueError as error:
        raise InvalidInput("The body is not valid JSON.") from error
    if not isinstance(data, dict):
        raise InvalidInput("The body must be a JSON object.")
    return data


def _checked(kind: type[_R], data: dict[str, Any]) -> _R:
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)[:_MOST_PROBLEMS]
        problems = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found)
        raise InvalidInput(f"The webhook request can't be read: {problems}.") from error


def _from_cx(request: _CxRequest) -> Asked:
    said = request.text or request.transcript or request.dtmf_digits.strip("*#")
    intent = request.intent_info
    recognised = (request.fulfillment_info.tag, intent.display_name, request.trigger_intent.rpartition("/")[2])
    number = order_number(intent.parameters) or order_number(request.session_info.parameters)
    return Asked(
        "cx", request.session_info.session, request.detect_intent_response_id, _words(said, recognised, number)
    )


def _from_es(request: _EsRequest) -> Asked:
    result = request.query_result
    words = _words(result.query_text, (result.intent.display_name,), order_number(result.parameters))
    return Asked("es", request.session, request.response_id, words)


def _words(said: str, recognised: tuple[str, ...], number: str) -> str:
    """The shopper's own words always win: our own reading takes more from them than a tag can hold."""
    return said or next((words for name in recognised if (words := plain_words(name, number))), DEFAULT)
