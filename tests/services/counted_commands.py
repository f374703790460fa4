"""How the use cases of statistics, urging, spot checks and printing in batch are called by whoever may not."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from core.model import SpotCheck
from core.schema.base import Command, Nothing
from core.schema.print_many import PrintMany, PrintManyQuery
from core.schema.spot_checks import (
    DrawSpotCheck,
    PrepareSpotCheck,
    SpotCheckFinding,
    SpotCheckItems,
    SpotCheckKey,
    SpotCheckQuery,
)
from core.schema.statistics import StatisticsPeople, StatisticsQuery
from core.schema.waiting import UrgeOffice, UrgeOverdue, WaitingQuery
from tests.services.hall import PASSED, Hall

COUNTED_SAMPLES: Mapping[str, Command] = {
    "statistics": StatisticsQuery(),
    "statistics_people": StatisticsPeople(),
    "export_statistics": StatisticsQuery(),
    "rebuild_statistics": Nothing(),
    "waiting_page": WaitingQuery(),
    "urge_office": UrgeOffice(org_id=1),
    "urge_overdue": UrgeOverdue(),
    "spot_check_page": SpotCheckQuery(),
    "prepare_spot_check": PrepareSpotCheck(year="2026", wanted="1"),
    "draw_spot_check": DrawSpotCheck(year=2026, wanted=1, seed="1", up_to_id=1, population_sha256=""),
    "spot_check_items": SpotCheckItems(check_id=1),
    "find_spot_check": SpotCheckFinding(check_id=1, place=1, finding="ok"),
    "redraw_spot_check": SpotCheckKey(check_id=1),
    "export_spot_check": SpotCheckKey(check_id=1),
    "print_many_page": PrintManyQuery(),
    "print_many": PrintMany(year=PASSED, people=(1,)),
}


def foreign_counted(hall: Hall) -> dict[tuple[str, str], Command]:
    """Those that name an object, with one of the garden firm, its person or its city."""
    firm, check = hall.world.garden, _check(hall)
    assert hall.person.person_id is not None
    return {
        ("statistics", "employer"): StatisticsQuery(employer_id=firm),
        ("statistics", "region"): StatisticsQuery(region="410327"),
        ("statistics_people", "employer"): StatisticsPeople(employer_id=firm),
        ("export_statistics", "employer"): StatisticsQuery(employer_id=firm),
        ("urge_office", "office"): UrgeOffice(org_id=firm),
        ("spot_check_items", "draw"): SpotCheckItems(check_id=check),
        ("find_spot_check", "draw"): SpotCheckFinding(check_id=check, place=1, finding="ok"),
        ("redraw_spot_check", "draw"): SpotCheckKey(check_id=check),
        ("export_spot_check", "draw"): SpotCheckKey(check_id=check),
        ("print_many", "person"): PrintMany(year=PASSED, people=(hall.person.person_id,)),
    }


def _check(hall: Hall) -> int:
    """The draw that was stored with the hall."""
    with hall.world.store.reading() as work:
        return work.session.scalars(select(SpotCheck.id)).one()
