"""What a server is told before it starts: by defaults.toml, its data folder, the environment and the command line.

Settings are of one machine and need a restart; what an office decides at run time is its branch (`branch_file`).
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from config.complaints import in_words, nearest
from config.toml_lines import line_of, lines_of

DEFAULTS = Path(__file__).with_name("defaults.toml")
SITE_FILE = "giliran.toml"
PREFIX = "GILIRAN_"
OTHER_VARIABLES = ("GILIRAN_SERVER", "GILIRAN_TOKEN", "GILIRAN_REQUIRE_ALL", "GILIRAN_HYPOTHESIS", "GILIRAN_TEST_",
                   "GILIRAN_LAB")  # fmt: skip
"""What variables begin with that are not settings of a server: they speak to the agents, the tests and `bench`."""

Seconds = Annotated[float, Field(gt=0, le=3600)]
Count = Annotated[int, Field(ge=1, le=100_000)]


ADDRESS = r"[^@\s<>,;]+@[^@\s<>,;]+"


def addresses(text: str) -> list[str]:
    """The addresses of a list with commas."""
    return [one.strip() for one in text.split(",") if one.strip()]


class SettingsError(Exception):
    """The server cannot start like this. `lines` name each key: "port: 70000: must be at most 65535"."""

    def __init__(self, lines: list[str]) -> None:
        self.lines = lines
        super().__init__("\n".join(lines))


class Settings(BaseSettings):
    """The keys of defaults.toml, which explains each of them and holds its default."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, toml_file=DEFAULTS, env_ignore_empty=True, allow_inf_nan=False
    )

    data: Path
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=0, le=65535)]
    processes: Annotated[int, Field(ge=1, le=64)]
    database: Annotated[str, Field(repr=False)]
    redis: Annotated[str, Field(repr=False)]
    async_mode: Literal["eventlet", "gevent", "threading"]
    max_connections: Count
    public_url: str
    trusted_proxies: Annotated[int, Field(ge=0, le=5)]

    heartbeat: Annotated[float, Field(gt=0, le=8)]
    waits_gap: Seconds
    ping_interval: Seconds
    ping_timeout: Seconds

    voice: Literal["auto", "chime", "off"]
    estimates: Literal["on", "off"]

    sms_gateway: Literal["off", "http", "smpp"]
    sms_url: str
    sms_user: str
    sms_secret_file: str
    sms_ca_file: str
    sms_sender: Annotated[str, Field(max_length=20)]
    sms_format: Literal["json", "form"]
    sms_fields: str

    push_contact: Annotated[str, Field(max_length=200)]
    push_hosts: Annotated[str, Field(min_length=1)]

    charter_embedded_by: str

    smtp_host: str
    smtp_port: Annotated[int, Field(ge=1, le=65535)]
    smtp_security: Literal["starttls", "tls", "none"]
    smtp_user: str
    smtp_password_file: str
    smtp_certificates: str
    smtp_sender: str
    mail_language: Literal["ms", "en", "zh", "ta"]
    mail_supervisor: str
    mail_manager: str
    mail_auditor: str

    session_hours: Annotated[float, Field(gt=0, le=168)]
    idle_minutes: Annotated[float, Field(gt=0, le=1440)]
    password_min_length: Annotated[int, Field(ge=8, le=128)]
    lockout_after: Annotated[int, Field(ge=1, le=100)]
    lockout_minutes: Annotated[float, Field(gt=0, le=1440)]
    setup_link_hours: Annotated[float, Field(gt=0, le=168)]
    pairing_minutes: Annotated[float, Field(gt=0, le=1440)]
    login_per_minute: Count
    pairing_per_minute: Count
    public_per_minute: Count
    secure_cookies: bool

    ticket_link_hours: Annotated[float, Field(gt=0, le=720)]
    idempotency_hours: Annotated[float, Field(ge=1, le=8760)]

    request_bytes: Annotated[int, Field(ge=1024, le=10_000_000)]
    log_level: Literal["debug", "info", "warning", "error"]

    @field_validator("public_url")
    @classmethod
    def _known_address(cls, value: str) -> str:
        if value and not re.fullmatch(r"https?://[^/?#\s]+/?", value):
            raise ValueError(f'is "{value}": must be empty, or such as https://giliran.example.my')
        return value.rstrip("/")

    @field_validator("database")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and not value.startswith(("sqlite:", "postgresql+psycopg:", "postgresql:")):
            raise ValueError("must be empty, or begin with postgresql+psycopg:// or sqlite:///")
        return value.replace("postgresql:", "postgresql+psycopg:", 1)

    @field_validator("redis")
    @classmethod
    def _known_redis(cls, value: str) -> str:
        if value and not value.startswith(("redis://", "rediss://", "unix://")):
            raise ValueError("must be empty, or begin with redis://, rediss:// or unix://")
        return value

    @field_validator("sms_url")
    @classmethod
    def _known_gateway(cls, value: str) -> str:
        where = urlsplit(value)
        is_here = where.hostname in ("127.0.0.1", "localhost", "::1")
        if value and not (
            where.hostname and where.scheme in ("https", "smpp", "smpps", *(["http"] if is_here else []))
        ):
            raise ValueError("must begin with https://, smpp:// or smpps:// (http:// for a gateway on this computer)")
        return value

    @field_validator("push_contact")
    @classmethod
    def _known_contact(cls, value: str) -> str:
        if value and not re.fullmatch(r"mailto:[^@\s]+@[\w-]+(\.[\w-]+)+|https://[\w-]+(\.[\w-]+)+", value):
            raise ValueError("must be empty, or such as mailto:it@office.example.my or https://office.example.my")
        return value

    @field_validator("push_hosts")
    @classmethod
    def _known_hosts(cls, value: str) -> str:
        if any(re.fullmatch(r"(\*\.)?[\w-]+(\.[\w-]+)*(:\d{1,5})?", name.strip()) is None for name in value.split(",")):
            raise ValueError('must list names, such as "fcm.googleapis.com, *.push.apple.com"')
        return value

    @field_validator("sms_fields")
    @classmethod
    def _three_fields(cls, value: str) -> str:
        if not re.fullmatch(r"[\w.-]+ *, *[\w.-]+ *, *[\w.-]+", value):
            raise ValueError('must name three fields, such as "to, text, from"')
        return value

    @field_validator("charter_embedded_by")
    @classmethod
    def _sites(cls, value: str) -> str:
        for site in value.split():
            if not re.fullmatch(r"https?://[\w.*:-]+", site):
                raise ValueError(f'"{site}" is no site: write such as https://www.pejabat.gov.my, several with spaces')
        return " ".join(value.split())

    @field_validator("mail_supervisor", "mail_manager", "mail_auditor")
    @classmethod
    def _addresses(cls, value: str) -> str:
        for address in addresses(value):
            if not re.fullmatch(ADDRESS, address) or len(address) > 120:
                raise ValueError(f'"{address}" is no address: write such as ketua@pejabat.gov.my, several with commas')
        return value

    @model_validator(mode="after")
    def _fit_together(self) -> Settings:
        schemes = {"http": ("http", "https"), "smpp": ("smpp", "smpps")}.get(self.sms_gateway, ())
        if schemes and urlsplit(self.sms_url).scheme not in schemes:
            raise ValueError(
                f'sms_url: the gateway "{self.sms_gateway}" needs an address that begins with {schemes[-1]}://'
            )
        if schemes and not self.sms_secret_file:
            raise ValueError("sms_secret_file: a gateway needs a secret, in a file that its owner alone may read")
        if self.smtp_host:
            self._fit_for_mail()
        if self.processes > 1 and not self.database.startswith("postgresql"):
            raise ValueError("processes: more than one need a PostgreSQL database")
        return self

    def _fit_for_mail(self) -> None:
        if not re.fullmatch(ADDRESS, self.smtp_sender):
            raise ValueError("smtp_sender: letters need the address that they come from")
        if not (self.mail_supervisor or self.mail_manager or self.mail_auditor):
            raise ValueError("mail_manager: a mail server is named, but nobody is to be written to")
        if bool(self.smtp_user) != bool(self.smtp_password_file):
            raise ValueError("smtp_password_file: a user and a password go together")
        is_here = self.smtp_host in ("127.0.0.1", "localhost", "::1")
        if self.smtp_security == "none" and not is_here:
            raise ValueError('smtp_security: "none" is for a mail server on this computer alone')

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)

    @property
    def database_url(self) -> str:
        """The SQLAlchemy URL: where none is set, SQLite in the data folder."""
        return self.database or f"sqlite:///{self.data / 'giliran.sqlite3'}"


