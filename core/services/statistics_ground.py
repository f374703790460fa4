"""Of whom the statistics (查询统计) are: what was asked for, understood, and found to be the caller's business."""

from __future__ import annotations

from dataclasses import dataclass, replace

from core.model import Department, Org
from core.rules.clock import today
from core.rules.errors import ErrorCode, FieldError, Refused
from core.rules.permissions import Action, Reach, reach
from core.rules.roles import Actor, OrgKind, Role
from core.schema.statistics import GroupBy, StatisticsQuery
from core.services.employers import region_name
from core.services.scope import covers, not_yours, region_prefix
from core.store.statistics import Extent
from core.store.work import UnitOfWork

YEARS_BESIDE = 10
"""Years that are shown beside the one that is looked at, itself included."""
NO_SERIES, NO_LEVEL, NO_DEPARTMENT = "未填系列", "未定级", "未分部门"
PEOPLE = "people"
"""How a group is looked into that holds no smaller groups."""
FIRST_YEAR, LAST_YEAR = 1990, 2099


@dataclass(frozen=True, slots=True)
class Ground:
    """Whose years are counted, where that is in words, and which ways to count make sense there.

    `scope` is the region whose parts are the groups by region; empty where that is no way to count.
    """

    year: int
    extent: Extent
    place: tuple[str, ...]
    groups: tuple[GroupBy, ...]
    scope: str
    of_employer: bool

    @property
    def beside(self) -> Extent:
        """The same over the years that are shown beside it."""
        return replace(self.extent, years=tuple(range(self.year - YEARS_BESIDE + 1, self.year + 1)))

    def by(self, command: StatisticsQuery) -> GroupBy:
        """By what it is counted: what was asked for where that makes sense here, else what comes first."""
        return command.by if command.by in self.groups else self.groups[0]

    def deeper(self, by: GroupBy) -> str:
        """How a group is looked into."""
        return PEOPLE if self.of_employer and by is not GroupBy.YEAR else by.value


def ground_of(work: UnitOfWork, actor: Actor, command: StatisticsQuery) -> Ground:
    """Raises Refused NOT_YOURS for a region, an employer or a department outside, NOT_FOUND, and for `year`."""
    if actor.org_id is None:
        raise Refused(ErrorCode.NOT_ALLOWED, role=actor.role.label)
    year = today(work.clock).year if command.year is None else command.year
    if not FIRST_YEAR <= year <= LAST_YEAR:
        params = {"low": FIRST_YEAR, "high": LAST_YEAR}
        raise Refused.for_fields((FieldError("year", ErrorCode.OUT_OF_RANGE, params),))
    far = reach(Action.STATISTICS, actor.role)
    region = _region(work, actor, far, command.region)
    employer_id = command.employer_id
    if employer_id is None and far is Reach.ORG:
        employer_id = actor.org_id
    employer = None if employer_id is None else _employer(work, actor, employer_id)
    single = bool(region) and (len(region_prefix(region)) == 6 or command.own_only)
    extent = Extent(
        years=(year,),
        prefix="" if single or not region else region_prefix(region),
        region=region if single else "",
        authority_id=actor.org_id if far is Reach.UNITS and employer is None else None,
        employer_id=None if employer is None else employer.id,
        department_id=command.department_id,
        series=command.series,
        level=command.level,
    )
    scope = region if employer is None and not single else ""
    place = _place(work, actor, command, region, employer)
    return Ground(year, extent, place, _groups(command, scope, employer), scope, employer is not None)


def _place(
    work: UnitOfWork, actor: Actor, command: StatisticsQuery, region: str, employer: Org | None
) -> tuple[str, ...]:
    place = [region_name(work, region) if region else actor.org_name]
    if region and command.own_only and len(region_prefix(region)) < 6:
        place = [f"{place[0]}本级"]
    if employer is not None and employer.id != actor.org_id:
        place.append(employer.name)
    if command.department_id is not None:
        place.append(_department(work, employer, command.department_id))
    if command.series is not None:
        place.append(command.series or NO_SERIES)
    if command.level is not None:
        place.append(command.level or NO_LEVEL)
    return tuple(place)


def _groups(command: StatisticsQuery, scope: str, employer: Org | None) -> tuple[GroupBy, ...]:
    """The ways to count that part anything here, the most telling first."""
    found = [GroupBy.REGION] if scope else []
    if employer is None:
        found.append(GroupBy.EMPLOYER)
    elif command.department_id is None:
        found.append(GroupBy.DEPARTMENT)
    if command.series is None:
        found.append(GroupBy.SERIES)
    if command.level is None:
        found.append(GroupBy.LEVEL)
    return (*found, GroupBy.YEAR)


def _region(work: UnitOfWork, actor: Actor, far: Reach, region: str) -> str:
    """The region that is counted; empty for whoever is no office of a region."""
    if far is not Reach.REGION:
        if region:
            raise not_yours("region", region)
        return ""
    if not region:
        return actor.region_code
    if not covers(actor.region_code, region):
        raise not_yours("region", region)
    try:
        return work.lists.region(region).code
    except KeyError:
        raise Refused(ErrorCode.NOT_FOUND) from None


def _employer(work: UnitOfWork, actor: Actor, employer_id: int) -> Org:
    org = work.session.get(Org, employer_id)
    if org is None or org.kind != OrgKind.EMPLOYER.value:
        raise Refused(ErrorCode.NOT_FOUND)
    own = {
        Role.EMPLOYER: org.id == actor.org_id,
        Role.AUTHORITY: org.authority_id == actor.org_id,
        Role.BUREAU: covers(actor.region_code, org.region_code),
    }
    if not own.get(actor.role, False):
        raise not_yours("org", employer_id)
    return org


def _department(work: UnitOfWork, employer: Org | None, department_id: int) -> str:
    if department_id == 0:
        return NO_DEPARTMENT
    found = work.session.get(Department, department_id)
    if found is None:
        raise Refused(ErrorCode.NOT_FOUND)
    if employer is None or found.org_id != employer.id:
        raise not_yours("department", department_id)
    return found.name
