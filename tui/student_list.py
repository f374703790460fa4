"""学员 of a class as a paged list: what the base's own page of them and the reviewer's have in common."""

from __future__ import annotations

from collections.abc import Sequence

from core.schema.training import ClassPageQuery, ClassView, StudentRow
from core.services.classes import class_view
from tui.look import Line, Look, Span, line, wrapped
from tui.nameplate import nameplate
from tui.paged import Key, PageOf, Searched

FOOT_CELLS = 74


class StudentPage:
    """One page of the students of a class, as a paged list reads it."""

    def __init__(self, view: ClassView) -> None:
        self.rows: tuple[StudentRow, ...] = view.students
        self.after = view.after


class StudentList(Searched[StudentRow]):
    """Subclasses give `table`, `title_word`, the lines above the rows, and the cells of a row."""

    what = "学员"
    search_label = "姓名/证件号"
    title_word = ""

    def __init__(self, class_id: int) -> None:
        super().__init__()
        self.class_id = class_id
        self.view: ClassView | None = None

    @property
    def klass(self) -> ClassView:
        """The class as it was fetched last."""
        assert self.view is not None
        return self.view

    def above(self, view: ClassView) -> Sequence[Line]:
        """How the class stands, above the line that sums it up."""
        raise NotImplementedError

    def below(self, view: ClassView) -> Sequence[Line]:
        """What follows that line."""
        return ()

    async def load(self) -> None:
        """The first page, under the name of the class."""
        await super().load()
        self.header.show(self.title_text, nameplate(self.program.caller))

    async def fetch(self, after: Key | None, limit: int) -> PageOf[StudentRow]:
        """A page of the students; with it comes how the class stands."""
        query = ClassPageQuery(class_id=self.class_id, text=self.text, after=after, limit=limit)
        self.view = await self.ask(class_view, query)
        self.title_text = f"{self.title_word} {self.view.name}"
        return StudentPage(self.view)

    def key_of(self, row: StudentRow) -> int:
        """The student."""
        return row.id

    def show_page(self, page: PageOf[StudentRow], at: int) -> None:
        """How the class stands above the rows."""
        super().show_page(page, at)
        view = self.klass
        unknown = f"（未匹配 {view.unmatched}）" if view.unmatched else ""
        sums = f"  学员 {view.people} 人{unknown}  每人最多 {view.allowed} 学时  合计 {view.hours} 学时"
        heading: list[Line] = [*self.above(view), line(Span(sums)), *self.below(view)]
        if self.text:
            heading.append(line(Span(f"  {self.search_words}", Look.HINT)))
        self.table.heading = [*heading, ()]
        self.table.changed()
        self._note_whole()

    def pressed(self) -> None:
        """The foot follows the marker: all that is odd, which the column may cut."""
        super().pressed()
        self._note_whole()

    def _note_whole(self) -> None:
        row = self.row_here
        footing: list[Line] = [line(Span(self.page_words, Look.HINT))]
        if row is not None and (row.note or row.refused_reason):
            words = "  ".join(
                part for part in (row.name, row.unit_name, row.note, refused_words(row)) if part
            )
            footing = [*(line(Span("  " + part)) for part in wrapped(words, FOOT_CELLS)[:2]), *footing]
        if footing != self.table.footing:
            self.table.footing = footing
            self.table.changed()


def refused_words(row: StudentRow) -> str:
    """That a student was left out of the report, and why; empty where that is not so."""
    return f"不通过：{row.refused_reason}" if row.refused_reason else ""
