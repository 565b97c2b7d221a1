"""Time zones of places that lie in one zone only, for scans written without one; any other place has none here."""

from zoneinfo import ZoneInfo

_COUNTRIES = """
AUT Europe/Vienna|BEL Europe/Brussels|BGR Europe/Sofia|CHE Europe/Zurich|CZE Europe/Prague|DEU Europe/Berlin
DNK Europe/Copenhagen|EST Europe/Tallinn|FIN Europe/Helsinki|FRA Europe/Paris|GBR Europe/London|GRC Europe/Athens
HRV Europe/Zagreb|HUN Europe/Budapest|IRL Europe/Dublin|ISL Atlantic/Reykjavik|ITA Europe/Rome|LTU Europe/Vilnius
LUX Europe/Luxembourg|LVA Europe/Riga|MLT Europe/Malta|NLD Europe/Amsterdam|NOR Europe/Oslo|POL Europe/Warsaw
ROU Europe/Bucharest|SRB Europe/Belgrade|SVK Europe/Bratislava|SVN Europe/Ljubljana|SWE Europe/Stockholm
TUR Europe/Istanbul|ARE Asia/Dubai|BGD Asia/Dhaka|CHN Asia/Shanghai|HKG Asia/Hong_Kong|IND Asia/Kolkata
ISR Asia/Jerusalem|JPN Asia/Tokyo|KOR Asia/Seoul|LKA Asia/Colombo|MAC Asia/Macau|MYS Asia/Kuala_Lumpur
PAK Asia/Karachi|PHL Asia/Manila|QAT Asia/Qatar|SAU Asia/Riyadh|SGP Asia/Singapore|THA Asia/Bangkok|TWN Asia/Taipei
VNM Asia/Ho_Chi_Minh|EGY Africa/Cairo|GHA Africa/Accra|KEN Africa/Nairobi|MAR Africa/Casablanca|NGA Africa/Lagos
ZAF Africa/Johannesburg|ARG America/Argentina/Buenos_Aires|COL America/Bogota|CRI America/Costa_Rica
JAM America/Jamaica|PAN America/Panama|PER America/Lima|PRI America/Puerto_Rico|URY America/Montevideo
"""

_REGIONS = {
    "USA": {
        "America/New_York": "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV",
        "America/Chicago": "AL AR IA IL LA MN MO MS OK WI",
        "America/Denver": "CO MT NM UT WY",
        "America/Phoenix": "AZ",
        "America/Los_Angeles": "CA WA",
        "Pacific/Honolulu": "HI",
    },
    "CAN": {
        "America/Halifax": "NS PE",
        "America/Moncton": "NB",
        "America/Winnipeg": "MB",
        "America/Edmonton": "AB",
        "America/Whitehorse": "YT",
    },
    "AUS": {
        "Australia/Sydney": "ACT",
        "Australia/Brisbane": "QLD",
        "Australia/Melbourne": "VIC",
        "Australia/Hobart": "TAS",
        "Australia/Adelaide": "SA",
        "Australia/Darwin": "NT",
    },
}

_ZONES = {entry[:3]: entry[4:] for line in _COUNTRIES.strip().splitlines() for entry in line.split("|")}
_ZONES |= {
    f"{country} {region}": zone
    for country, zones in _REGIONS.items()
    for zone, regions in zones.items()
    for region in regions.split()
}


def zone_of(country: str, region: str) -> ZoneInfo | None:
    """Return the zone of a country (ISO 3166 alpha-3), or of its region where it has several; None if it isn't sure."""
    name = _ZONES.get(country.upper()) or _ZONES.get(f"{country} {region}".upper())
    return ZoneInfo(name) if name else None
