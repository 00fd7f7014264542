"""What every page has to keep, whatever it shows."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page


def assert_no_axe_violations(page: Page) -> None:
    """WCAG 2.1 A and AA, and axe-core's own good practice, on the page as it stands now."""
    results = Axe().run(page)
    assert results.violations_count == 0, f"{page.url}\n{results.generate_report()}"


def assert_fits_width(page: Page) -> None:
    """Nothing hangs over the right edge, so that nobody has to scroll sideways on a phone."""
    overhang = page.evaluate(
        """() => {
            const width = document.documentElement.clientWidth;
            if (document.documentElement.scrollWidth <= width) return [];
            return [...document.body.querySelectorAll("*")]
                .filter(element => element.getBoundingClientRect().right > width + 1)
                .map(element => `${element.tagName.toLowerCase()}.${element.className}`);
        }"""
    )
    assert overhang == [], f"{page.url} is too wide: {overhang[:5]}"


def assert_usable(page: Page) -> None:
    assert_no_axe_violations(page)
    assert_fits_width(page)
