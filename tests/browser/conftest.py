"""The system's Chromium, driven through Playwright against the project's own live server."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, ViewportSize, sync_playwright

from cases.models import Topic
from tests.factories import ChannelFactory, LanguageFactory, OutcomeFactory, TopicFactory

DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 360, "height": 740}
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",  # continuous integration runs as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    # Chromium would otherwise call its maker's servers at every start.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker("browser")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    executable = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    if executable is None:
        pytest.fail('Chromium is missing: see bin/system-packages, or leave these out by -m "not browser"')
    with pytest.MonkeyPatch.context() as patch:
        # Playwright keeps an event loop in this thread, where Django would refuse to touch the database.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_ARGUMENTS)
            yield chromium
            chromium.close()


@pytest.fixture
def expected_complaints() -> list[str]:
    """Parts of browser complaints that a test provokes on purpose, such as "status of 404"."""
    return []


@pytest.fixture
def open_browser(browser, live_server, expected_complaints) -> Iterator[Callable[..., Page]]:
    """Opens a window of its own (cookies, size, language) and fails the test if any page in it complains."""
    complaints: list[str] = []
    contexts = []

    def complain(text: str) -> None:
        if not any(part in text for part in expected_complaints):
            complaints.append(text)

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            complain(f"console: {message.text} {message.location.get('url', '')}")

    def watch(request: Request) -> None:
        if not request.url.startswith((live_server.url, "data:", "blob:", "about:")):
            complain(f"asked another server: {request.url}")

    def open_browser(viewport: ViewportSize = DESKTOP, locale: str = "pt-PT", **options) -> Page:
        context = browser.new_context(
            base_url=live_server.url,
            viewport=viewport,
            locale=locale,
            timezone_id=settings.TIME_ZONE,
            **options,
        )
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complain(f"script: {error}"))
        page.on("request", watch)
        return page

    yield open_browser
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def page(open_browser) -> Page:
    """A desktop window."""
    return open_browser(DESKTOP)


@pytest.fixture
def phone(open_browser) -> Page:
    """A narrow telephone, touched and not clicked."""
    return open_browser(PHONE, has_touch=True)


@pytest.fixture
def sign_in(live_server) -> Callable[..., None]:
    """Signs somebody in without the form, which has tests of its own: `sign_in(page, user)`."""

    def sign_in(page: Page, user) -> None:
        client = Client()
        client.force_login(user)
        name = settings.SESSION_COOKIE_NAME
        page.context.add_cookies(
            [{"name": name, "value": client.cookies[name].value, "url": live_server.url}]
        )

    return sign_in


@pytest.fixture
def topic(db) -> Topic:
    """One to choose at the desk, with what else the form offers."""
    LanguageFactory()
    ChannelFactory()
    ChannelFactory(code="phone", name_pt="Telefone")
    OutcomeFactory()
    OutcomeFactory(code="referred", name_pt="Encaminhado para outro serviço")
    group = TopicFactory(code="RES", name_pt="Autorização de residência")
    TopicFactory(code="RES.01", parent=group, name_pt="Primeiro pedido")
    return TopicFactory(code="RES.02", parent=group, name_pt="Renovação")
