"""Which courier a number belongs to, and how couriers are named; aggregators' parsers live apart, in `aggregators`.

The bot box imports this package under Python 3.10 to recognise numbers, so nothing here or in `couriers` may import
`tracking.model` or a library. Parsers of tracking replies need both; they sit in folders that this file never imports.
"""

from tracking.carriers.detection import carrier_code, carrier_name, clean, couriers, detect, tracking_url
from tracking.carriers.formats import Candidate

__all__ = ["Candidate", "carrier_code", "carrier_name", "clean", "couriers", "detect", "tracking_url"]