def load(data: Path | str | None = None, **given: Any) -> Settings:
    """The settings of a server on the folder `data`; `given` is what the command line said. Raises SettingsError."""
    given = {key: value for key, value in given.items() if value is not None}
    defaults = tomllib.loads(DEFAULTS.read_text(encoding="utf-8"))
    folder = Path(data or os.environ.get(PREFIX + "DATA") or defaults["data"])
    site_file = folder / SITE_FILE
    if found := [*_unknown_variables(os.environ), *_site_faults(site_file, defaults)]:
        raise SettingsError(found)

    class SettingsHere(Settings):
        model_config = SettingsConfigDict(toml_file=(DEFAULTS, site_file))

    try:
        return SettingsHere(**given, data=folder)
    except ValidationError as error:
        raise SettingsError(
            [_complaint(each["loc"], in_words(each), given, site_file) for each in error.errors(include_url=False)]
        ) from error


def _complaint(place: tuple[int | str, ...], what: str, given: Mapping[str, Any], site_file: Path) -> str:
    """Names the key where it was set."""
    if not place:
        return what
    key = str(place[0]).lower().removeprefix(PREFIX.lower())
    if key in given:
        return f"--{key.replace('_', '-')}: {what}"
    if os.environ.get(PREFIX + key.upper()):
        return f"{PREFIX}{key.upper()}: {what}"
    return f"{site_file}: {key}: {what}"


