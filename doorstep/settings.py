"""Every setting of Doorstep, read from DOORSTEP_… environment variables and .env; no other code reads them."""

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Secret = SecretStr | None
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What a merchant can set. The README's table is tested against these fields and their descriptions."""

    model_config = SettingsConfigDict(env_prefix="DOORSTEP_", env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = Field("sqlite:///var/doorstep.db", description="Database: `sqlite:///…` or `postgresql://…`")
    redis_url: str | None = Field(
        None, description="Redis for bots' locks and news between processes, where there are several"
    )
    api_key: Secret = Field(None, description="Bearer key of `/api/v1`; unset: the API answers 503")
    public_url: str = Field("http://127.0.0.1:8000", description="Address that shoppers and providers reach us at")
    host: str = Field("127.0.0.1", description="Address the app listens on")
    port: int = Field(8000, description="Port the app listens on")
    forwarded_allow_ips: str = Field("127.0.0.1", description="Proxies whose `X-Forwarded-For` is believed")
    allowed_origins: str | None = Field(
        None, description="Sites that may embed the widget, comma-separated; unset: any"
    )
    secret_key: Secret = Field(None, description="Signs visitor tokens; unset: made once and kept in `var/`")
    bot_url: str = Field("http://127.0.0.1:5005", description="Where the bot box is; loopback or a private network")
    bot_port: int = Field(5005, description="Port of the bot box that `serve` starts")
    bot_secret: Secret = Field(None, description="Shared by app and bot box; unset: `serve` makes one for both")
    bot_database_url: str = Field("sqlite:///var/bot.db", description="Where the bot box keeps dialogue state")
    bot_timeout: float = Field(3.0, description="Seconds to wait for the bot box before trying once more")
    messages_per_minute: int = Field(20, description="Messages a minute in one conversation")
    public_per_minute: int = Field(60, description="Messages a minute from one client address on public endpoints")
    api_per_minute: int = Field(1200, description="Messages a minute from one API-key caller")
    order_number_patterns: str | None = Field(None, description="Order number formats, regular expressions, by spaces")
    shopify_secret: Secret = Field(None, description="Verifies `/webhooks/shopify`")
    woocommerce_secret: Secret = Field(None, description="Verifies `/webhooks/woocommerce`")
    easypost_secret: Secret = Field(None, description="Verifies `/webhooks/easypost`")
    aftership_secret: Secret = Field(None, description="Verifies `/webhooks/aftership`")
    shippo_secret: Secret = Field(None, description="Verifies `/webhooks/shippo`")
    shipengine_secret: Secret = Field(None, description="Verifies `/webhooks/shipengine`: one you make up")
    seventeentrack_secret: Secret = Field(None, description="Verifies `/webhooks/seventeentrack`: 17TRACK's API key")
    karrio_secret: Secret = Field(None, description="Verifies `/webhooks/karrio`")
    ups_secret: Secret = Field(None, description="Verifies `/webhooks/ups`: one you make up")
    fedex_secret: Secret = Field(None, description="Verifies `/webhooks/fedex`: the project's security token")
    ups_client_id: str | None = Field(None, description="Client id of your UPS app, to ask UPS with")
    ups_client_secret: Secret = Field(None, description="The secret that goes with it")
    ups_api_url: str | None = Field(None, description="Base address of UPS' API, if another")
    fedex_client_id: str | None = Field(None, description="API key of your FedEx project, to ask FedEx with")
    fedex_client_secret: Secret = Field(None, description="The secret that goes with it")
    fedex_api_url: str | None = Field(None, description="Base address of FedEx' API, if another")
    usps_client_id: str | None = Field(None, description="Consumer key of your USPS app, to ask USPS with")
    usps_client_secret: Secret = Field(None, description="The secret that goes with it")
    usps_api_url: str | None = Field(None, description="Base address of USPS' API, if another")
    dhl_api_key: Secret = Field(None, description="API key of your DHL app, to ask DHL with")
    dhl_api_url: str | None = Field(None, description="Base address of DHL's API, if another")
    canada_post_user: str | None = Field(None, description="API key's user part, to ask Canada Post with")
    canada_post_password: Secret = Field(None, description="Its password part")
    canada_post_api_url: str | None = Field(None, description="Base address of Canada Post's API, if another")
    royal_mail_client_id: str | None = Field(None, description="Client id of your app, to ask Royal Mail with")
    royal_mail_client_secret: Secret = Field(None, description="The secret that goes with it")
    royal_mail_api_url: str | None = Field(None, description="Base address of Royal Mail's API, if another")
    australia_post_key: str | None = Field(None, description="API key, to ask Australia Post with")
    australia_post_password: Secret = Field(None, description="The password that goes with it")
    australia_post_account: str | None = Field(None, description="Number of the account with Australia Post")
    australia_post_api_url: str | None = Field(None, description="Base address of Australia Post's API, if another")
    gls_client_id: str | None = Field(None, description="Client id of your GLS app, to ask GLS with")
    gls_client_secret: Secret = Field(None, description="The secret that goes with it")
    gls_api_url: str | None = Field(None, description="Base address of GLS' API, if another")
    postnord_api_key: Secret = Field(None, description="API key, to ask PostNord with")
    postnord_api_url: str | None = Field(None, description="Base address of PostNord's API, if another")
    easypost_api_key: Secret = Field(None, description="API key, to ask EasyPost with")
    easypost_api_url: str | None = Field(None, description="Base address of EasyPost's API, if another")
    aftership_api_key: Secret = Field(None, description="API key, to ask AfterShip with")
    aftership_api_url: str | None = Field(None, description="Base address of AfterShip's API, if another")
    shippo_api_key: Secret = Field(None, description="API token, to ask Shippo with")
    shippo_api_url: str | None = Field(None, description="Base address of Shippo's API, if another")
    shipengine_api_key: Secret = Field(None, description="API key, to ask ShipEngine with")
    shipengine_api_url: str | None = Field(None, description="Base address of ShipEngine's API, if another")
    seventeentrack_api_key: Secret = Field(None, description="API key, to ask 17TRACK with")
    seventeentrack_api_url: str | None = Field(None, description="Base address of 17TRACK's API, if another")
    karrio_api_url: str | None = Field(None, description="Address of your own Karrio server, to ask it")
    karrio_api_key: Secret = Field(None, description="API key of your Karrio server")
    carrier_rates: str | None = Field(
        None, description="Requests a second to carriers where not ours, `ups=2 gls=0.01`, by spaces"
    )
    polling: bool = Field(True, description="Ask the configured carriers about each parcel by itself, again and again")
    carrier_timeout: float = Field(10, gt=0, description="Seconds to wait for a carrier's answer")
    twilio_account_sid: str | None = Field(None, description="Twilio account that texts are sent from")
    twilio_auth_token: Secret = Field(None, description="Verifies `/webhooks/twilio/…` and signs in to send")
    twilio_from: str | None = Field(None, description="Number or `MG…` service that texts are sent from")
    twilio_api_url: str = Field("https://api.twilio.com", description="Base address of Twilio's REST API")
    alexa_skill_id: str | None = Field(None, description="The one skill that `/webhooks/alexa` answers")
    alexa_linking: bool = Field(False, description="Offer to link accounts, once that is set up in Alexa's console")
    alexa_client_id: str | None = Field(None, description="The skill's own client id, to send order updates with")
    alexa_client_secret: Secret = Field(None, description="The secret that goes with it")
    alexa_api_url: str = Field("https://api.amazonalexa.com", description="Base address that order updates go to")
    alexa_token_url: str = Field("https://api.amazon.com", description="Base address of Amazon's token service")
    alexa_stage: Literal["live", "development"] = Field("live", description="Stage whose users get order updates")
    alexa_certificates_url: str | None = Field(None, description="A stand-in for the place of Alexa's certificates")
    alexa_roots: str | None = Field(None, description="File of the authorities that a stand-in's certificates need")
    dialogflow_token: Secret = Field(None, description="Bearer token that Dialogflow sends to `/webhooks/dialogflow`")
    smtp_url: Secret = Field(None, description="Mail server: `smtp://user:password@host:port` or `smtps://…`")
    mail_from: str | None = Field(None, description="Address that mail is sent from, `Shop <orders@shop.example>`")
    vapid_private_key: Secret = Field(
        None, description="Signs notifications to browsers, P-256 as PEM or base64url; unset: made once, in `var/`"
    )
    vapid_subject: str | None = Field(
        None, description="Whom push services may ask about them, `mailto:…` or https; unset: our address"
    )
    web_push_stand_in: str | None = Field(
        None, description="A stand-in for browsers' push services on this machine, `http://127.0.0.1:9000`"
    )
    fcm_service_account: str | None = Field(None, description="File of the service account that Firebase sends by")
    fcm_api_url: str = Field("https://fcm.googleapis.com", description="Base address of Firebase Cloud Messaging")
    fcm_token_url: str | None = Field(None, description="Where Google gives tokens, if not where the account says")
    apns_key: str | None = Field(None, description="File of the key for Apple's push service, `AuthKey_….p8`")
    apns_key_id: str | None = Field(None, description="Its key id")
    apns_team_id: str | None = Field(None, description="Id of the team it was made for")
    apns_topic: str | None = Field(None, description="The app's bundle id")
    apns_stage: Literal["production", "sandbox"] = Field(
        "production", description="Which of Apple's push services; builds made for testing need `sandbox`"
    )
    apns_api_url: str | None = Field(None, description="Base address of Apple's push service, if another")
    apns_roots: str | None = Field(None, description="File of the authorities that a stand-in's certificate needs")
    apprise_urls: Secret = Field(
        None, description="Where you want to be told yourself, Apprise addresses by spaces (`more-media`)"
    )
    merchant_webhook_url: str | None = Field(None, description="Your own system's address, told of each order's news")
    merchant_webhook_secret: Secret = Field(None, description="Signs what it is told: one you make up")
    shop_name: str = Field("the shop", description="The shop's name, on pages and in mail")
    shop_logo_url: str | None = Field(
        None, pattern=r"^(https?://[^\s\"'<>;,]+|/[^\s\"'<>;,]*)$", description="The shop's logo on the tracking page"
    )
    brand_color: str = Field("#2f54d6", pattern=r"^#[0-9a-fA-F]{6}$", description="The shop's colour, `#rrggbb`")
    track_days: int = Field(90, ge=1, le=3650, description="Days that the link to a tracking page is good for")
    desk_rules: str = Field(
        "support/desk.yml", description="Opening hours, and rules for tickets' priority and due time"
    )
    canned_answers: str | None = Field(None, description="File of the agents' canned answers; unset: ours")
    console_hours: float = Field(12, gt=0, description="Hours after which an agent has to sign in again")
    console_idle_minutes: float = Field(30, gt=0, description="Minutes without a sign of life after which, too")
    oidc_issuer: str | None = Field(None, description="Identity provider that agents may sign in with (OpenID Connect)")
    oidc_client_id: str | None = Field(None, description="How it knows us; it sends to `/console/oidc/callback`")
    oidc_client_secret: Secret = Field(None, description="The secret that goes with it")
    oauth_registration: bool = Field(False, description="Let assistants register themselves as OAuth clients")
    zendesk_url: str | None = Field(None, description="Zendesk's address, `https://your-shop.zendesk.com`")
    zendesk_email: str | None = Field(None, description="Agent whose API token is used")
    zendesk_token: Secret = Field(None, description="API token of Zendesk")
    zendesk_webhook_secret: Secret = Field(None, description="Verifies `/webhooks/zendesk`: the signing secret")
    freshdesk_url: str | None = Field(None, description="Freshdesk's address, `https://your-shop.freshdesk.com`")
    freshdesk_key: Secret = Field(None, description="API key of Freshdesk")
    freshdesk_webhook_secret: Secret = Field(None, description="Verifies `/webhooks/freshdesk`: one you make up")
    gorgias_url: str | None = Field(None, description="Gorgias' address, `https://your-shop.gorgias.com`")
    gorgias_email: str | None = Field(None, description="User whose API key is used")
    gorgias_key: Secret = Field(None, description="API key of Gorgias")
    gorgias_webhook_secret: Secret = Field(None, description="Verifies `/webhooks/gorgias`: one you make up")
    chatwoot_url: str | None = Field(None, description="Chatwoot's address, `https://app.chatwoot.com` or your own")
    chatwoot_account: int | None = Field(None, description="Number of the Chatwoot account")
    chatwoot_inbox: int | None = Field(None, description="Number of the Chatwoot inbox, of the kind API")
    chatwoot_token: Secret = Field(None, description="Access token of a Chatwoot agent")
    chatwoot_webhook_secret: Secret = Field(None, description="Verifies `/webhooks/chatwoot`: the webhook's secret")
    files_dir: str = Field("var/files", description="Folder of the pictures that shoppers send; never served as it is")
    mask_more: bool = Field(False, description="Mask addresses, phone numbers and names in what ended 30 days ago")
    watch: bool = Field(True, description="Open tickets for parcels in trouble before anybody asks, by `desk_rules`")
    alerts: bool = Field(False, description="Tell shoppers what happens to their orders before they ask")
    alerts_rules: str = Field("alerts/alerts.yml", description="What is told on which medium, and when")
    alert_timeout: float = Field(15, gt=0, le=50, description="Seconds to wait for a provider to take an alert")
    alerts_stale_hours: float = Field(
        24, gt=0, le=24 * 30, description="Hours after which news of an order is told to nobody"
    )
    log_level: str = Field("info", description="`debug`, `info`, `warning` or `error`")

    def secret(self, name: str) -> str | None:
        """The plain value of a secret setting, None when unset or when there is no such setting."""
        value = getattr(self, name, None)
        return value.get_secret_value() if isinstance(value, SecretStr) else None

    def value(self, name: str) -> str | None:
        """The plain value of any setting as text, None when unset or when there is no such setting."""
        plain = getattr(self, name, None)
        return self.secret(name) or (str(plain) if plain is not None and not isinstance(plain, SecretStr) else None)
