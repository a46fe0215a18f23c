"""Settings of the site, read from the environment once; what is not set is safe.

`JUNHENG_HOME` is the only folder the site writes to. Every name is listed in docs/operations.md.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONCE, NONE, SELF
from django.core.exceptions import ImproperlyConfigured

_MINUTE, _MEGABYTE = 60, 1024 * 1024
_PACKAGE = Path(__file__).parent


def _asked(name: str, default: str = "") -> str:
    return os.environ.get(f"JUNHENG_{name}", default).strip()


def _is_on(name: str, *, default: bool) -> bool:
    given = _asked(name).lower()
    if given not in {"", "0", "1", "no", "yes", "off", "on"}:
        raise ImproperlyConfigured(f"JUNHENG_{name}={given}: 1 or 0 is expected")
    return default if not given else given in {"1", "yes", "on"}


def _number(name: str, default: int) -> int:
    given = _asked(name)
    if given and not (given.isascii() and given.isdigit() and int(given) > 0):
        raise ImproperlyConfigured(f"JUNHENG_{name}={given}: a whole number above 0 is expected")
    return int(given) if given else default


def _secret(file: Path) -> str:
    """Return the key in a file, which is made when the site first starts and only its owner reads."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        made = file.with_suffix(".part")
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(64), encoding="ascii")
        made.replace(file)
    return file.read_text(encoding="ascii").strip()


def _database(url: str, home: Path) -> dict[str, object]:
    """Return Django's settings of `postgresql://user:password@host:port/name`, or of SQLite."""
    if not url:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": home / "junheng.sqlite3",
            "OPTIONS": {
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
                "timeout": 20,
            },
        }
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"} or not parts.path.strip("/"):
        raise ImproperlyConfigured(
            "JUNHENG_DATABASE: postgresql://user:password@host/name expected"
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        # A folder for a socket is given as a percent-encoded host.
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        # Threads come and go, and would each leave a connection behind.
        "OPTIONS": {"pool": {"min_size": 1, "max_size": _number("CONNECTIONS", 12)}},
        "CONN_HEALTH_CHECKS": True,
    }


HOME = Path(_asked("HOME", "var")).resolve()
DEBUG = False
SECRET_KEY = _asked("SECRET_KEY") or _secret(HOME / "secret-key")
ALLOWED_HOSTS = [one for one in _asked("HOSTS", "localhost,127.0.0.1").split(",") if one]
# Behind a proxy that speaks TLS. Only a demonstration on one's own machine goes without.
HTTPS = _is_on("HTTPS", default=True)
DATABASES = {"default": _database(_asked("DATABASE"), HOME)}

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "axes",
    "django_htmx",
    "ninja",
    "template_partials",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "junheng.store",
    "junheng.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "junheng.web.guarding.refuse_nul",
    "junheng.web.guarding.TellRefusals",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "axes.middleware.AxesMiddleware",
]
ROOT_URLCONF = "junheng.urls"
ASGI_APPLICATION = WSGI_APPLICATION = "junheng.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.messages.context_processors.messages",
                "csp.context_processors.nonce",
                "junheng.web.frame.frame",
            ],
        },
    }
]

# ------------------------------------------------------------------ people

AUTH_USER_MODEL = "store.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",
    "django.contrib.auth.backends.ModelBackend",
]
PASSWORD_HASHERS = ["junheng.operations.passwords.Hasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "junheng.operations.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    *(
        {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
        for name, options in (
            ("UserAttributeSimilarityValidator", {"user_attributes": ("login", "name", "email")}),
            ("CommonPasswordValidator", {}),
            ("NumericPasswordValidator", {}),
        )
    ),
]
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
SESSION_COOKIE_AGE = 30 * _MINUTE  # without doing anything
SESSION_SAVE_EVERY_REQUEST = False  # web/access.py notes once a minute that somebody is there
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_USERNAME_FORM_FIELD = "username"
AXES_LOCKOUT_TEMPLATE = "console/locked_out.html"
AXES_RESET_ON_SUCCESS = True
AXES_VERBOSE = False
AXES_IPWARE_PROXY_COUNT = 1 if HTTPS else 0
OTP_TOTP_ISSUER = "junheng"
INVITATION_DAYS = 7

# ------------------------------------------------------------------ the browser

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
CSRF_TRUSTED_ORIGINS = [f"https://{host}" for host in ALLOWED_HOSTS] if HTTPS else []
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 365 * 24 * 60 * _MINUTE if HTTPS else 0
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * _MEGABYTE  # of forms, files not counted
UPLOAD_MEGABYTES = 20
FORMS_MEGABYTES = 200  # of an archive of a county's statistics forms
RULEBOOK = _asked("RULEBOOK", "moe-2017-6")  # offered first

# ------------------------------------------------------------------ letters

# Without a server no letter is sent; reminders stand on the pages all the same.
EMAIL_HOST = _asked("SMTP_HOST")
EMAIL_PORT = _number("SMTP_PORT", 587)
EMAIL_HOST_USER = _asked("SMTP_USER")
EMAIL_HOST_PASSWORD = _asked("SMTP_PASSWORD")
EMAIL_USE_TLS = _is_on("SMTP_TLS", default=True)
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = _asked("MAIL_FROM") or EMAIL_HOST_USER or "junheng@localhost"
SITE_URL = _asked("URL").rstrip("/")  # put before the links of letters

# ------------------------------------------------------------------ behind the pages

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
API_PER_MINUTE = _number("API_PER_MINUTE", 120)
# Days overdue after which a missed deadline is told to the county's head, the city, the province.
ESCALATION_DAYS = (
    _number("ESCALATE_COUNTY_DAYS", 1),
    _number("ESCALATE_CITY_DAYS", 7),
    _number("ESCALATE_PROVINCE_DAYS", 15),
)
if sorted(set(ESCALATION_DAYS)) != list(ESCALATION_DAYS):
    raise ImproperlyConfigured("JUNHENG_ESCALATE_…_DAYS: county, city, province: each later")
LOOK_BACK_DAYS = _number("LOOK_BACK_DAYS", 90)  # after closing
NINJA_PAGINATION_MAX_LIMIT = 100
JOB_LEASE_SECONDS = _number("JOB_LEASE_SECONDS", 20)  # a worker silent for longer is dead
# Files of strangers are read in a process of their own that may not have more than this.
READ_APART = True
READING_MEGABYTES = _number("READING_MEGABYTES", 1024)
COMMIT_AT_ONCE_MEGABYTES = 4  # of what was read in a workbook; a county's is one or two
READING_SECONDS = _number("READING_SECONDS", 120)
EVALUATING_MEGABYTES = _number("EVALUATING_MEGABYTES", 4096)
EVALUATING_SECONDS = _number("EVALUATING_SECONDS", 600)

# ------------------------------------------------------------------ files and words

STATIC_URL = "/static/"
STATIC_ROOT = HOME / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "junheng.web.assets.AssetFinder",
]
# Pinned third-party files for the browser, as npm put them there.
NODE_MODULES = Path(_asked("NODE_MODULES") or _PACKAGE.parents[1] / "frontend/node_modules")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "zh-hans")]
USE_I18N = USE_TZ = True
TIME_ZONE = "PRC"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stream": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stream"], "level": _asked("LOG_LEVEL", "WARNING")},
}
