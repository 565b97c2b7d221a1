"""Every setting of Doorstep, read from DOORSTEP_… environment variables and .env; no other code reads them."""

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Secret = SecretStr | None
ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """What a merchant can set. The README's table is tested against these fields and their descriptions."""

    model_config = SettingsConfigDict(env_prefix="DOORSTEP_", env_file=".env", extra="ignore", env_ignore_empty=True)

    database_url: str = Field("sqlite:///var/doorstep.db", description="Database: `sqlite:///…` or `postgresql://…`")
    redis_url: str | None = Field(None, description="Redis for the bot's locks when several bot boxes run")
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
    twilio_account_sid: str | None = Field(None, description="Twilio account that texts are sent from")
    twilio_auth_token: Secret = Field(None, description="Verifies `/webhooks/twilio/…` and signs in to send")
    twilio_from: str | None = Field(None, description="Number or `MG…` service that texts are sent from")
    twilio_api_url: str = Field("https://api.twilio.com", description="Base address of Twilio's REST API")
    alexa_skill_id: str | None = Field(None, description="The one skill that `/webhooks/alexa` answers")
    dialogflow_token: Secret = Field(None, description="Bearer token that Dialogflow sends to `/webhooks/dialogflow`")
    log_level: str = Field("info", description="`debug`, `info`, `warning` or `error`")

    def secret(self, name: str) -> str | None:
        """The plain value of a secret setting, None when unset or when there is no such setting."""
        value = getattr(self, name, None)
        return value.get_secret_value() if isinstance(value, SecretStr) else None

    def value(self, name: str) -> str | None:
        """The plain value of any setting as text, None when unset or when there is no such setting."""
        plain = getattr(self, name, None)
        return self.secret(name) or (str(plain) if plain is not None and not isinstance(plain, SecretStr) else None)
