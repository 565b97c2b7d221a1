"""How Rasa calls the app's actions: one kept connection, a small request, and a failure that ends the whole turn."""

import asyncio
from typing import Any

import aiohttp
from rasa.core.actions.action import RemoteAction
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker, EventVerbosity
from rasa.utils.endpoints import ClientResponseError, EndpointConfig

TIMEOUT_SECONDS = 5
TURNS_SENT = 2
REJECTED = 400


class TurnError(BaseException):
    """Something broke in mid-turn, such as the app's actions being away, so this turn must leave no trace.

    Not an `Exception`: Rasa swallows those, and would store a turn whose action never happened.
    """


class ActionEndpoint(EndpointConfig):  # type: ignore[misc]
    """The app's action address, spoken to over one connection that stays open."""

    _session: aiohttp.ClientSession | None = None

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            timeout = aiohttp.ClientTimeout(total=TIMEOUT_SECONDS)
            self._session = aiohttp.ClientSession(headers=self.headers, timeout=timeout)
        return self._session

    async def request(self, method: str = "post", *_: Any, **kwargs: Any) -> Any:
        """Post the call and return the JSON answer; a rejected form value is an error that Rasa understands."""
        try:
            async with self._open().request(method, self.url, json=kwargs.get("json")) as response:
                if response.status == REJECTED:
                    raise ClientResponseError(response.status, response.reason, await response.text())
                if response.status != 200:
                    raise TurnError(f"the actions answered {response.status}")
                return await response.json()
        except ClientResponseError:
            raise
        except (aiohttp.ClientError, asyncio.TimeoutError) as error:
            raise TurnError(type(error).__name__) from error

    async def close(self) -> None:
        """Close the kept connection."""
        if self._session is not None:
            await self._session.close()


_small_domains: dict[int, dict[str, Any]] = {}


def _small_domain(domain: Domain) -> dict[str, Any]:
    # All that form and slot validation in rasa-sdk read; the responses alone would be a hundred times larger.
    if id(domain) not in _small_domains:
        whole = domain.as_dict()
        _small_domains[id(domain)] = {key: whole.get(key, {}) for key in ("forms", "slots", "session_config")}
    return _small_domains[id(domain)]


def _action_call_format(self: RemoteAction, tracker: DialogueStateTracker, domain: Domain) -> dict[str, Any]:
    state = tracker.current_state(EventVerbosity.NONE)
    events = list(tracker.events)
    turns = [i for i, event in enumerate(events) if isinstance(event, UserUttered)]
    first = turns[-TURNS_SENT] if len(turns) >= TURNS_SENT else 0
    state["events"] = [event.as_dict() for event in events[first:]]
    return {
        "next_action": self.name(),
        "sender_id": tracker.sender_id,
        "tracker": state,
        "domain": _small_domain(domain),
        "version": "3.6",
    }


def _validate_action_result(self: RemoteAction, result: Any) -> bool:  # noqa: ARG001
    # Rasa checks the same by a JSON schema, which takes longer than the call itself.
    if not isinstance(result, dict) or not _events(result.get("events")) or not _objects(result.get("responses")):
        raise TurnError("the actions answered something that is not events and responses")
    return True


def _objects(values: Any) -> bool:
    return isinstance(values, list) and all(isinstance(value, dict) for value in values)


def _events(values: Any) -> bool:
    return _objects(values) and all(isinstance(value.get("event"), str) for value in values)


def install() -> None:
    """Give Rasa's remote action our request and our check of the answer."""
    RemoteAction._action_call_format = _action_call_format
    RemoteAction._validate_action_result = _validate_action_result
