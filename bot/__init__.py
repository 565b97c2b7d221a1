"""The bot box: everything that runs inside Rasa's own environment; the app never imports it."""
