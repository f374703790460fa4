"""导出 of the statistics: a spreadsheet, a sheet for each way to count, and the people of an employer."""

from __future__ import annotations

from collections.abc import Iterator

from core.rules.clock import CHINA
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.statistics import Exported, GroupBy, Statistics, StatisticsQuery
from core.services.boxes import handed_out
from core.services.desk import Desk, desk_use_case
from core.services.stat_cells import freshen
from core.services.statistics import counted_by, people_of
from core.services.statistics_ground import Ground, ground_of
from core.store.statistics import Extent
from core.store.work import UnitOfWork
from core.store.workbook import HOURS, PERCENT, TEXT, WHOLE, Cell, Sheet, SheetColumn, write_sheets

MOST_PEOPLE = 100_000
"""People that a file holds at most: no employer has more."""
_PAGE = 500


@desk_use_case(Action.EXPORT_STATISTICS)
def export_statistics(desk: Desk, actor: Actor, command: StatisticsQuery) -> Exported:
    """导出: a spreadsheet in the export folder, a sheet for each way to count, and the people of an employer.

    Raises as `statistics`.
    """
    with desk.reading() as work:
        ground = ground_of(work, actor, command)
    if ground.extent.in_cells:
        freshen(desk, actor, ground.beside)
    with desk.reading() as work:
        first = ground.by(command)
        orders = (first, *(by for by in ground.groups if by is not first))
        results = [counted_by(work, ground, by) for by in orders]
        sheets = [_sheet(result) for result in results]
        if ground.of_employer:
            sheets.append(_people_sheet(work, ground))
        moment = desk.clock.now().astimezone(CHINA)
        name = f"统计-{ground.year}-{_file_name(ground.place[-1])}-{moment:%Y%m%d-%H%M%S}-{actor.account_id}.xlsx"
        with handed_out(desk, actor, name) as out:
            try:
                rows = write_sheets(out.path, sheets)
            except OSError as error:
                reason = error.strerror or str(error)
                raise Refused(ErrorCode.FILE_UNREADABLE, path=out.path, reason=reason) from None
    with desk.writing() as work:
        words = f"导出 {ground.year}年度统计 {' '.join(ground.place)}，{rows} 行"
        work.audit(actor, Action.EXPORT_STATISTICS, "statistics", ground.year, words)
        work.commit()
    return Exported(out.shown, rows)


def _sheet(result: Statistics) -> Sheet:
    columns = (
        SheetColumn(result.by.label, 36, TEXT),
        SheetColumn("人数", 10, WHOLE),
        SheetColumn("完成人数", 10, WHOLE),
        SheetColumn("完成率", 10, PERCENT),
        SheetColumn("公需学时", 12, HOURS),
        SheetColumn("专业学时", 12, HOURS),
        SheetColumn("总学时", 12, HOURS),
    )
    lines = result.lines if result.by is GroupBy.YEAR else (*result.lines, result.total)
    rows = [
        (
            line.label,
            line.people,
            line.passed,
            line.rate,
            line.public.halves / 2,
            line.professional.halves / 2,
            line.total.halves / 2,
        )
        for line in lines
    ]
    place = " ".join(result.place)
    words = place if result.by is GroupBy.YEAR else f"{place}  {result.year}年度"
    return Sheet(f"按{result.by.label}", columns, rows, heading=(words,))


def _people_sheet(work: UnitOfWork, ground: Ground) -> Sheet:
    columns = (
        SheetColumn("姓名", 14, TEXT),
        SheetColumn("证件号", 22, TEXT),
        SheetColumn("工作部门", 20, TEXT),
        SheetColumn("职称系列", 16, TEXT),
        SheetColumn("任职资格", 16, TEXT),
        SheetColumn("公需学时", 12, HOURS),
        SheetColumn("专业学时", 12, HOURS),
        SheetColumn("总学时", 12, HOURS),
        SheetColumn("认定结果", 12, TEXT),
        SheetColumn("已认定", 10, TEXT),
    )
    heading = (f"{' '.join(ground.place)}  {ground.year}年度",)
    return Sheet("人员", columns, _people_rows(work, ground.extent), heading=heading)


def _people_rows(work: UnitOfWork, extent: Extent) -> Iterator[tuple[Cell, ...]]:
    after = written = 0
    while written < MOST_PEOPLE:
        page = people_of(work, extent, after, _PAGE)
        for each in page:
            yield (
                each.name,
                each.id_number_masked,
                each.department,
                each.series,
                each.title,
                each.public.halves / 2,
                each.professional.halves / 2,
                each.total.halves / 2,
                "通过" if each.passed else "不通过",
                "是" if each.recognised else "",
            )
        if len(page) < _PAGE:
            return
        after, written = page[-1].person_id, written + len(page)


def _file_name(words: str) -> str:
    """Words as a part of a file's name."""
    return "".join("_" if each in '\\/:*?"<>| ' or not each.isprintable() else each for each in words)[:40]
