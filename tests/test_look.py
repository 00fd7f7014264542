"""What the look has promised: light, legible, its own colours in one place."""

import gzip
import re
from pathlib import Path

import pytest
from django.conf import settings

STATIC = Path(settings.BASE_DIR) / "static"
CSS = [STATIC / "css" / f"{name}.css" for name in ("tokens", "base", "components", "print", "admin")]
TOKENS = dict(re.findall(r"--([a-z-]+): (#[0-9a-f]{6});", (STATIC / "css" / "tokens.css").read_text()))
ON_PALE = ["salt", "sand", "sea-mist", "sun-mist", "lava-mist", "leaf-mist", "stone-mist"]


def luminance(colour: str) -> float:
    channels = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    light, dark = sorted([luminance(TOKENS[one]), luminance(TOKENS[other])], reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("ground", ON_PALE)
@pytest.mark.parametrize("text", ["indigo", "sea", "lava", "leaf", "stone"])
def test_text_is_legible_on_every_pale_ground(text, ground):
    assert contrast(text, ground) >= 4.5


@pytest.mark.parametrize("ground", ["sea", "sea-deep", "indigo", "lava"])
def test_white_is_legible_on_every_dark_ground(ground):
    assert contrast("salt", ground) >= 4.5


def test_the_focus_is_seen_against_any_ground():
    assert contrast("indigo", "sun") >= 4.5
    assert contrast("sun", "sea-deep") >= 3


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_colours_are_named_once_and_nothing_else_is_fetched(path):
    css = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    assert not re.search(r"url\(|@import", css)
    if path.name != "tokens.css":
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgb\(|\bhsl\(", css)
        used = set(re.findall(r"var\(--([a-z0-9-]+)\)", css))
        named = set(re.findall(r"--([a-z0-9-]+):", css + (STATIC / "css" / "tokens.css").read_text()))
        assert used <= named


def test_the_scripts_stay_light():
    scripts = b"".join(path.read_bytes() for path in sorted((STATIC / "js").glob("*.js")))
    assert len(gzip.compress(scripts, 9)) <= 9_000


def test_the_band_stays_small():
    band = Path(settings.BASE_DIR) / "templates" / "includes" / "_band.svg"
    assert len(band.read_bytes()) <= 400
