"""Settings of a service, from environment variables that begin with ESPALIER_."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import Field, HttpUrl, SecretStr, TypeAdapter, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class SettingsWrong(Exception):
    """Settings are missing or wrong; the message names each variable and what is the matter with it."""


class Settings(BaseSettings):
    """All settings; the README's table says what they mean."""

    model_config = SettingsConfigDict(env_prefix="ESPALIER_", extra="ignore")

    postgres_url: str = Field(repr=False)
    kafka_bootstrap: str
    chroma_url: str = ""
    cache_url: SecretStr | None = None
    secret_keys: Annotated[tuple[SecretStr, ...], NoDecode] = ()
    port: int = 8000
    host: str = "127.0.0.1"
    health_port: int = 0
    instance: str | None = None
    topic_prefix: str = ""
    partitions: int = 4
    first_username: str = ""
    first_password: SecretStr = SecretStr("")
    sqlite_folders: Annotated[tuple[Path, ...], NoDecode] = ()
    database_networks: Annotated[tuple[IPv4Network | IPv6Network, ...], NoDecode] = ()
    otlp_endpoint: str | None = None
    log_level: str = "INFO"
    embedding_base_url: str | None = None
    embedding_name: str | None = None
    embedding_key: SecretStr | None = None
    model_base_url: str | None = None
    model_name: str | None = Field(default=None, validate_default=True)
    model_key: SecretStr | None = None
    model_temperature: float = Field(default=0.0, ge=0, le=2)
    model_seconds: float = Field(default=12.0, gt=0)
    model_answer_tokens: int = Field(default=1_024, ge=16)
    model_window_tokens: int = Field(default=8_192, ge=512)
    lease_seconds: float = Field(default=4.0, gt=1.0)
    answer_seconds: float = Field(default=30.0, gt=0)

    @field_validator("secret_keys", "database_networks", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        return tuple(part for part in value.split(",") if part) if isinstance(value, str) else value

    @field_validator("model_base_url", "model_name", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return value or None

    @field_validator("model_base_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None:
            TypeAdapter(HttpUrl).validate_python(value)
        return value

    @field_validator("model_name")
    @classmethod
    def _with_address(cls, value: str | None, others: ValidationInfo) -> str | None:
        if "model_base_url" in others.data and (value is None) != (others.data["model_base_url"] is None):
            raise ValueError("ESPALIER_MODEL_BASE_URL and ESPALIER_MODEL_NAME need each other")
        return value

    @field_validator("model_window_tokens")
    @classmethod
    def _holds_the_answer(cls, value: int, others: ValidationInfo) -> int:
        if value < 2 * others.data.get("model_answer_tokens", 0):
            raise ValueError("must be at least twice ESPALIER_MODEL_ANSWER_TOKENS, to hold the question too")
        return value

    @field_validator("sqlite_folders", mode="before")
    @classmethod
    def _split_folders(cls, value: object) -> object:
        return tuple(Path(part) for part in value.split(":") if part) if isinstance(value, str) else value


def load_settings() -> Settings:
    """The settings of this process; raises `SettingsWrong`, without showing any value."""
    try:
        return Settings()  # type: ignore[call-arg]  # read from the environment
    except ValidationError as error:
        lines = [
            f"ESPALIER_{'_'.join(str(part) for part in problem['loc'][:1]).upper()}: {problem['msg']}"
            for problem in error.errors(include_input=False, include_url=False)
        ]
        raise SettingsWrong("settings are missing or wrong:\n  " + "\n  ".join(lines)) from None
