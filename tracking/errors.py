"""The root of all errors that Doorstep raises on purpose."""


class DoorstepError(Exception):
    """Something a caller can be told about: the message says what is wrong, where, and what to do."""


class InvalidInput(DoorstepError):
    """The input breaks a documented rule; nothing was changed."""


class NotConfigured(DoorstepError):
    """An integration lacks its secret or address; the message names the setting."""


class Unavailable(DoorstepError):
    """A part that is needed (database, bot box) does not answer; trying again later may work."""
