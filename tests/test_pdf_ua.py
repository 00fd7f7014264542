"""The judge is judged: it passes what is accessible and catches what is not."""

import pytest
from weasyprint import HTML

from tests.pdf_ua import assert_pdf_ua

PAGE = '<html lang="pt"><head><title>Plano</title></head><body><h1>Plano</h1>{}</body></html>'


def test_a_tagged_document_passes():
    assert_pdf_ua(HTML(string=PAGE.format("<p>Texto.</p>")).write_pdf(pdf_variant="pdf/ua-1"))


def test_an_untagged_document_is_caught():
    with pytest.raises(AssertionError, match="FAILS"):
        assert_pdf_ua(HTML(string=PAGE.format("<p>Texto.</p>")).write_pdf())
