"""Certificates: one of a batch of 100, beside one that is drawn alone."""

from __future__ import annotations

from bench.certificates import measure as measure_certificates
from bench.ground import Ground
from bench.results import LimitOn, Row, Series, Unit


def measure(ground: Ground) -> list[Row]:
    """Milliseconds a certificate, everything included."""
    measured = [measure_certificates(1) for _ in range(ground.rounds(3, 1))]

    def series(name: str) -> Series:
        return Series(tuple(each[name] for each in measured))

    unit = Unit.MILLISECONDS
    return [
        Row(
            "certificate: each in a batch of 100",
            unit,
            series("per_certificate_ms"),
            "the median of the single ones of these batches",
            series("single_ms"),
            60,
            LimitOn.MEDIAN,
        ),
        Row("certificate: one checked", unit, series("check_ms")),
    ]
