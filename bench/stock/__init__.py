"""The peer: Rasa as its own default configuration makes it, with a plain action server."""
