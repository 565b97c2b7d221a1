"""Prometheus counters of the tracking page; names nobody."""

from prometheus_client import Counter

VIEWS = Counter("doorstep_track_views_total", "Tracking pages shown, by state of the order", ["status"])
LOOKUPS = Counter("doorstep_track_lookups_total", "Orders looked up by number and proof, by outcome", ["outcome"])
HELP = Counter("doorstep_track_help_total", "Help asked for on the tracking page, by reason", ["reason"])
RATINGS = Counter("doorstep_track_ratings_total", "Ratings given on the tracking page", ["source", "score"])
LISTENERS = Counter("doorstep_track_listeners_total", "Live connections of tracking pages, by outcome", ["outcome"])
PUSH = Counter("doorstep_track_push_total", "Notifications turned on and off in browsers", ["what", "source"])
CHOSEN = Counter(
    "doorstep_track_alerts_total", "Choices of what to be told, made on the tracking page", ["medium", "choice"]
)
