"""How pages look to those who see, move or print differently."""

import pytest

from tests.action_plans.editions import published_plan
from tests.action_plans.factories import make_plan
from tests.browser.checks import assert_fits_width


@pytest.fixture
def edition(transactional_db, praia, approver_praia):
    return published_plan(praia, by=approver_praia)


def style(page, selector, name, pseudo=None) -> str:
    return page.locator(selector).first.evaluate(
        "(element, [name, pseudo]) => getComputedStyle(element, pseudo)[name]", [name, pseudo]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_with_forced_colours_states_are_still_told_apart(open_browser, edition, sign_in, dgi_officer, scheme):
    page = open_browser(forced_colors="active", color_scheme=scheme)
    sign_in(page, dgi_officer)
    page.goto("/workspace/plans/")
    assert_fits_width(page)  # axe reads the colours that are not shown, so it cannot judge here
    ground = style(page, "body", "backgroundColor")
    # Where one is has a frame; the others have none.
    assert style(page, ".nav-bar [aria-current]", "borderTopStyle") == "solid"
    assert style(page, ".nav-bar .nav a:not([aria-current])", "borderBottomColor") == ground
    assert style(page, ".badge", "borderTopStyle") == "solid"
    assert style(page, "progress", "forcedColorAdjust") == "none"  # else the bar is empty


def test_whoever_wants_no_motion_gets_none(open_browser, db):
    page = open_browser(reduced_motion="reduce")
    page.goto("/")
    assert style(page, ".button", "transitionDuration") == "0s"


def test_a_printed_page_has_no_controls(page, edition):
    page.emulate_media(media="print")
    for address in ("/", "/plans/", "/plans/praia-2026-2028/"):
        page.goto(address)
        for control in (
            ".nav",
            ".languages",
            "form[method=get]",
            ".actions",
            ".footer",
            "details:not([open])",
        ):
            assert not page.locator(control).first.is_visible()
        assert page.locator("h1").is_visible()


def test_a_printed_measure_keeps_its_words(page, sign_in, praia, planner_praia):
    plan = make_plan(praia, ready=True)
    sign_in(page, planner_praia)
    page.emulate_media(media="print")
    page.goto(f"/workspace/plans/{plan.pk}/measures/ACO.M1/")
    assert page.get_by_text("Medida 1 de Acolhimento.").first.is_visible()
    assert not page.locator(".form-actions").is_visible()
