"""Every setting an operator may give, typed, in one object; environment names begin with PARVIS_.

Not here: what an administrator changes in the browser (web.site_settings, rows in the database).
"""

from __future__ import annotations

import re
import ssl
from pathlib import Path
from urllib.parse import unquote, urlparse

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from parvis.kernel.proxy import parse_proxy

_MAIL_IN = re.compile(r"([a-z0-9][a-z0-9._-]{0,14}@)?[a-z0-9-]+(\.[a-z0-9-]+)*")


def gettext_noop(message: str) -> str:
    """Marks a description for the catalogues (they stand in web's); what shows it translates it."""
    return message


class Config(BaseSettings):
    """Read once at start; `bin/parvis check` prints each field with its origin."""

    # A refused value isn't printed: it may hold a secret.
    model_config = SettingsConfigDict(env_prefix="PARVIS_", extra="ignore", hide_input_in_errors=True)

    data: Path = Field(
        Path("parvis-data"), description=gettext_noop("Folder of files, secrets and the embedded database")
    )
    url: str = Field(
        "http://127.0.0.1:8000",
        description=gettext_noop("Public address of the network, without a final slash"),
    )
    allowed_hosts: str = Field("", description=gettext_noop("Further host names, separated by commas"))
    bind: str = Field("127.0.0.1", description=gettext_noop("Address to listen on"))
    port: int = Field(8000, description=gettext_noop("Port to listen on"))
    live_url: str = Field(
        "",
        description=gettext_noop(
            "Where browsers reach the live process, such as https://network.example; bin/parvis up sets it"
        ),
    )
    live_port: int = Field(
        0, description=gettext_noop("Port of the live process; 0: the one after the pages'")
    )
    workers: int = Field(2, description=gettext_noop("Page processes"))
    secret_key: SecretStr = Field(
        SecretStr(""), description=gettext_noop("Signing key; made in the data folder when empty")
    )
    database_url_app: str = Field("", description=gettext_noop("PostgreSQL address of the application role"))
    database_url_owner: str = Field(
        "", description=gettext_noop("PostgreSQL address of the role that owns the tables")
    )
    db_role: str = Field(
        "app", description=gettext_noop("Which of the two roles this process uses: app or owner")
    )
    time_zone: str = Field("Europe/Paris", description=gettext_noop("Time zone of the site"))
    language: str = Field("fr", description=gettext_noop("Language of who hasn't chosen one: fr or en"))
    debug: bool = Field(False, description=gettext_noop("Developer's error pages; never on a real site"))
    demo: bool = Field(
        False, description=gettext_noop("This site is a demonstration: role switch and wipe are offered")
    )
    tools: str = Field(
        "", description=gettext_noop("Tools to install, separated by commas; empty means all shipped")
    )
    fetch: bool = Field(
        False, description=gettext_noop("Let the server call public addresses, for cards and feeds")
    )
    proxy: SecretStr = Field(
        SecretStr(""),
        description=gettext_noop(
            "Proxy towards the Internet for cards and feeds, http://user:secret@host:port"
        ),
    )
    ca_file: str = Field(
        "",
        description=gettext_noop("File (PEM) of the company's own certificate authorities, for such calls"),
    )
    fetch_denied: str = Field(
        "", description=gettext_noop("Our own public networks, never called; 192.0.2.0/24, 2001:db8::/32")
    )
    feed_pictures: bool = Field(
        True, description=gettext_noop("Keep copies of the pictures of articles for a month; needs fetch")
    )
    link_cards: bool = Field(False, description=gettext_noop("Show a card under a link; needs fetch too"))
    smtp_url: SecretStr = Field(
        SecretStr(""), description=gettext_noop("Mail relay, smtp://user:secret@host:port?tls=1")
    )
    mail_domain: str = Field(
        "",
        description=gettext_noop("Domain whose mail reaches bin/parvis receive; empty: no letters come in"),
    )
    mail_in_address: str = Field(
        "",
        description=gettext_noop(
            "Where answers by mail come in: a domain, or an address to which +… is added; empty: none are taken"
        ),
    )
    mail_in_imap: SecretStr = Field(
        SecretStr(""),
        description=gettext_noop(
            "Mailbox that such answers are fetched from, imaps://user:secret@host/INBOX; empty: none is asked"
        ),
    )
    mail_from: str = Field("", description=gettext_noop("Sender address of the network's mail"))
    max_upload_mb: int = Field(25, description=gettext_noop("Largest attachment, in megabytes"))
    max_document_mb: int = Field(
        1024, description=gettext_noop("Largest document, sent in parts, in megabytes")
    )
    community_quota_mb: int = Field(
        4096, description=gettext_noop("Room for the files of one community, in megabytes; 0: no limit")
    )
    network_quota_mb: int = Field(
        0, description=gettext_noop("Room for all files of the network, in megabytes; 0: no limit")
    )
    files_internal: str = Field(
        "",
        description=gettext_noop(
            "Address of the kept files inside nginx, such as /kept/; empty: we send them"
        ),
    )
    files_s3_bucket: str = Field(
        "", description=gettext_noop("Bucket of an object store that keeps the files; empty: the data folder")
    )
    files_s3_endpoint: str = Field(
        "", description=gettext_noop("Address of the object store; empty: Amazon's of the region")
    )
    files_s3_region: str = Field("", description=gettext_noop("Region of the object store"))
    files_s3_key: str = Field("", description=gettext_noop("Access key of the object store"))
    files_s3_secret: SecretStr = Field(
        SecretStr(""), description=gettext_noop("Secret key of the object store")
    )
    files_s3_prefix: str = Field(
        "", description=gettext_noop("What the names of the objects begin with, such as parvis/")
    )
    clamav: str = Field(
        "",
        description=gettext_noop(
            "Virus scanner asked about each file: tcp://127.0.0.1:3310 or unix:/run/clamav/clamd.ctl"
        ),
    )
    max_import_mb: int = Field(
        2048,
        description=gettext_noop("Largest bundle an administrator may load in the browser, in megabytes"),
    )

    @field_validator("proxy")
    @classmethod
    def check_proxy(cls, value: SecretStr) -> SecretStr:
        """A proxy that can't be one stops the start, with a sentence."""
        parse_proxy(value.get_secret_value())
        return value

    @field_validator("mail_in_address")
    @classmethod
    def check_mail_in_address(cls, value: str) -> str:
        """What can't be an address with 48 letters more stops the start."""
        if value and not _MAIL_IN.fullmatch(value.strip().lower()):
            raise ValueError(
                "PARVIS_MAIL_IN_ADDRESS: a domain, or an address with at most 15 letters before the @"
            )
        return value.strip().lower()

    @field_validator("mail_in_imap")
    @classmethod
    def check_mail_in_imap(cls, value: SecretStr) -> SecretStr:
        """So does a mailbox that would be read in the clear."""
        parts = urlparse(value.get_secret_value())
        if parts.scheme not in ("", "imaps") and (parts.scheme, parts.query) != ("imap", "tls=1"):
            raise ValueError("PARVIS_MAIL_IN_IMAP: imaps://user:secret@host/folder, or imap://…?tls=1")
        return value

    @field_validator("ca_file")
    @classmethod
    def check_ca_file(cls, value: str) -> str:
        """So does a file that holds no certificate."""
        try:
            if value:
                ssl.create_default_context().load_verify_locations(cafile=value)
        except OSError as failure:
            raise ValueError(f"PARVIS_CA_FILE: {failure}") from failure
        return value

    def secret(self) -> str:
        """The signing key: the setting's, or the one kept in the data folder (made at first use)."""
        given = self.secret_key.get_secret_value()
        if given:
            return given
        path = self.data / "secret.key"
        if not path.exists():
            import secrets

            self.data.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            path.write_text(secrets.token_urlsafe(48))
        return path.read_text().strip()


def database_from_url(url: str) -> dict[str, object]:
    """Django's DATABASES entry for a postgresql:// address; a host in the query names a socket folder."""
    parts = urlparse(url)
    query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(query.get("host", "") or parts.hostname or ""),
        "PORT": query.get("port", "") or str(parts.port or ""),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": False,
        # What else the address asks for (sslmode, options) goes to the driver as it is.
        "OPTIONS": {"prepare_threshold": 1}
        | {name: unquote(value) for name, value in query.items() if name not in ("host", "port")},
    }


config = Config()  # type: ignore[call-arg]
