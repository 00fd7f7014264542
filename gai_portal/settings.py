"""One settings file; everything that differs between installations comes from the environment.

.env.example explains each variable. With none of SECRET_KEY, ALLOWED_HOSTS, DATABASE_URL, DEBUG and DEMO
set, the portal starts in demo mode: for this computer only, with invented people and records.
"""

from pathlib import Path

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.core.management.utils import get_random_secret_key
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent

env = environ.Env()
environ.Env.read_env(BASE_DIR / ".env")
# All that the portal writes: uploads, collected static files, and the demonstration's database and key.
VAR_DIR = Path(env("VAR_DIR", default=str(BASE_DIR / "var")))

DEMO = env.bool(
    "DEMO",
    default=not any(name in env.ENVIRON for name in ("SECRET_KEY", "ALLOWED_HOSTS", "DATABASE_URL", "DEBUG")),
)
DEBUG = env.bool("DEBUG", default=False)


def demo_secret_key() -> str:
    """A key made once per checkout, so that a demo needs no settings and sessions survive a restart."""
    key_file = VAR_DIR / "secret_key"
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    if not key_file.exists():
        key_file.touch(mode=0o600)
        key_file.write_text(get_random_secret_key())
    return key_file.read_text()


if DEMO:
    SECRET_KEY = env("SECRET_KEY", default="") or demo_secret_key()
    ALLOWED_HOSTS = ["localhost", "127.0.0.1"]
else:
    # A forgotten address would be printed for good in a published PDF, and without a mail server the
    # links to choose a password would stand in the journal.
    for name in ["SECRET_KEY", "ALLOWED_HOSTS", *([] if DEBUG else ["SITE_URL", "EMAIL_URL"])]:
        if not env(name, default=""):
            raise ImproperlyConfigured(f"Set {name}: see .env.example.")
    SECRET_KEY = env("SECRET_KEY")
    ALLOWED_HOSTS = env.list("ALLOWED_HOSTS")

# Names that a country chooses. Translatable strings carry them only as placeholders.
LABELS = {
    "office": env("OFFICE_LABEL", default="GAI"),
    "office_long": env("OFFICE_LABEL_LONG", default="Gabinete de Apoio ao Imigrante"),
    "authority": env("AUTHORITY_LABEL", default="DGI"),
    "authority_long": env("AUTHORITY_LABEL_LONG", default="Direção-Geral da Imigração"),
    "plan": env("PLAN_LABEL", default="MAPII"),
    "plan_long": env("PLAN_LABEL_LONG", default="Plano de Ação Municipal para a Imigração e Integração"),
    "country": env("COUNTRY_LABEL", default="Cabo Verde"),
}
COUNTRY_CODE = env("COUNTRY_CODE", default="CV")  # ISO 3166-1: whose telephone numbers need no prefix
# How long somebody's agreement to be on record lasts, unless they say another day.
CONSENT_MONTHS = env.int("CONSENT_MONTHS", default=24)
# So many days before an agreement or a document ends the desk is told; and so many days after the end of an
# agreement that nobody renewed the record is made anonymous.
REMINDER_DAYS = env.int("REMINDER_DAYS", default=30)
CONSENT_GRACE_DAYS = env.int("CONSENT_GRACE_DAYS", default=30)
# So many days after a case without a name was closed, its notes, titles and files go.
CASE_TEXT_DAYS = env.int("CASE_TEXT_DAYS", default=730)
# So many days after an enquiry that names nobody and is part of no case, its note and place go; likewise what
# was to be done, and appointments, that belong to nothing else.
ENQUIRY_TEXT_DAYS = env.int("ENQUIRY_TEXT_DAYS", default=CASE_TEXT_DAYS)
# How long a return code holds after the last conversation under it.
RETURN_CODE_DAYS = env.int("RETURN_CODE_DAYS", default=365)
# Referrals: how many days a partner has for an answer unless the desk names another day, how many before that
# day it is reminded, and how many after it the link still takes a late answer.
REFERRAL_ANSWER_DAYS = env.int("REFERRAL_ANSWER_DAYS", default=14)
REFERRAL_REMIND_DAYS = env.int("REFERRAL_REMIND_DAYS", default=3)
REFERRAL_LINK_DAYS = env.int("REFERRAL_LINK_DAYS", default=14)
# How long what the desks tell people holds until somebody has to look at it again.
GUIDANCE_REVIEW_MONTHS = env.int("GUIDANCE_REVIEW_MONTHS", default=12)
# When a card changes so that the older text is no longer right: the contacts of so many months are listed.
RECALL_MONTHS = env.int("RECALL_MONTHS", default=6)
# How long an office still reads what it has handed over to another one.
TRANSFER_READ_DAYS = env.int("TRANSFER_READ_DAYS", default=30)
SITE_URL = env("SITE_URL", default="http://127.0.0.1:8000")
if not SITE_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured(f"SITE_URL has to begin with https://, and is {SITE_URL!r}: see .env.example.")

# What leaves a desk as statistics. Counts below the threshold are not shown; a quarter is published so many
# days after its end, which is when late entries and corrections stop counting; and these nationalities have a
# column of their own (ISO 3166-1), the same every year. A change begins to count with the next year.
SUPPRESSION_THRESHOLD = env.int("SUPPRESSION_THRESHOLD", default=5)
INVITATION_DAYS = env.int("INVITATION_DAYS", default=30)  # how long a role that was offered can be accepted
STATISTICS_AFTER_DAYS = env.int("STATISTICS_AFTER_DAYS", default=15)
PUBLISHED_NATIONALITIES = env.list(
    "PUBLISHED_NATIONALITIES", default=["GW", "SN", "PT", "NG", "CN", "IT", "BR", "GN"]
)

