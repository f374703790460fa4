"""Faults of the program: the traceback goes to the log under a number, the number goes to the operator."""

from __future__ import annotations

import logging
import secrets

from core.rules.errors import ErrorCode, Refused

_log = logging.getLogger("jijiao")


def noted(error: Exception, where: str) -> Refused:
    """Log a fault and answer the refusal that names its number."""
    incident = secrets.token_hex(3).upper()
    _log.error("incident %s %s", incident, where, exc_info=error)
    return Refused(ErrorCode.INTERNAL, incident=incident)
