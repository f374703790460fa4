"""The table of refusals."""

from __future__ import annotations

import pytest

from core.rules.errors import ERROR_TEXTS, ErrorCode, FieldError, Refused


@pytest.mark.parametrize("code", ErrorCode)
def test_every_code_has_a_text(code: ErrorCode) -> None:
    assert ERROR_TEXTS[code]


def test_no_text_stands_without_a_code() -> None:
    assert set(ERROR_TEXTS) == set(ErrorCode)


def test_a_refusal_of_fields_counts_them() -> None:
    refused = Refused.for_fields((FieldError("name", ErrorCode.REQUIRED),))
    assert refused.text == "有 1 处需要修改，见各项旁的说明"
