"""Draws what came of a turn as a webhook response of Dialogflow CX v3 or ES v2; asks nobody."""

from typing import Any

from skills.dialogflow.speech import ssml
from skills.dialogflow.wire import Asked
from support.model import Turn

HOLDING = "I'm still looking. Ask me again in a moment."
WITH_PERSON = "A person has taken over and has your message."
NOTHING = "I have no answer to that. What can I look up for you?"
_CONTEXT_TURNS = 5

Json = dict[str, Any]


def cx_answer(turn: Turn | None) -> Json:
    """Return the CX response; without a turn, an honest request to wait."""
    texts = _texts(turn)
    messages: list[Json] = [{"text": {"text": [text]}} for text in texts]
    # Dialogflow joins all spoken parts of a response, so there is only ever one whole SSML document.
    messages.append({"outputAudioText": {"ssml": ssml(texts)}})
    if turn and (turn.ticket or turn.owner == "human"):
        metadata = {"ticket": turn.ticket, "conversation": turn.conversation}
        messages.append({"liveAgentHandoff": {"metadata": metadata}})
    answer: Json = {"fulfillmentResponse": {"messages": messages, "mergeBehavior": "REPLACE"}}
    parameters = _parameters(turn)
    return {**answer, "sessionInfo": {"parameters": parameters}} if parameters else answer


def es_answer(turn: Turn | None, asked: Asked) -> Json:
    """Return the ES response; what is known of the order stands in the output context `doorstep` for five turns."""
    texts = _texts(turn)
    answer: Json = {
        "fulfillmentText": " ".join(texts),
        "fulfillmentMessages": [{"text": {"text": [text]}} for text in texts],
    }
    parameters = _parameters(turn)
    if not parameters:
        return answer
    context = {"name": f"{asked.session}/contexts/doorstep", "lifespanCount": _CONTEXT_TURNS, "parameters": parameters}
    return {**answer, "outputContexts": [context]}


def _texts(turn: Turn | None) -> tuple[str, ...]:
    if turn is None:
        return (HOLDING,)
    said = tuple(text for reply in turn.replies if (text := reply.text.strip()))
    return said or ((WITH_PERSON,) if turn.owner == "human" else (NOTHING,))


def _parameters(turn: Turn | None) -> Json:
    """What the agent's designer may use. An order's unknown arrival is null, which takes an older one away."""
    cards = [reply.card for reply in turn.replies if reply.card] if turn else []
    known: Json = {}
    if cards:
        card = cards[-1]
        known = {"order_number": card.get("number"), "status": card.get("status"), "arrival": card.get("arrival")}
    return {**known, "ticket": turn.ticket} if turn and turn.ticket else known
