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
NO_PICTURES = "I can't open that. Tell me in words what's wrong, and I'll pass it to a person."
A_PICTURE = "(a picture)"
PICTURE_TAKEN = "Thanks for the picture. What should I tell the person who looks at it?"
PICTURE_NOTED = "Thanks for the picture. I've put it on your ticket {ticket}."
PICTURE_PASSED_ON = "I've passed your picture on to the person who looks after this."
NOT_A_PICTURE = "I can only take pictures: JPEG, PNG, WebP or GIF."
PICTURE_IS_HEIC = "I can't open HEIC pictures. Please send it as a JPEG, or send a screenshot of it."
PICTURE_IS_BROKEN = "I can't open that picture; it seems to be damaged. Please send another one."
PICTURE_TOO_BIG = "That picture is too big. Please send one under 10 MB and 40 megapixels."
TOO_MANY_PICTURES = "That's all the pictures I can take just now. Please tell me the rest in words."
HOW_WAS_IT = "How was it? If it isn't solved, just say so."
AWAY_SUBJECT = "{shop} has answered you"
AWAY_MAIL = "{said}\n\nAnswer here: {link}\n\n{shop}"
AWAY_TEXT = "{shop} has answered you: {link}"
EMPTY = "I got an empty message. What can I look up for you?"


def trouble(channel: Channel) -> Reply:
    """The bot did not answer, the shopper may try again or ask for a person."""
    return Reply(TROUBLE, buttons=(_PERSON,) if channel == "web" else ())


def how_was_it() -> Reply:
    """Asked once a person has solved the matter; what a button sends, the bot takes for a rating."""
    stars = (Button(str(n), f"{n} star{'' if n == 1 else 's'}") for n in range(1, 6))
    return Reply(HOW_WAS_IT, tuple(stars))


def handed_over(ticket: str) -> Reply:
    """The bot did not answer a second time; a ticket is open."""
    return Reply(HANDED_OVER.format(ticket=ticket))
