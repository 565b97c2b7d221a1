"""Where the bot box calls our actions: one route behind the shared secret, not part of the public interface."""

import hmac
from typing import Annotated, Any

from fastapi import APIRouter, Body, Header, HTTPException
from fastapi.responses import JSONResponse
from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException

from actions.catalogue import make_actions
from actions.services import Services


def action_router(services: Services, secret: str) -> APIRouter:
    """Serve every action at POST /internal/actions to callers who know the secret (403 for others)."""
    executor = ActionExecutor()
    for action in make_actions(services):
        executor.register_action(action)
    router = APIRouter(include_in_schema=False)

    @router.post("/internal/actions")
    async def run_action(
        call: Annotated[dict[str, Any], Body()], x_doorstep_secret: Annotated[str, Header()] = ""
    ) -> JSONResponse:
        if not hmac.compare_digest(x_doorstep_secret.encode(), secret.encode()):
            raise HTTPException(403)
        try:
            result = await executor.run(call)
        except ActionExecutionRejection as error:
            return JSONResponse({"error": error.message, "action_name": error.action_name}, status_code=400)
        except ActionNotFoundException as error:
            return JSONResponse({"error": error.message, "action_name": error.action_name}, status_code=404)
        return JSONResponse(result.model_dump() if result else {})

    return router
