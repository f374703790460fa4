"""What a kind of lists or rules is that the operator may change (基础数据): its form, its checks, its words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from core.rules.errors import ErrorCode, FieldError
from core.rules.fields import FieldKind, FieldSpec
from core.rules.lists import Entry
from core.rules.rulebook import Rulebook

Typed = Mapping[str, str]
FIRST_YEAR, LAST_YEAR = 1990, 2100
FROM_YEAR = FieldSpec("from_year", "自哪一年度起", FieldKind.YEAR, hint="这一年度及以后按新的算")
REASON = FieldSpec("reason", "原因", max_length=500, hint="为什么改，写入记录")
UNTIL = FieldSpec("until", "至哪一年度止", FieldKind.YEAR, required=False, hint="空着：一直有效")


@dataclass(frozen=True, slots=True)
class EditionKind:
    """A kind of entries. `what` is what one entry is called.

    `fields` are those of an entry's form (of a new one for ""), `fixed` the keys that can't be changed later,
    `check` finds what the fields alone don't show. `adds` and `retires` tell whether entries come and go;
    `dated` whether a change begins with a year (regions change at once); `goes` is
    the word for taking an entry out. `kept` says which entries stay for good.
    """

    key: str
    label: str
    what: str
    purpose: str
    fields: Callable[[Rulebook, str, int], tuple[FieldSpec, ...]]
    check: Callable[[Rulebook, str, int, Typed], tuple[FieldError, ...]]
    label_of: Callable[[str, Entry], str]
    summary_of: Callable[[str, Entry], str]
    fixed: tuple[str, ...] = ()
    adds: bool = False
    retires: bool = False
    edits: bool = True
    dated: bool = True
    goes: str = "停用"
    kept: Callable[[str], bool] = lambda entry: False

    @property
    def gone(self) -> str:
        """The state of an entry that is no longer in use."""
        return _GONE[self.goes]


_GONE = {"停用": "停用", "撤销": "撤销", "取消": "未列"}


def refused(field: str, reason: str) -> FieldError:
    """A change that is refused for this reason, said beside the field."""
    return FieldError(field, ErrorCode.EDITION_REFUSED, {"reason": reason})


def free(rules: Rulebook, entry: str, year: int, typed: Typed) -> tuple[FieldError, ...]:
    """No check beyond those of the fields."""
    return ()
