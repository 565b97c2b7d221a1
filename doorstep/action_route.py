"""Where the bot box calls our actions: one route behind the shared secret, not part of the public interface."""

import hmac
import json
from typing import Any

from fastapi import APIRouter
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from actions.catalogue import make_actions
from actions.services import Services

SECRET_HEADER = "X-Doorstep-Secret"  # noqa: S105 - the name of a header


def action_router(services: Services, secret: str) -> APIRouter:
    """Serve every action at POST /internal/actions to callers who know the secret (403 for others).

    A plain route: FastAPI's checking of a body that only the bot box sends would cost more than most actions do.
    """
    executor = ActionExecutor()
    for action in make_actions(services):
        executor.register_action(action)

    async def run_action(request: Request) -> Response:
        given = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(given.encode("utf-8", "replace"), secret.encode()):
            return JSONResponse({"error": "wrong secret"}, 403)
        try:
            call = json.loads(await request.body())
        except ValueError:
            call = None
        if not isinstance(call, dict):
            return JSONResponse({"error": "not a JSON object"}, 422)
        return await _result(executor, call)

    router = APIRouter()
    router.add_route("/internal/actions", run_action, methods=["POST"], include_in_schema=False)
    return router


async def _result(executor: ActionExecutor, call: dict[str, Any]) -> Response:
    try:
        result = await executor.run(call)
    except ActionExecutionRejection as error:
        return JSONResponse({"error": error.message, "action_name": error.action_name}, 400)
    except ActionNotFoundException as error:
        return JSONResponse({"error": error.message, "action_name": error.action_name}, 404)
    return JSONResponse(result.model_dump() if result else {})
