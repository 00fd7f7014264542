"""bin/python-env installs what was tested, or says that it does not."""

import hashlib
import os
import shutil
import subprocess
import zipfile
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parent.parent / "bin" / "python-env"
METADATA = "Metadata-Version: 2.1\nName: kretcheu\nVersion: 1.0\n"
WHEEL = "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n"


@pytest.fixture
def checkout(tmp_path):
    """A project that needs one package, which lies in a folder beside it."""
    packages = tmp_path / "packages"
    packages.mkdir()
    wheel = packages / "kretcheu-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("kretcheu.py", "")
        archive.writestr("kretcheu-1.0.dist-info/METADATA", METADATA)
        archive.writestr("kretcheu-1.0.dist-info/WHEEL", WHEEL)
        archive.writestr("kretcheu-1.0.dist-info/RECORD", "")
    (tmp_path / "bin").mkdir()
    shutil.copy(SCRIPT, tmp_path / "bin")
    (tmp_path / "requirements.txt").write_text("kretcheu==1.0\n")
    (tmp_path / "requirements.lock").write_text("kretcheu==1.0 --hash=sha256:" + "0" * 64 + "\n")
    return tmp_path


def install(checkout: Path, **environment: str) -> subprocess.CompletedProcess:
    folder = str(checkout / "packages")
    environment = os.environ | {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": folder} | environment
    command = [checkout / "bin" / "python-env", "requirements.txt"]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def is_installed(checkout: Path) -> bool:
    return any(checkout.glob(".venv/lib/*/site-packages/kretcheu.py"))


def test_a_package_with_another_hash_is_refused_unless_somebody_allows_it(checkout):
    refused = install(checkout)
    assert refused.returncode == 1
    assert "UNHASHED=1" in refused.stderr
    assert not is_installed(checkout)

    allowed = install(checkout, UNHASHED="1")
    assert (allowed.returncode, allowed.stderr) == (0, "")
    assert is_installed(checkout)


def test_a_package_with_its_hash_is_installed_once(checkout):
    (wheel,) = (checkout / "packages").iterdir()
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    (checkout / "requirements.lock").write_text(f"kretcheu==1.0 --hash=sha256:{digest}\n")
    assert install(checkout).returncode == 0
    assert is_installed(checkout)
    again = install(checkout)
    assert (again.returncode, again.stdout) == (0, "")
