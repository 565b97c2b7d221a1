"""Doorstep's own Rasa components for understanding shoppers, and the plain text modules beneath them."""