def _unknown_variables(environment: Mapping[str, str]) -> list[str]:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    named = (name for name in environment if name.startswith(PREFIX) and not name.startswith(OTHER_VARIABLES))
    strangers = sorted(set(named) - known)
    return [f"{name}: unknown setting in the environment{nearest(name, known)}" for name in strangers]


def _site_faults(path: Path, defaults: Mapping[str, Any]) -> list[str]:
    """Keys that no setting has, and values of another type than the default's."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = tomllib.loads(text)
    except FileNotFoundError:
        return []
    except OSError as error:
        return [f"{path}: cannot be read: {error.strerror}"]
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        return [f"{path}: is not TOML: {error}"]
    lines = lines_of(text)
    faults = []
    for key, value in found.items():
        if key == "data":
            what = "cannot be set in the folder that it names: use --data or GILIRAN_DATA"
        elif key not in defaults:
            what = "unknown setting" + nearest(key, defaults)
        elif not _fits(value, kind := _kind_of(key)):
            what = f"must be {_NAMES[kind]}"
        else:
            continue
        faults.append(f"{path}:{line_of(lines, (key,))}: {key}: {what}")
    return faults


_NAMES: Mapping[type, str] = {
    str: "a text in quotes",
    bool: "true or false",
    int: "a whole number",
    float: "a number",
}


def _kind_of(key: str) -> type:
    """How TOML must write it: numbers and truths as they are, all else as a text."""
    kind: object = Settings.model_fields[key].annotation
    return kind if isinstance(kind, type) and kind in _NAMES else str


def _fits(value: object, kind: type) -> bool:
    return type(value) is kind or (type(value) is int and kind is float)
