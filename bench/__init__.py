"""Benchmarks of Doorstep beside a stock Rasa assistant; `make bench` runs them."""
