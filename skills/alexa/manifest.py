"""The skill's manifest and account linking for Alexa's developer console; templates that each shop fills in."""

from typing import Any

INVOCATION = "doorstep orders"
LOCALES = ("en-US", "en-GB", "en-CA", "en-AU", "en-IN")
ADDRESS = "https://your-address"
_COUNTRIES = [locale[-2:] for locale in LOCALES]


def manifest() -> dict[str, Any]:
    """Return skill.json."""
    return {
        "manifest": {
            "manifestVersion": "1.0",
            "apis": {
                "custom": {
                    "endpoint": _endpoint(),
                    "interfaces": [{"type": "ALEXA_PRESENTATION_APL"}],
                }
            },
            "publishingInformation": {
                "category": "SHOPPING",
                "isAvailableWorldwide": False,
                "distributionCountries": _COUNTRIES,
                "distributionMode": "PUBLIC",
                "testingInstructions": "Say: Alexa, ask doorstep orders where is my order. Then give the order number "
                "and the postcode of a test order of your shop.",
                "locales": {locale: _shown() for locale in LOCALES},
            },
            "privacyAndCompliance": {
                "allowsPurchases": False,
                "usesPersonalInfo": True,
                "isChildDirected": False,
                "isExportCompliant": True,
                "containsAds": False,
                "locales": {locale: _policies() for locale in LOCALES},
            },
            "permissions": [{"name": "alexa::devices:all:notifications:write"}],
            "events": {
                "endpoint": _endpoint(),
                "publications": [{"eventName": "AMAZON.OrderStatus.Updated"}],
                "subscriptions": [
                    {"eventName": "SKILL_PROACTIVE_SUBSCRIPTION_CHANGED"},
                    {"eventName": "SKILL_ACCOUNT_LINKED"},
                    {"eventName": "SKILL_DISABLED"},
                ],
            },
        }
    }


def account_linking() -> dict[str, Any]:
    """Return accountLinking.json, as Alexa's skill management takes it; the client's secret is added by the shop."""
    return {
        "accountLinkingRequest": {
            "type": "AUTH_CODE",
            "authorizationUrl": f"{ADDRESS}/oauth/authorize",
            "accessTokenUrl": f"{ADDRESS}/oauth/token",
            "accessTokenScheme": "HTTP_BASIC",
            "clientId": "your-client-id",
            "scopes": ["orders:read", "orders:help"],
            "domains": [],
            "skipOnEnablement": True,
        }
    }


def _endpoint() -> dict[str, str]:
    return {"uri": f"{ADDRESS}/webhooks/alexa", "sslCertificateType": "Trusted"}


def _shown() -> dict[str, Any]:
    return {
        "name": "Doorstep Orders",
        "summary": "Ask where your order is and when it comes.",
        "description": "Tells you where your order is, when it comes and whether it is late, once you have given its "
        "number and one detail that proves it is yours. Gets you a person if something is wrong.",
        "examplePhrases": [
            f"Alexa, open {INVOCATION}",
            f"Alexa, ask {INVOCATION} where is my order",
            f"Alexa, ask {INVOCATION} when will my order arrive",
        ],
        "keywords": ["order", "parcel", "package", "delivery", "tracking"],
    }


def _policies() -> dict[str, str]:
    return {"privacyPolicyUrl": f"{ADDRESS}/privacy", "termsOfUseUrl": f"{ADDRESS}/terms"}
