"""Makes all actions of the bot; registers them nowhere."""

from actions.alerts import AlertsOff, AlertsOn
from actions.base import OrderAction, Skill
from actions.case_form import AskItem, OpenCase, ValidateCaseForm
from actions.cases import CASES, DeliveryOptions
from actions.fallback import Misunderstood
from actions.identify import AskOrderNumber, Continue, InformIdentifier, ValidateIdentifyForm
from actions.lists import ListOrders
from actions.people import Affirm, Complain, SpeakToHuman
from actions.services import Services
from actions.small_talk import Deny, Repeat, SmallTalk
from actions.status import DelayedAction, EtaAction, StatusAction

_ALONE: tuple[type[Skill], ...] = (
    AskOrderNumber,
    ValidateCaseForm,
    AskItem,
    AlertsOn,
    AlertsOff,
    SpeakToHuman,
    Complain,
    SmallTalk,
    Repeat,
)


def make_actions(services: Services) -> list[Skill]:
    """Return one instance of every action, for `ActionExecutor.register_action`."""
    cases = {kind.wish: kind(services) for kind in CASES}
    about_orders: tuple[type[OrderAction], ...] = (StatusAction, EtaAction, DelayedAction, DeliveryOptions)
    wishes: dict[str, OrderAction] = {kind.wish: kind(services) for kind in about_orders} | dict(cases)
    return [
        *wishes.values(),
        *(kind(services) for kind in _ALONE),
        ListOrders(wishes),
        ValidateIdentifyForm(wishes),
        Continue(wishes),
        InformIdentifier(wishes),
        Affirm(wishes),
        Deny(wishes),
        Misunderstood(wishes),
        OpenCase(cases),
    ]
