"""Settings: defaults that run on SQLite at once; the environment changes them (docs/howto/settings.md)."""

import logging
import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from quyu.shell.logs import logging_settings

PACKAGE_DIR = Path(__file__).resolve().parent.parent
QUYU_HOME = Path(os.environ.get("QUYU_HOME", Path.home() / ".local" / "share" / "quyu")).resolve()
BUSINESS_DATE_FILE = QUYU_HOME / "business_date"  # a trial directory keeps the date its data assume
QUYU_TODAY = os.environ.get("QUYU_TODAY", "") or (
    BUSINESS_DATE_FILE.read_text().strip() if BUSINESS_DATE_FILE.exists() else ""
)
DEBUG = os.environ.get("QUYU_DEBUG", "") == "1"
HTTPS = os.environ.get("QUYU_HTTPS") == "1"


def secret_key() -> str:
    """The key from the environment, or one made once and kept in the data directory."""
    if key := os.environ.get("QUYU_SECRET_KEY"):
        return key
    QUYU_HOME.mkdir(parents=True, exist_ok=True)
    path = QUYU_HOME / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


def database_from_url(url: str) -> dict[str, object]:
    """`postgres://user:password@host:port/name`, or SQLite in the data directory when empty."""
    if not url:
        return {
            "ENGINE": "quyu.platform.sqlite",
            "NAME": QUYU_HOME / "quyu.sqlite3",
            "OPTIONS": {
                "timeout": 20,
                "transaction_mode": "IMMEDIATE",
                "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;",
            },
        }
    parts = urlsplit(url)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"application_name": "quyu"},
    }


def second_factor_roles() -> frozenset[str]:
    """The roles that must have a second factor: the administrators once others are served."""
    administrators = "system_admin,security_admin,audit_admin" if HTTPS else ""
    return frozenset(filter(None, os.environ.get("QUYU_2FA_ROLES", administrators).split(",")))


def encryption(word: str) -> tuple[bool, bool]:
    """Whether the mail server is spoken to by STARTTLS, and whether by TLS from the first byte."""
    known = {"starttls": (True, False), "tls": (False, True), "off": (False, False)}
    if word not in known:
        raise ImproperlyConfigured(f"QUYU_MAIL_TLS: {word}; starttls, tls, off")
    return known[word]


def written_in(file: str) -> str:
    """The secret that a file holds; none without a file."""
    return Path(file).read_text(encoding="utf-8").strip() if file else ""


def bot_routes(words: str) -> frozenset[str]:
    """The chat services whose robots may be used; none without a public address to link to."""
    wanted = frozenset(filter(None, (word.strip() for word in words.split(","))))
    if unknown := wanted - {"wecom", "dingtalk", "feishu"}:
        raise ImproperlyConfigured(f"QUYU_BOTS: {', '.join(sorted(unknown))}; wecom, dingtalk, feishu")
    return wanted if SITE_ADDRESS else frozenset()


SECRET_KEY = secret_key()
BACKUP_WARNING_DAYS = int(os.environ.get("QUYU_BACKUP_DAYS", "3"))
SIGNING_AUTHORITY = os.environ.get("QUYU_SIGNING_AUTHORITY", "quyu.platform.documents.authority.OwnAuthority")
FONTS_DIR = PACKAGE_DIR / "shell" / "static" / "build" / "fonts"
SITE_ADDRESS = os.environ.get("QUYU_ADDRESS", "").rstrip("/")
EMAIL_HOST = os.environ.get("QUYU_MAIL_HOST", "")
EMAIL_PORT = int(os.environ.get("QUYU_MAIL_PORT", "587"))
EMAIL_USE_TLS, EMAIL_USE_SSL = encryption(os.environ.get("QUYU_MAIL_TLS", "starttls"))
EMAIL_HOST_USER = os.environ.get("QUYU_MAIL_USER", "")
EMAIL_HOST_PASSWORD = written_in(os.environ.get("QUYU_MAIL_PASSWORD_FILE", ""))
EMAIL_TIMEOUT = 20  # seconds
DEFAULT_FROM_EMAIL = os.environ.get("QUYU_MAIL_FROM", "")
MAIL_ON = bool(SITE_ADDRESS and EMAIL_HOST and DEFAULT_FROM_EMAIL)
MAIL_A_MINUTE = int(os.environ.get("QUYU_MAIL_RATE", "60"))
MAIL_MB = int(os.environ.get("QUYU_MAIL_MB", "10"))
MAIL_DAYS = int(os.environ.get("QUYU_MAIL_DAYS", "30"))
BOT_ROUTES = bot_routes(os.environ.get("QUYU_BOTS", ""))
AUDIT_KEY = os.environ.get("QUYU_AUDIT_KEY", "")  # else made once in the data directory
ALLOWED_HOSTS = os.environ.get("QUYU_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
DATABASES = {"default": database_from_url(os.environ.get("DATABASE_URL", ""))}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"

PLATFORM_APPS = [
    f"quyu.platform.{name}"
    for name in (
        "people", "signin", "audit", "approvals", "imports", "facts", "catalog",
        "calendar", "geography", "notices", "files", "jobs", "viewsets", "masterdata",
        "disclosure", "limits",
    )
]  # fmt: skip
BUSINESS_APPS = [
    f"quyu.apps.{name}"
    for name in (
        "market",
        "territories",
        "customers",
        "targets",
        "reports",
        "performance",
        "drift",
        "monitoring",
    )
]
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "django_structlog",
    "django_tasks",
    "django_tasks_db",
    "ninja",
    "simple_history",
    *PLATFORM_APPS,
    *BUSINESS_APPS,
    "quyu.shell",
]
MIDDLEWARE = [
    "csp.middleware.CSPMiddleware",  # first, so that static files, redirects and failures carry the headers too
    "quyu.shell.headers.HeadersMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "quyu.shell.api_errors.JsonErrorsMiddleware",
    "quyu.shell.hostile_input.CleanInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "quyu.shell.signin.middleware.SessionLimitsMiddleware",
    "quyu.shell.signin.middleware.TokenMiddleware",
    "quyu.shell.middleware.AccountLanguageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "simple_history.middleware.HistoryRequestMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "quyu.shell.middleware.BusinessContextMiddleware",
    "quyu.platform.people.guard.DefaultDenyMiddleware",
    "quyu.shell.signin.middleware.SecondFactorMiddleware",
]
ROOT_URLCONF = "quyu.shell.urls"
WSGI_APPLICATION = "quyu.shell.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [PACKAGE_DIR / "shell" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "quyu.shell.jinja.environment",
            "extensions": ["jinja2.ext.i18n"],
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "quyu.shell.page_context.shell",
            ],
        },
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

