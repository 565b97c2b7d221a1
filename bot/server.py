"""Puts the trained assistant behind its one channel on loopback; offers no HTTP API, model server or console."""

import gc
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import register
from rasa.core.lock_store import LockStore
from rasa.core.tracker_store import TrackerStore
from rasa.core.utils import AvailableEndpoints
from rasa.shared.exceptions import RasaException
from rasa.shared.utils.io import read_config_file
from rasa.utils.endpoints import EndpointConfig
from sanic import Sanic

from bot import action_calls, shortcuts
from bot.channel import MAX_BODY_BYTES, DeskInput
from bot.logs import log
from bot.model import DeskAgent

CHANNEL = f"{DeskInput.__module__}.{DeskInput.__name__}"
SHUTDOWN_SECONDS = 3


def load_agent(model: Path, endpoints_file: Path) -> DeskAgent:
    """Load the model and connect it as `endpoints_file` says; raises RasaException with the reason."""
    endpoints = AvailableEndpoints.read_endpoints(str(endpoints_file))
    action_calls.install()
    shortcuts.install()
    # Not Agent.load, which makes a plain Agent whatever the class it is called on.
    agent = DeskAgent(
        tracker_store=TrackerStore.create(endpoints.tracker_store),
        lock_store=LockStore.create(endpoints.lock_store),
        action_endpoint=_action_endpoint(endpoints.action),
    )
    agent.load_model(model)
    return agent


def _action_endpoint(config: EndpointConfig | None) -> action_calls.ActionEndpoint:
    if config is None or not config.url:
        raise RasaException("endpoints.yml names no action_endpoint")
    return action_calls.ActionEndpoint(config.url, headers=config.headers)


def read_channel(credentials_file: Path) -> DeskInput:
    """Return the desk's channel; any other channel in the file is a mistake and stops the start."""
    credentials = read_config_file(str(credentials_file))
    if set(credentials) != {CHANNEL}:
        raise RasaException(f"{credentials_file.name} must name {CHANNEL} and nothing else")
    return DeskInput.from_credentials(credentials[CHANNEL])


def make_app(agent: DeskAgent, channel: DeskInput) -> Sanic:
    """Build the Sanic app: the channel's routes and nothing more."""
    app = Sanic("doorstep_bot", configure_logging=False)
    app.config.REQUEST_MAX_SIZE = MAX_BODY_BYTES
    app.config.GRACEFUL_SHUTDOWN_TIMEOUT = SHUTDOWN_SECONDS
    app.config.KEEP_ALIVE_TIMEOUT = 75
    app.config.FALLBACK_ERROR_FORMAT = "json"
    app.ctx.agent = agent
    register([channel], app, route="/webhooks/")

    @app.after_server_start
    async def say_ready(*_: Any) -> None:
        # What is loaded now stays; the collector needn't look through it again and again.
        gc.collect()
        gc.freeze()
        log("ready")

    @app.after_server_stop
    async def close(*_: Any) -> None:
        await agent.action_endpoint.close()

    return app
