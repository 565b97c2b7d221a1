"""Which time zone an address keeps, where country and region settle it; never guesses among several."""

from functools import cache
from zoneinfo import ZoneInfo

from tracking.model import Address

_COUNTRIES = {
    "AT": "Europe/Vienna", "BE": "Europe/Brussels", "BG": "Europe/Sofia", "CH": "Europe/Zurich", "CZ": "Europe/Prague",
    "DE": "Europe/Berlin", "DK": "Europe/Copenhagen", "EE": "Europe/Tallinn", "FI": "Europe/Helsinki",
    "FR": "Europe/Paris", "GB": "Europe/London", "GR": "Europe/Athens", "HK": "Asia/Hong_Kong", "HR": "Europe/Zagreb",
    "HU": "Europe/Budapest", "IE": "Europe/Dublin", "IL": "Asia/Jerusalem", "IN": "Asia/Kolkata", "IT": "Europe/Rome",
    "JP": "Asia/Tokyo", "KR": "Asia/Seoul", "LT": "Europe/Vilnius", "LU": "Europe/Luxembourg", "LV": "Europe/Riga",
    "NL": "Europe/Amsterdam", "NO": "Europe/Oslo", "PL": "Europe/Warsaw", "RO": "Europe/Bucharest",
    "SE": "Europe/Stockholm", "SG": "Asia/Singapore", "SI": "Europe/Ljubljana", "SK": "Europe/Bratislava",
    "TR": "Europe/Istanbul", "ZA": "Africa/Johannesburg",
}  # fmt: skip

_REGIONS = {
    "US": {
        "America/New_York": "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Chicago": "AL AR IA IL LA MN MO MS OK WI",
        "America/Denver": "CO MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA NV WA",
        "Pacific/Honolulu": "HI",
    },
    "CA": {
        "America/Halifax": "NS PE",
        "America/Toronto": "ON QC",
        "America/Winnipeg": "MB",
        "America/Edmonton": "AB",
        "America/Vancouver": "BC",
    },
    "AU": {
        "Australia/Sydney": "ACT NSW VIC TAS",
        "Australia/Brisbane": "QLD",
        "Australia/Adelaide": "SA",
        "Australia/Perth": "WA",
    },
}
_SAME = {"UK": "GB", "USA": "US", "GERMANY": "DE", "UNITED KINGDOM": "GB", "UNITED STATES": "US", "CANADA": "CA"}


def zone_of(address: Address) -> ZoneInfo | None:
    """Return the zone of an address, None where it isn't certain."""
    country = address.country.strip().upper()
    country = _SAME.get(country, country)
    name = _COUNTRIES.get(country) or _by_region().get((country, address.region.strip().upper()))
    return ZoneInfo(name) if name else None


@cache
def _by_region() -> dict[tuple[str, str], str]:
    return {
        (country, region): zone
        for country, zones in _REGIONS.items()
        for zone, regions in zones.items()
        for region in regions.split()
    }