AUTHENTICATION_BACKENDS = ["quyu.shell.signin.backend.SignInBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_TEMPLATE_EXTENSION = "html.jinja"
ACCOUNT_ADAPTER = "quyu.shell.signin.adapter.ClosedSignupAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Quyu"
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}  # our growing delay instead (signin/door.py)
QUYU_OIDC_ISSUER = os.environ.get("QUYU_OIDC_ISSUER", "").rstrip("/")
QUYU_OIDC_NAME = os.environ.get("QUYU_OIDC_NAME", "企业账号")
QUYU_OIDC_CLAIM = os.environ.get("QUYU_OIDC_CLAIM", "preferred_username")
SOCIALACCOUNT_ADAPTER = "quyu.shell.signin.oidc.KnownAccountsAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "openid_connect": {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": QUYU_OIDC_NAME,
                "client_id": os.environ.get("QUYU_OIDC_CLIENT_ID", ""),
                "secret": os.environ.get("QUYU_OIDC_SECRET", ""),
                "settings": {"server_url": QUYU_OIDC_ISSUER},
            }
        ],
    }
}
QUYU_2FA_ROLES = second_factor_roles()
QUYU_PROXIES = int(os.environ.get("QUYU_PROXIES", "1" if HTTPS else "0"))  # trusted ones in front of us
CSRF_FAILURE_VIEW = "quyu.shell.errors.stale_form"
SESSION_ENGINE = "quyu.platform.signin.store"
SESSION_COOKIE_AGE = int(os.environ.get("QUYU_SESSION_HOURS", "12")) * 3600
QUYU_IDLE_MINUTES = int(os.environ.get("QUYU_IDLE_MINUTES", "60"))
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
if HTTPS:
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SECURE_SSL_REDIRECT = True
    SECURE_HSTS_SECONDS = 31_536_000
    SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = True
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:"],
        "worker-src": [SELF, "blob:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", _("中文")), ("en", "English")]
LOCALE_PATHS = [PACKAGE_DIR / "shell" / "locale"]
TIME_ZONE = "Asia/Shanghai"
USE_I18N = USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [PACKAGE_DIR / "shell" / "static"]
STATIC_ROOT = None  # nothing is collected: WhiteNoise serves from the package
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
WHITENOISE_IMMUTABLE_FILE_TEST = r"^/static/build/assets/.+-[\w-]{8}\.\w+$"
MEDIA_ROOT = QUYU_HOME / "files"
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 20 * 1024 * 1024
FILE_UPLOAD_TEMP_DIR = None

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
IMPORTS_APART = True
IMPORT_MEMORY_MB = int(os.environ.get("QUYU_IMPORT_MEMORY_MB", "2048"))
SIMPLE_HISTORY_HISTORY_ID_USE_UUID = False
LOGGING = logging_settings(os.environ.get("QUYU_LOG_LEVEL", "INFO"))
DJANGO_STRUCTLOG_STATUS_START_LOG_LEVEL = logging.DEBUG
