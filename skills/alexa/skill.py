"""The skill as Alexa's SDK wants it: its request handlers, and responses built from what is to be said."""

from dataclasses import replace

import structlog
from ask_sdk_core.dispatch_components.exception_components import AbstractExceptionHandler
from ask_sdk_core.dispatch_components.request_components import AbstractRequestHandler
from ask_sdk_core.handler_input import HandlerInput
from ask_sdk_core.skill import CustomSkill
from ask_sdk_core.skill_builder import SkillBuilder
from ask_sdk_core.utils.request_util import get_supported_interfaces
from ask_sdk_model.response import Response
from ask_sdk_model.ui.link_account_card import LinkAccountCard

from skills.alexa.cards import home_card, screen
from skills.alexa.hearing import heard, kind
from skills.alexa.linking import Accounts
from skills.alexa.speech import last_question, ssml
from skills.alexa.talking import Saying, Talk
from skills.alexa.telling import Told, account_event
from skills.alexa.verifying import EVENTS
from support.wording import TROUBLE
from tracking.errors import Unavailable

_SPOKEN_TO = ("LaunchRequest", "IntentRequest")
log = structlog.get_logger()


class Speaking(AbstractRequestHandler):
    """Answers whoever speaks to the skill."""

    def __init__(self, talk: Talk, accounts: Accounts) -> None:
        self._talk, self._accounts = talk, accounts

    def can_handle(self, handler_input: HandlerInput) -> bool:
        """Whether somebody spoke."""
        return kind(handler_input.request_envelope) in _SPOKEN_TO

    def handle(self, handler_input: HandlerInput) -> Response:
        """Answer."""
        asked = self._accounts.of(heard(handler_input.request_envelope))
        return respond(handler_input, asked.conversation, self._accounts.invite(asked, self._talk.answer(asked)))


class Listening(AbstractRequestHandler):
    """Takes note of everything else, such as the end of a session, to which no answer may be given."""

    def __init__(self, told: Told) -> None:
        self._told = told

    def can_handle(self, handler_input: HandlerInput) -> bool:
        """Whether nobody spoke."""
        return kind(handler_input.request_envelope) not in _SPOKEN_TO

    def handle(self, handler_input: HandlerInput) -> Response:
        """Answer nothing."""
        what = kind(handler_input.request_envelope)
        if what.startswith(EVENTS):
            log.info("alexa_event", kind=what)
            self._told(account_event(handler_input.request_envelope, what))
        return handler_input.response_builder.response


class Away(AbstractExceptionHandler):
    """Says so when the database doesn't answer; Alexa would only speak of a problem with the skill."""

    def can_handle(self, handler_input: HandlerInput, exception: Exception) -> bool:
        """Whether it is only for the moment. Nobody waits for the answer to an event: it is sent again."""
        return isinstance(exception, Unavailable) and kind(handler_input.request_envelope) in _SPOKEN_TO

    def handle(self, handler_input: HandlerInput, exception: Exception) -> Response:  # noqa: ARG002
        """Apologise, and close the session: there is nothing to go on with."""
        asked = heard(handler_input.request_envelope)
        return respond(handler_input, asked.conversation, Saying(TROUBLE, ends=True))


def skill(talk: Talk, accounts: Accounts, told: Told) -> CustomSkill:
    """Return the skill; each request is answered by exactly one of its handlers."""
    builder = SkillBuilder()
    builder.add_request_handler(Speaking(talk, accounts))
    builder.add_request_handler(Listening(told))
    builder.add_exception_handler(Away())
    return builder.create()


def respond(handler_input: HandlerInput, conversation: str, saying: Saying) -> Response:
    """Build the response: speech, the question again after a silence, cards, and what the session keeps."""
    kept = {} if saying.ends else replace(saying.session, conversation=conversation).attributes()
    handler_input.attributes_manager.session_attributes = dict(kept)
    builder = handler_input.response_builder.speak(ssml(saying.text))
    if saying.card:
        builder.set_card(home_card(saying.card))
        if get_supported_interfaces(handler_input).alexa_presentation_apl:
            builder.add_directive(screen(saying.card))
    if saying.invites:
        builder.set_card(LinkAccountCard())
    if not saying.ends:
        builder.ask(ssml(saying.session.question or last_question(saying.text)))
    return builder.set_should_end_session(saying.ends).response
