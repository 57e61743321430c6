"""Settings of a service, from environment variables that begin with ESPALIER_."""

from ipaddress import IPv4Network, IPv6Network
from pathlib import Path
from typing import Annotated

from pydantic import Field, SecretStr, ValidationError, field_validator
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
    model_name: str | None = None
    model_key: SecretStr | None = None
    lease_seconds: float = Field(default=4.0, gt=1.0)
    answer_seconds: float = Field(default=30.0, gt=0)

    @field_validator("secret_keys", "database_networks", mode="before")
    @classmethod
    def _split_list(cls, value: object) -> object:
        return tuple(part for part in value.split(",") if part) if isinstance(value, str) else value

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
