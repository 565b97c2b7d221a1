"""The Alexa skill: declares its route; what a request goes through is told in route.py."""

from channels.base import ChannelPlugin
from skills.alexa.route import router

CHANNEL = ChannelPlugin("alexa", "Alexa", ("alexa_skill_id",), router)
