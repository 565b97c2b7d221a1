"""The few sentences the desk says itself, when the bot can't be asked; all others live in the bot's domain."""

from support.model import Button, Channel, Reply

_PERSON = Button("Talk to a person", "Talk to a person")

TROUBLE = "Sorry, I can't look that up this second. Please try again in a moment."
HANDED_OVER = "I've kept your message and asked a person to take over: your ticket is {ticket}."
TOO_LONG = "That's a lot at once! Please keep it under {limit} characters."
TOO_FAST = "That was quick! Please give me a moment before the next message."
TEXTS_STOPPED = "You won't get any more texts from us. Reply START to get them again."
TEXTS_STARTED = "You'll get our texts again. Reply STOP to end them. Which order can I look up?"
TEXTS_HELP = (
    "Text your order number to see where it is. Reply STOP to get no more texts. Message and data rates may apply."
)
NO_PICTURES = "I can't look at pictures. Tell me in words what's wrong, and I'll pass it to a person."
EMPTY = "I got an empty message. What can I look up for you?"


def trouble(channel: Channel) -> Reply:
    """The bot did not answer, the shopper may try again or ask for a person."""
    return Reply(TROUBLE, buttons=(_PERSON,) if channel == "web" else ())


def handed_over(ticket: str) -> Reply:
    """The bot did not answer a second time; a ticket is open."""
    return Reply(HANDED_OVER.format(ticket=ticket))
