"""The API by which a merchant's app or shop says where an order's customer can be told; sends nothing."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, Response
from fastapi.responses import JSONResponse

from alerts.addresses import PushAddresses
from tracking.errors import NotConfigured
from web.errors import problem
from web.push_schemas import NewPushAddressIn, PushAddressIn, PushOut
from web.schemas import ProblemOut

_ANSWERS: dict[int | str, dict[str, Any]] = {
    400: {"model": ProblemOut, "description": "No address of this medium, or one too many"},
    404: {"model": ProblemOut, "description": "No such order, or no such address of it"},
}


def add_push(router: APIRouter, addresses: PushAddresses | None) -> None:
    """Add POST and DELETE /push-addresses."""

    def taking() -> PushAddresses:
        if addresses is None:
            raise NotConfigured("Nobody is told anything here: set DOORSTEP_ALERTS.")
        return addresses

    @router.post("/push-addresses", tags=["push"], response_model=PushOut, responses=_ANSWERS)
    async def add_push_address(new: NewPushAddressIn) -> Response:
        """Tell a device an order's news. The same device once more is one."""
        kept = await taking().add(new.order_number, new.medium, new.address, "api", new.consent)
        return _said("kept") if kept else problem(404, "not_found", f"There is no order {new.order_number!r}.")

    @router.delete("/push-addresses", tags=["push"], response_model=PushOut, responses=_ANSWERS)
    async def remove_push_address(old: Annotated[PushAddressIn, Body()]) -> Response:
        """Tell it nothing more of this order."""
        removed = await taking().remove(old.order_number, old.medium, old.address)
        return _said("removed") if removed else problem(404, "not_found", "This order has no such address.")


def _said(outcome: Literal["kept", "removed"]) -> Response:
    return JSONResponse(PushOut(outcome=outcome).model_dump())
