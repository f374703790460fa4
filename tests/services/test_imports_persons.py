"""人员 from a file: they can sign in at once with their number, and must change the initial password first."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select, update

from core.model import Account, AccountRole, Audit, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.imports import ImportKind
from core.rules.roles import Actor, Guest, Role
from core.schema.base import Nothing
from core.schema.declarations import ProgressQuery
from core.schema.passwords import ChangePassword
from core.schema.registration import Register
from core.schema.sign_in import SignedIn, SignIn
from core.services.declarations import progress_page
from core.services.desk import Desk
from core.services.imports import import_page
from core.services.initial import INITIAL_MARK
from core.services.password_change import change_password
from core.services.registrations import register
from core.services.sign_in import sign_in
from core.store.names import spell_person
from core.store.spelling import spell_person_quickly
from tests.services.front_door import typed_form
from tests.services.importing import Row, checked, stored, table, told
from tests.worlds import World, id_number

PERSONS = ImportKind.PERSONS
NUMBER, NEW = id_number(401), "new-pass-1"


def person(serial: int = 401, name: str = "曾晓燕", **changed: object) -> Row:
    """A row of the file, all of it right unless changed."""
    row: Row = {"姓名": name, "证件号": id_number(serial), "民族": "汉族", "手机号": "19900000401"}
    return row | changed


def brought_in(desk: Desk, school: Actor, folder: Path, *rows: Row) -> None:
    stored(desk, school, checked(desk, school, PERSONS, table(PERSONS, rows, folder)))


def signed_in(desk: Desk, password: str = NUMBER[-6:], login: str = NUMBER) -> SignedIn:
    return desk.do(sign_in, Guest(), SignIn(role=Role.PERSON, login=login, password=password))


def code_of(call: object) -> ErrorCode:
    assert callable(call)
    with pytest.raises(Refused) as caught:
        call()
    return caught.value.code


def test_who_was_brought_in_signs_in_and_must_change_the_password_first(
    desk: Desk, school: Actor, tmp_path: Path
) -> None:
    brought_in(desk, school, tmp_path, person())
    session = signed_in(desk)
    barred = code_of(lambda: desk.do(progress_page, session.actor, ProgressQuery()))
    desk.do(change_password, session.actor, ChangePassword(old=NUMBER[-6:], new=NEW, again=NEW))
    page = desk.do(progress_page, session.actor, ProgressQuery())
    assert (session.must_change_password, barred, page.rows) == (True, ErrorCode.MUST_CHANGE_PASSWORD, ())


def test_the_initial_password_ends_with_the_change(desk: Desk, school: Actor, tmp_path: Path) -> None:
    brought_in(desk, school, tmp_path, person())
    desk.do(change_password, signed_in(desk).actor, ChangePassword(old=NUMBER[-6:], new=NEW, again=NEW))
    with desk.reading() as work:
        stored_hash = work.session.scalar(
            select(Account.password_hash).join(Person).where(Person.name == "曾晓燕")
        )
    assert stored_hash != INITIAL_MARK
    assert code_of(lambda: signed_in(desk)) is ErrorCode.WRONG_LOGIN
    assert signed_in(desk, NEW).must_change_password is False


@pytest.mark.parametrize(
    "typed", ["", "000000", NUMBER, INITIAL_MARK, NUMBER[-6:] + " ", "an account that does not exist"]
)
def test_nothing_else_opens_an_account_with_the_initial_password(
    desk: Desk, school: Actor, tmp_path: Path, typed: str
) -> None:
    brought_in(desk, school, tmp_path, person())
    assert code_of(lambda: signed_in(desk, typed)) is ErrorCode.WRONG_LOGIN


def test_wrong_tries_of_an_initial_password_lock_as_any_others_do(
    desk: Desk, school: Actor, tmp_path: Path
) -> None:
    brought_in(desk, school, tmp_path, person())
    codes = [code_of(lambda: signed_in(desk, "000000")) for _ in range(12)]
    assert (codes[0], codes[-1]) == (ErrorCode.WRONG_LOGIN, ErrorCode.LOCKED)


def test_the_initial_password_opens_no_office(
    desk: Desk, school: Actor, world: World, tmp_path: Path
) -> None:
    brought_in(desk, school, tmp_path, person())
    with desk.writing() as work:
        account = work.session.scalars(select(Account.id).join(Person).where(Person.name == "曾晓燕")).one()
        work.session.add(AccountRole(account_id=account, role=Role.EMPLOYER.value, org_id=world.school))
        work.commit()
    assert code_of(lambda: signed_in(desk)) is ErrorCode.WRONG_LOGIN


def test_a_mark_without_a_person_opens_nothing(desk: Desk, school: Actor, world: World) -> None:
    with desk.writing() as work:
        work.session.execute(
            update(Account).where(Account.id == school.account_id).values(password_hash=INITIAL_MARK)
        )
        work.commit()
    tried = SignIn(role=Role.EMPLOYER, login="office-1", password="!initial")
    assert code_of(lambda: desk.do(sign_in, Guest(), tried)) is ErrorCode.WRONG_LOGIN


def test_what_the_number_says_is_filled_in_and_everything_personal_is_sealed(
    desk: Desk, school: Actor, world: World, tmp_path: Path
) -> None:
    brought_in(desk, school, tmp_path, person(电子邮箱="Zeng@example.cn"))
    with desk.reading() as work:
        row = work.session.scalars(select(Person).where(Person.name == "曾晓燕")).one()
        opened = [
            work.vault.open(each or b"")
            for each in (row.id_number_sealed, row.mobile_sealed, row.email_sealed)
        ]
    facts = (
        row.gender,
        row.birth_date.isoformat() if row.birth_date else "",
        row.pinyin,
        row.initials,
        row.region_code,
    )
    assert facts == ("男", "1985-03-07", "zengxiaoyan", "zxy", "410326")
    assert opened == [NUMBER, "19900000401", "Zeng@example.cn"]
    assert row.email_digest == world.store.vault.digest("email", "zeng@example.cn")


@pytest.mark.parametrize(
    ("changed", "column", "words"),
    [
        ({"姓名": ""}, "姓名", "必填"),
        ({"姓名": "曾"}, "姓名", "2 至 40"),
        ({"证件号": "410099198503070010"}, "证件号", "校验位不符"),
        ({"证件号": "41009919850307"}, "证件号", "18 位"),
        ({"证件类型": "工作证"}, "证件类型", "可选项"),
        ({"性别": "女"}, "性别", "与身份证号不一致"),
        ({"出生日期": "1985-03-08"}, "出生日期", "与身份证号不一致"),
        ({"民族": "汉"}, "民族", "可选项"),
        ({"手机号": "12345"}, "手机号", "11 位"),
        ({"电子邮箱": "zeng"}, "电子邮箱", "邮箱格式"),
        ({"工作部门": "教务处"}, "工作部门", "没有这个工作部门"),
        ({"所学专业": "打游戏"}, "所学专业", "可选项"),
        ({"证件类型": "护照", "证件号": "E12345678"}, "性别", "须填写"),
    ],
)
def test_a_bad_cell_is_named(
    desk: Desk, school: Actor, tmp_path: Path, changed: Row, column: str, words: str
) -> None:
    view = checked(desk, school, PERSONS, table(PERSONS, [person(**changed)], tmp_path))
    found = told(desk, school, view)
    assert (view.good, found[0].line, found[0].column) == (0, 2, column)
    assert words in found[0].reason


def test_a_number_that_is_known_or_asked_for_is_refused(
    desk: Desk, school: Actor, world: World, tmp_path: Path
) -> None:
    world.person("自己", world.school)
    world.person("别人", world.garden)
    typed = typed_form(world.school, id_number=id_number(405), mobile="19900000405", email="b@example.cn")
    desk.do(register, Guest(), Register(values=typed, employer_id=world.school))
    own, other = id_number(world.persons - 1), id_number(world.persons)
    rows = [person(证件号=own), person(证件号=other), person(405)]
    found = told(desk, school, checked(desk, school, PERSONS, table(PERSONS, rows, tmp_path)))
    words = ("已是本单位人员", "其他单位注册", "正在审核")
    assert [word in row.reason for word, row in zip(words, found, strict=True)] == [True] * 3


def test_a_list_of_what_was_found_shows_no_number_mobile_or_mail_in_full(
    desk: Desk, school: Actor, tmp_path: Path
) -> None:
    rows = [person(证件号=NUMBER[:-1] + "z", 手机号="1990000040", 电子邮箱="zeng at example.cn")]
    shown = repr(told(desk, school, checked(desk, school, PERSONS, table(PERSONS, rows, tmp_path))))
    assert [each for each in (NUMBER[:-1], "1990000040", "zeng at") if each in shown] == []


def test_nothing_personal_lies_open_in_the_data_folder(desk: Desk, school: Actor, tmp_path: Path) -> None:
    view = checked(desk, school, PERSONS, table(PERSONS, [person(), person(402, "王")], tmp_path))
    folder = desk.settings.blob_dir / "imports"
    pieces = list(folder.glob("*/*"))
    secrets_ = (NUMBER.encode(), b"19900000401", "曾晓燕".encode())
    assert pieces
    assert [piece.name for piece in pieces if any(each in piece.read_bytes() for each in secrets_)] == []
    stored(desk, school, view, good_only=True)
    left = {piece.name.split("-")[0] for piece in folder.glob("*/*")}
    assert left == {"problems", "late"}


def test_an_import_stands_in_the_log_by_its_counts_alone(desk: Desk, school: Actor, tmp_path: Path) -> None:
    brought_in(desk, school, tmp_path, person(), person(402, "王晓"))
    with desk.reading() as work:
        entries = [
            (row.action, row.summary) for row in work.session.scalars(select(Audit).order_by(Audit.id))
        ]
    assert entries == [
        ("import.check", "检查人员 persons.csv 2 行"),
        ("import.store", "导入人员 persons.csv 2 人，开始"),
        ("import.store", "导入人员 2 人（persons.csv）"),
    ]


def test_the_list_of_imports_is_the_offices_own(
    desk: Desk, school: Actor, world: World, tmp_path: Path
) -> None:
    brought_in(desk, school, tmp_path, person())
    pages = [desk.do(import_page, actor, Nothing()).rows for actor in (school, world.office(world.garden))]
    assert [[row.stored for row in rows] for rows in pages] == [[1], []]


@pytest.mark.parametrize(
    "name",
    [
        "王小明",
        "曾晓燕",
        "长春",
        "单长春",
        "重庆",
        "欧阳修",
        "尉迟恭",
        "买买提·吐尔逊",
        "吕布",
        "仇行",
        "乐乐",
        "朝阳",
        "银行",
        "A君",
        "王\U00020bb7",
    ],
)
def test_a_name_is_spelt_the_same_in_bulk(name: str) -> None:
    assert spell_person_quickly(name) == spell_person(name)
