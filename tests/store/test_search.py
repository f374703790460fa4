"""The search for an employer: characters, pinyin, initials, codes; regions, pages and odd input."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from core.model import Org, OrgGram
from core.rules.roles import OrgKind
from core.store.names import SURNAMES, pieces, spell_person, spell_words
from core.store.search import find_employers, index_grams
from core.store.store import Store
from tests.store.conftest import Maker

# The five of the guide, each with its region, and a few that test the edges.
NAMES = {
    "华瑞园林工程有限公司": "410300",
    "梁园区白云社区卫生服务中心": "411402",
    "新野县溧河铺镇卫生院": "411402",
    "汝阳县小店镇第一初级中学": "410326",
    "确山县刘店镇彭庄小学": "410326",
    "洛阳（白云）100%设计_院": "410300",
    "洛阳TV发射台": "410300",
    "省直机关卫生院": "410099",
}


@pytest.fixture
def session(scratch_store: Store, maker: Callable[[Session], Maker]) -> Iterator[Session]:
    """A session on a database with these employers."""
    with scratch_store.writing() as work:
        made = maker(work.session)
        for number, (name, region) in enumerate(NAMES.items()):
            made.org(name, region, code=f"12410{number}00000000000{chr(65 + number)}")
        made.org("已撤并卫生院", "410326", active=False)
        made.org("汝阳县卫生健康委员会", "410326", kind="authority")
        yield work.session


def _names(session: Session, text: str, prefix: str = "", **more: object) -> list[str]:
    return [row.name for row in find_employers(session, text, prefix, **more).rows]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("华瑞", "华瑞园林工程有限公司"),
        ("园林工程", "华瑞园林工程有限公司"),
        ("hrylgc", "华瑞园林工程有限公司"),
        ("HRYL", "华瑞园林工程有限公司"),
        ("ｈｒｙｌ", "华瑞园林工程有限公司"),
        ("huarui", "华瑞园林工程有限公司"),
        ("hua rui yuan", "华瑞园林工程有限公司"),
        ("华瑞 园林", "华瑞园林工程有限公司"),
        ("彭庄", "确山县刘店镇彭庄小学"),
        ("确", "确山县刘店镇彭庄小学"),
        ("124104", "确山县刘店镇彭庄小学"),
        ("12410400000000000E", "确山县刘店镇彭庄小学"),
        ("12410400000000000e", "确山县刘店镇彭庄小学"),
        ("洛阳白云", "洛阳（白云）100%设计_院"),
        ("洛阳(白云)", "洛阳（白云）100%设计_院"),
        ("100%设计", "洛阳（白云）100%设计_院"),
        ("luoyangtv", "洛阳TV发射台"),
        ("tv发射", "洛阳TV发射台"),
    ],
)
def test_an_employer_is_found_by(session: Session, typed: str, found: str) -> None:
    assert found in _names(session, typed)


@pytest.mark.parametrize(
    "typed",
    [
        "华瑞小学",
        "园华",
        "瑞华",
        "%瑞",
        "瑞%林",
        "瑞_林",
        "xyzzy",
        "'; drop table org; --",
        "[/ 测试]",
        "%",
        "!",
    ],
)
def test_what_fits_no_name_finds_nothing(session: Session, typed: str) -> None:
    assert _names(session, typed) == []


@pytest.mark.parametrize(
    "typed", ["华" * 10_000, "h" * 10_000, "1" * 10_000, "%_" * 5_000, "\ud800华瑞\ud800园林"]
)
def test_input_of_any_kind_is_answered(session: Session, typed: str) -> None:
    assert len(_names(session, typed)) <= 1


def test_pieces_that_are_not_neighbours_do_not_make_a_name(session: Session) -> None:
    Maker(session).org("园林华瑞工程处", "410300", code="X")
    assert _names(session, "华瑞园林") == ["华瑞园林工程有限公司"]


def test_only_what_lies_in_the_region_or_below_is_found(session: Session) -> None:
    found = [_names(session, "卫生", prefix) for prefix in ("410326", "4114", "410099", "41", "")]
    assert [len(names) for names in found] == [0, 2, 1, 3, 3]


def test_initials_stay_in_the_region_too(session: Session) -> None:
    assert [len(_names(session, "hr", prefix)) for prefix in ("4103", "4114", "41")] == [1, 0, 1]


def test_what_was_closed_is_not_found(session: Session) -> None:
    assert _names(session, "撤并") == []


def test_offices_are_found_only_when_asked_for(session: Session) -> None:
    found = _names(session, "健康"), _names(session, "健康", kinds=(OrgKind.AUTHORITY,))
    assert found == ([], ["汝阳县卫生健康委员会"])


@pytest.mark.parametrize(
    ("typed", "count"),
    [
        ("华瑞", 0),
        ("华瑞园林工程有限公司", 1),
        ("hryl", 0),
        ("hrylgcyxgs", 1),
        ("huaruiyuanlingongchengyouxiangongsi", 1),
    ],
)
def test_an_exact_search_wants_the_whole_name(session: Session, typed: str, count: int) -> None:
    assert len(_names(session, typed, exact=True)) == count


@pytest.mark.parametrize("typed", ["", "  ", "中学", "cs", "ceshi", "测试中学", "测", "99"])
@pytest.mark.parametrize("size", [1, 4, 7])
def test_pages_give_every_row_once(
    scratch_store: Store, maker: Callable[[Session], Maker], typed: str, size: int
) -> None:
    with scratch_store.writing() as work:
        made = maker(work.session)
        for number in range(11):
            region = ("410326", "410300", "411402")[number % 3]
            made.org("测试中学" if number % 2 else f"测试中学{number}部", region, code=f"99{number:016d}")
        made.org("ceshi", "410300", code="99Z")  # its initials begin like its pinyin
        whole = [row.id for row in find_employers(work.session, typed, limit=100).rows]
        paged: list[int] = []
        after = None
        while True:
            page = find_employers(work.session, typed, after=after, limit=size)
            paged += [row.id for row in page.rows]
            after = page.after
            if after is None:
                break
        assert paged == whole
        assert len(whole) == len(set(whole)) >= 11


def test_a_renamed_employer_is_found_by_its_new_name_only(session: Session) -> None:
    org = session.scalars(select(Org).where(Org.name == "华瑞园林工程有限公司")).one()
    org.name = "大河市政工程有限公司"
    index_grams(session, org)
    assert (_names(session, "华瑞"), _names(session, "大河")) == ([], ["大河市政工程有限公司"])


def test_the_index_holds_every_two_neighbours_and_the_first_character(session: Session) -> None:
    org = session.scalars(select(Org).where(Org.name == "确山县刘店镇彭庄小学")).one()
    found = set(session.scalars(select(OrgGram.gram).where(OrgGram.org_id == org.id)))
    assert (
        found
        == {"确", "确山", "山县", "县刘", "刘店", "店镇", "镇彭", "彭庄", "庄小", "小学"}
        == pieces(org.name)
    )


@pytest.mark.parametrize(
    ("name", "spelled"),
    [
        ("单雄信", ("shanxiongxin", "sxx")),
        ("仇英", ("qiuying", "qy")),
        ("曾晓燕", ("zengxiaoyan", "zxy")),
        ("朴树", ("piaoshu", "ps")),
        ("尉迟恭", ("yuchigong", "ycg")),
        ("万俟卨", ("moqixie", "mqx")),
        ("欧阳修", ("ouyangxiu", "oyx")),
        ("王重阳", ("wangchongyang", "wcy")),
        ("买买提·艾力", ("maimaitiaili", "mmtal")),
        ("John Smith", ("johnsmith", "johnsmith")),
        ("", ("", "")),
    ],
)
def test_a_persons_name_is_spelled_as_it_is_read(name: str, spelled: tuple[str, str]) -> None:
    assert spell_person(name) == spelled


def test_some_forty_surnames_are_in_the_table() -> None:
    assert len(SURNAMES) >= 40


def test_an_organisations_name_keeps_its_letters_and_digits() -> None:
    assert spell_words("重庆路101中学（B区）") == ("chongqinglu101zhongxuebqu", "cql101zxbq")