INSTALLED_APPS = [
    "gai_portal",
    "accounts",
    "municipalities",
    "cases",
    "action_plans",
    "allauth",
    "allauth.account",
    "import_export",
    "simple_history",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "accounts.apps.PortalAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "gai_portal.middleware.RefuseNulMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "accounts.middleware.SignedInMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "gai_portal.urls"
WSGI_APPLICATION = "gai_portal.wsgi.application"
FORM_RENDERER = "gai_portal.lib.controls.ControlRenderer"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "gai_portal.context.portal",
            ],
        },
    },
]

DATABASES = {"default": env.db("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'portal.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    VAR_DIR.mkdir(parents=True, exist_ok=True)
    # WAL and IMMEDIATE: otherwise two desks that write at once end in "database is locked".
    # Recursive triggers: otherwise INSERT OR REPLACE deletes a frozen row behind the trigger's back.
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA recursive_triggers=ON;",
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
    # PostgreSQL would compile what it takes for dear, and needs longer for that than for any statement here.
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("options", "-c jit=off")
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    # Tries are counted here: by all processes together, and not forgotten when they start again.
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "portal_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
    # Pieces of public pages, which every process may well make for itself.
    "pages": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "pages"},
}

# People
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "workspace"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = "/"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_FORMS = {
    "login": "accounts.forms.LoginForm",
    "change_password": "accounts.forms.ChangePasswordForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "reset_password_from_key": "accounts.forms.ChoosePasswordForm",
}
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False  # no mail to strangers; the page says the same in either case
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    # Wrong passwords for one account: from one address on the network, which a whole office shares, and
    # from all of them together.
    "login_failed": "5/5m/key",
    "login_failed_everywhere": "30/5m/key",
    "reset_password": "20/m/ip,3/m/key",
    "invite": "10/d/user",
    # Suggestions on guidance cards.
    "suggest": "20/d/user",
    # Comments on drafts by people without an account: from one address, and by one link.
    "comment": "20/h/ip",
    "comment_invited": "20/h/key",
    # Links of referrals: wrong ones from one address, and answers by one link.
    "referral_guessed": "20/h/ip",
    "referral_answered": "20/h/key",
}
CSRF_FAILURE_VIEW = "accounts.views.csrf_failure"

# A desk is often shared: the session ends with the browser, and at the latest after a working day from the
# sign-in (accounts.sessions).
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_AGE = 10 * 60 * 60

# Languages: the Portuguese of Cabo Verde first.
LANGUAGE_CODE = "pt"
LANGUAGES = [("pt", _("Portuguese")), ("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
FORMAT_MODULE_PATH = ["gai_portal.formats"]
TIME_ZONE = "Atlantic/Cape_Verde"
USE_TZ = True

# Static files and uploads
STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = VAR_DIR / "media"  # no address leads there: views read it, and ask who may
# The largest scan or photograph that a desk may send, and the largest PDF, which is kept as it comes (MB).
DOCUMENT_MB = env.int("DOCUMENT_MB", default=40)
DOCUMENT_PDF_MB = env.int("DOCUMENT_PDF_MB", default=10)
# An office's old list of enquiries: how large and long it may be, and how long it waits to be recorded.
IMPORT_MB = env.int("IMPORT_MB", default=10)
IMPORT_ROWS = env.int("IMPORT_ROWS", default=20_000)
IMPORT_DAYS = env.int("IMPORT_DAYS", default=7)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# Mail: the console in demo mode and with DEBUG, else the server named by EMAIL_URL.
vars().update(env.email("EMAIL_URL", default="consolemail://"))
EMAIL_TIMEOUT = 10  # seconds: a mail server that does not answer keeps nobody waiting for long
DEFAULT_FROM_EMAIL = env("DEFAULT_FROM_EMAIL", default="portal@localhost")

# Work that takes seconds (documents): a worker's (manage.py db_worker), or done at once where there is none.
WORKER = env.bool("WORKER", default=False)
TASKS = {
    "default": {
        "BACKEND": "django_tasks_db.DatabaseBackend"
        if WORKER
        else "django_tasks.backends.immediate.ImmediateBackend"
    }
}

# Security
HTTPS = env.bool("HTTPS", default=not (DEMO or DEBUG))
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
# A browser that has heard this refuses plain HTTP for so long, whatever its certificate does. Other names
# under the same domain may be somebody else's.
SECURE_HSTS_SECONDS = env.int("HSTS_SECONDS", default=60 * 60) if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
SECURE_HSTS_PRELOAD = env.bool("HSTS_PRELOAD", default=False)
SILENCED_SYSTEM_CHECKS = ["security.W005", "security.W021"]  # which would have both of the last two
if env.bool("BEHIND_PROXY", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # whose word on a visitor's address is believed
CSRF_TRUSTED_ORIGINS = env.list("CSRF_TRUSTED_ORIGINS", default=[])
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# A huge paste is refused by each field's own limit, with its message, long before this one.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
        "img-src": [SELF, "data:"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "filters": {"refusals": {"()": "gai_portal.lib.refusals.RefusalInOneLine"}},
    "loggers": {
        "django.request": {"filters": ["refusals"]},
        # They tell every step of making a PDF.
        **{name: {"level": "WARNING"} for name in ("weasyprint.progress", "fontTools")},
    },
}
