"""Reasons as typed (原因): checked beside their field, with what is personal masked, since many will read them."""

from __future__ import annotations

from core.rules.entry import EntryError, fold
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.identity import mask_personal

REASON_LENGTH = 500


def typed_reason(typed: str, field: str = "reason") -> str:
    """A reason that must be given. Raises Refused for its field: REASON_REQUIRED, TOO_LONG, CONTROL_CHARACTERS."""
    try:
        reason = mask_personal(fold(typed))
    except EntryError as error:
        raise Refused.for_fields((error.at(field),)) from None
    if not reason:
        raise Refused.for_fields((FieldError(field, ErrorCode.REASON_REQUIRED),))
    if len(reason) > REASON_LENGTH:
        params = {"limit": REASON_LENGTH, "length": len(reason)}
        raise Refused.for_fields((FieldError(field, ErrorCode.TOO_LONG, params),))
    return reason
