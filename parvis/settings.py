"""Django's settings, derived from parvis.config. Not here: anything an operator chooses."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import urlparse

from django.utils.translation import gettext_lazy as _

from parvis.config import config, database_from_url

SECRET_KEY = config.secret()
DEBUG = config.debug
IS_HTTPS = config.url.startswith("https://")
ALLOWED_HOSTS = [urlparse(config.url).hostname or "localhost", "localhost", "127.0.0.1"]
ALLOWED_HOSTS += [host.strip() for host in config.allowed_hosts.split(",") if host.strip()]
if config.demo:  # one window a person: docs/decisions/demo-windows.md
    ALLOWED_HOSTS.append(".localhost")
CSRF_TRUSTED_ORIGINS = [config.url] if IS_HTTPS else []

SHIPPED_TOOLS = ["notes", "forum", "blog", "shares", "calendar", "documents", "polls", "feeds", "pages"]
TOOLS = [slug.strip() for slug in config.tools.split(",") if slug.strip()] or SHIPPED_TOOLS
ROOMS = [
    "exchanges",
    "announcements",
]  # rooms of the house that declare themselves as tools do, and are always there

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "procrastinate.contrib.django",
    "parvis.kernel",
    "parvis.journal",
    "parvis.people",
    "parvis.spaces",
    "parvis.access",
    "parvis.membership",
    "parvis.accounts",
    "parvis.contributions",
    "parvis.ballots",
    "parvis.approvals",
    "parvis.toolkit",
    "parvis.attention",
    "parvis.search",
    *[f"parvis.{slug}" for slug in ROOMS],
    "parvis.returning",
    "parvis.mailing",
    "parvis.push",
    *[f"parvis.tools.{slug}" for slug in TOOLS],
    "parvis.transfer",
    "parvis.live",
    "parvis.dav",
    "parvis.web",
]

MIDDLEWARE = [
    "parvis.web.door.Door",
    "django.middleware.csrf.CsrfViewMiddleware",
]

ROOT_URLCONF = "parvis.urls"
WSGI_APPLICATION = "parvis.wsgi.application"
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["parvis.accounts.backend.PersonBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    # Offline: 20,000 passwords found in public breaches ship with Django; nothing is asked outside.
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "display_name", "email")},
    },
]

_role_url = config.database_url_owner if config.db_role == "owner" else config.database_url_app
_url = _role_url or os.environ.get("DATABASE_URL", "") or "postgresql://parvis_app@localhost/parvis"
DATABASES = {"default": database_from_url(_url)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {"BACKEND": "parvis.web.jinja.Templates", "DIRS": [], "APP_DIRS": True, "OPTIONS": {}},
]
FORM_RENDERER = "django.forms.renderers.DjangoTemplates"

LANGUAGE_CODE = config.language
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
USE_I18N = True
# The demonstration is no application: it has no tables.
LOCALE_PATHS = [Path(__file__).parent / "demo" / "locale"]
USE_TZ = True
TIME_ZONE = config.time_zone

STATIC_URL = "/static/"
STATIC_ROOT = config.data / "static"
PARVIS_FILES_ROOT = config.data / "files"
PARVIS_FILES_INTERNAL = config.files_internal
PARVIS_FILES_S3 = {
    "bucket": config.files_s3_bucket,
    "endpoint": config.files_s3_endpoint,
    "region": config.files_s3_region,
    "key": config.files_s3_key,
    "secret": config.files_s3_secret.get_secret_value(),
    "prefix": config.files_s3_prefix,
}
PARVIS_CLAMAV = config.clamav
PARVIS_FETCH = config.fetch
PARVIS_PROXY = config.proxy.get_secret_value()
PARVIS_CA_FILE = config.ca_file
PARVIS_FETCH_DENIED = config.fetch_denied
PARVIS_LINK_CARDS = config.link_cards
PARVIS_MAIL_DOMAIN = config.mail_domain
PARVIS_MAIL_IN_ADDRESS = config.mail_in_address
PARVIS_MAIL_IN_IMAP = config.mail_in_imap.get_secret_value()
PARVIS_FEED_PICTURES = config.feed_pictures
PARVIS_CACHE_ROOT = config.data / "cache"

SESSION_ENGINE = "parvis.accounts.sessions"
SESSION_COOKIE_NAME = "__Host-session" if IS_HTTPS else "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = IS_HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30
CSRF_COOKIE_NAME = "__Host-csrf" if IS_HTTPS else "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "parvis.web.errors.csrf_failure"
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
SILENCED_SYSTEM_CHECKS = ["models.W042"]
LOGGING_CONFIG = "logging.config.dictConfig"
# Django alone shows an error's trace in DEBUG only. Here it goes to stderr, where systemd and bin/parvis keep it;
# refused requests (4xx) are ordinary answers and stay out of it.
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING"}, "django.request": {"level": "ERROR"}},
}
