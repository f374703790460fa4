"""单位注册, 单位审核, 单位资料管理 and 工作部门 by keys: every mistake beside its field, every no with its reason."""

from __future__ import annotations

import pytest

from core.model import OrgRegistration
from core.rules.offices import OFFICE_FIELDS
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.offices import LookUpOffice, SaveDepartment, SubmitOrgChange
from core.schema.review import Verdict
from core.services.departments import save_department
from core.services.desk import Desk
from core.services.office_registrations import office_status
from core.services.org_changes import submit_org_change
from core.services.org_profile import org_profile
from core.services.review import decide
from tests.screens.office import SMALL, Terminal, program
from tests.services.front_door import GUEST, PASSWORD
from tests.services.offices import CODE, applied, sub_account, verdict
from tests.worlds import World
from tui.guest_kept import STILL_THERE
from tui.screens.departments import DepartmentsScreen
from tui.screens.office_register import OfficeRegisterScreen
from tui.screens.org_changes import OrgChangesScreen
from tui.screens.org_profile import OrgProfileScreen

TALL = (80, 60)
NAME = "汝阳县第三初级中学"
MISTAKES = {
    "name": "学" * 61,
    "code": "91410000000000000X",
    "address": "路" * 81,
    "contact": "[/ 测试]",
    "mobile": "123",
    "email": "nobody",
    "password": "12345678",
    "password_again": "87654321",
}
TYPED = {
    "name": NAME,
    "code": CODE,
    "contact": "赵六",
    "mobile": "１９９００００００７７",
    "email": "office@example.cn",
    "password": PASSWORD,
    "password_again": PASSWORD,
}


def form_of(at: Terminal) -> OfficeRegisterScreen:
    screen = at.app.screen
    assert isinstance(screen, OfficeRegisterScreen)
    return screen


async def fill(at: Terminal, values: dict[str, str]) -> None:
    """Type into the fields, each left by Tab."""
    form = form_of(at).form
    for key, value in values.items():
        form.stand_on(key)
        await at.type(value)
        await at.press("tab")


async def pick(at: Terminal, key: str, typed: str) -> None:
    """Pick from the list of a field."""
    form_of(at).form.stand_on(key)
    await at.press(*typed, "enter")


# ---------------------------------------------------------------------------------------------- 单位注册


def test_the_form_asks_for_every_field_that_was_declared() -> None:
    screen = OfficeRegisterScreen()
    screen.make_pane()
    assert [field.spec.key for field in screen.form.fields] == [spec.key for spec in OFFICE_FIELDS]


async def test_every_mistake_is_shown_at_once_and_what_was_typed_stays(desk: Desk) -> None:
    async with program(desk, start="office_register", size=TALL) as at:
        await fill(at, MISTAKES)
        await at.press("f8")
        form = form_of(at).form
        wrong = {field.spec.key for field in form.fields if field.error}
        assert wrong == MISTAKES.keys() | {"kind", "region"}
        assert {key: form.values()[key] for key in MISTAKES} == MISTAKES


@pytest.mark.parametrize(("keys", "kind"), [("21", "用人单位"), ("31", "继续教育基地"), ("41", "主管部门")])
async def test_the_window_of_the_front_page_sets_the_kind(desk: Desk, keys: str, kind: str) -> None:
    async with program(desk) as at:
        await at.press(*keys)
        assert form_of(at).form.values()["kind"] == kind
        assert form_of(at).form.current.spec.key == "name"


async def test_only_an_employer_chooses_offices_above_it(desk: Desk) -> None:
    async with program(desk) as at:
        await at.press("2", "1")
        await at.type(NAME)
        assert "上级单位" in at.text and "主管部门" in at.text
        await pick(at, "kind", "jixu")
        assert "上级单位" not in at.text and "主管部门" not in at.text
        assert form_of(at).form.values()["name"] == NAME
        await pick(at, "kind", "yongren")
        assert "上级单位" in at.text


async def test_who_will_review_follows_what_is_picked(desk: Desk, world: World) -> None:
    world.office(world.education)
    async with program(desk) as at:
        await at.press("2", "1")
        assert "审核单位  选好所属区域后显示" in at.text
        await pick(at, "region", "ruyangxian")
        assert "审核单位  汝阳县人力资源和社会保障局" in at.text
        await pick(at, "authority", "ryxjyj")
        assert "审核单位  汝阳县教育局" in at.text
        await at.press("shift+tab", "tab", "backspace", "tab")
        assert "审核单位  汝阳县人力资源和社会保障局" in at.text


async def test_a_complete_form_is_sent_in_and_names_who_reviews_it(desk: Desk, world: World) -> None:
    async with program(desk) as at:
        await at.press("2", "1")
        await fill(at, TYPED)
        await pick(at, "region", "ruyangxian")
        await at.press("f8")
        assert "注册信息已经提交审核，请耐心等待" in at.text
        assert "审核单位   汝阳县人力资源和社会保障局" in at.text
        assert "单位类型   用人单位" in at.text
    with world.store.reading() as work:
        assert [row.name for row in work.session.query(OrgRegistration)] == [NAME]


async def test_a_code_that_waits_already_is_told_beside_it(desk: Desk) -> None:
    applied(desk)
    async with program(desk) as at:
        await at.press("2", "1")
        await fill(at, TYPED)
        await pick(at, "region", "ruyangxian")
        await at.press("f8")
        assert "正在审核，可在注册审核进度查询中查看" in form_of(at).form.find("code").error


async def test_escape_asks_before_it_drops_what_was_typed(desk: Desk) -> None:
    async with program(desk) as at:
        await at.press("2", "1")
        await at.type(NAME)
        await at.press("escape")
        assert "放弃已填写的内容？" in at.text
        await at.press("1")
        assert "继续教育服务窗口" in at.text


async def test_what_was_begun_is_offered_again_for_the_same_code_and_password(desk: Desk) -> None:
    async with program(desk) as at:
        await at.press("3", "1")
        await fill(at, TYPED)
        await at.app.keeping.flush()
    async with program(desk) as at:
        await at.press("3", "1")
        await fill(at, {"code": CODE, "password": PASSWORD})
        assert "上次填到一半的内容还在，取回？" in at.text
        await at.press("1")
        assert form_of(at).form.values()["name"] == NAME
        assert form_of(at).form.values()["password"] == PASSWORD


async def test_the_status_of_an_office_is_looked_up_and_taken_back_by_its_code(desk: Desk) -> None:
    applied(desk)
    async with program(desk, start="registration_status") as at:
        await at.type(CODE)
        await at.press("tab")
        await at.type(PASSWORD)
        await at.press("enter")
        assert "待审核" in at.text and "用机构代码登录" in at.text
        await at.press("f7")
        assert "撤回申请后此机构代码可以重新注册" in at.text
        await at.press("1")
        assert "已撤回" in at.text


async def test_a_refused_office_is_corrected_in_the_filled_in_form(desk: Desk, world: World) -> None:
    view = applied(desk)
    desk.do(decide, world.office(world.county_bureau), verdict(view, Verdict.REJECT, "区域填写有误"))
    async with program(desk, start="registration_status") as at:
        await at.type(CODE)
        await at.press("tab")
        await at.type(PASSWORD)
        await at.press("enter", "f2")
        assert "不通过原因：区域填写有误" in at.text
        await pick(at, "region", "yiyangxian")
        await at.press("f8")
        assert "（洛阳市人力资源和社会保障局审核）" in at.text
    again = desk.do(office_status, GUEST, LookUpOffice(code=CODE, password=PASSWORD))
    assert (again.state, again.region_code) == ("pending", "410327")


# ---------------------------------------------------------------------------------------------- 单位审核


@pytest.mark.parametrize("size", [SMALL, (120, 30)])
async def test_the_desk_lists_offices_by_their_whole_names(
    desk: Desk, world: World, size: tuple[int, int]
) -> None:
    applied(desk)
    async with program(desk, world.office(world.county_bureau), "offices", size) as at:
        assert NAME in at.text and "登记册中没有这个机构代码" in at.text
        await at.press("l")
        assert "用人单位" in at.text and at.widest <= size[0]
        if size == SMALL:
            assert "单位名称" in at.text and f"{NAME} " in at.text


async def test_keys_without_a_meaning_here_say_so(desk: Desk, world: World) -> None:
    applied(desk)
    async with program(desk, world.office(world.county_bureau), "offices") as at:
        for key, words in (("b", "申请单位可修改后重新提交"), ("u", "不能收回"), ("d", "疑点写在单上")):
            await at.press(key)
            assert words in at.text


# ------------------------------------------------------------------------------------------ 单位资料管理


@pytest.fixture
def chief(world: World) -> Actor:
    return world.office(world.school)


async def test_contact_data_is_saved_and_mistakes_stand_beside_their_fields(desk: Desk, chief: Actor) -> None:
    async with program(desk, chief, "org_profile") as at:
        screen = at.app.screen
        assert isinstance(screen, OrgProfileScreen)
        for key, typed in (("contact", "赵六"), ("mobile", "123"), ("email", "x")):
            screen.form.stand_on(key)
            await at.type(typed)
        await at.press("f2")
        assert {field.spec.key for field in screen.form.fields if field.error} == {"mobile", "email"}
        for key, typed in (("mobile", "19900000088"), ("email", "a@example.cn")):
            screen.form.stand_on(key)
            await at.press("ctrl+u")
            await at.type(typed)
        await at.press("f2")
        assert "已保存，立即生效" in at.text
    assert desk.do(org_profile, chief, Nothing()).values["mobile"] == "19900000088"


async def test_a_sub_account_sees_all_and_is_told_whose_business_a_change_is(
    desk: Desk, world: World, chief: Actor
) -> None:
    async with program(desk, sub_account(world, chief), "org_profile") as at:
        assert "子账户只能查看" in at.text
        for key in ("f2", "f7"):
            await at.press(key)
            assert "子账户不能办理这一项" in at.text


async def test_an_authority_has_no_departments_key(desk: Desk, world: World) -> None:
    async with program(desk, world.office(world.education), "org_profile") as at:
        assert "工作部门" not in at.text and "上级单位" not in at.text


async def test_changes_are_listed_with_the_reason_of_a_refusal(
    desk: Desk, world: World, chief: Actor
) -> None:
    now = desk.do(org_profile, chief, Nothing()).change_values
    asked = SubmitOrgChange(
        values={**now, "name": "汝阳县阳光中学", "note": "更名"}, authority_id=world.education
    )
    view = desk.do(submit_org_change, chief, asked)
    desk.do(decide, world.office(world.county_bureau), verdict(view, Verdict.REJECT, "没有批复"))
    async with program(desk, chief, "org_changes") as at:
        assert isinstance(at.app.screen, OrgChangesScreen)
        assert "汝阳县阳光中学" in at.text and "未通过的原因：没有批复" in at.text
        await at.press("u")
        assert "这一条未通过，不能撤回" in at.text
        await at.press("enter")
        assert "汝阳县小店镇第一初级中学 改为 汝阳县阳光中学" in at.text


# ---------------------------------------------------------------------------------------------- 工作部门


async def test_without_departments_each_key_says_how_to_begin(desk: Desk, chief: Actor) -> None:
    async with program(desk, chief, "departments") as at:
        for key in ("f2", "f4", "f7"):
            await at.press(key)
            assert at.app.frame.notice.text == "还没有工作部门，按 F6 增加"


async def test_the_marker_stays_on_what_was_added_renamed_or_moved(desk: Desk, chief: Actor) -> None:
    for name in ("教务处", "总务处"):
        desk.do(save_department, chief, SaveDepartment(name=name))
    async with program(desk, chief, "departments") as at:
        screen = at.app.screen
        assert isinstance(screen, DepartmentsScreen)
        await at.press("n")
        await at.type("语文组")
        await at.press("enter")
        assert (screen.nodes[screen.table.at].name, screen.nodes[screen.table.at].depth) == ("语文组", 1)
        await at.press("m", *"zwc", "enter")
        here = screen.nodes[screen.table.at]
        assert (here.name, screen.table.at) == ("语文组", 2)


async def test_brackets_in_a_name_harm_nothing(desk: Desk, chief: Actor) -> None:
    async with program(desk, chief, "departments") as at:
        await at.press("f6")
        await at.type("[/ 测试]")
        await at.press("enter")
        assert "[/ 测试]" in at.text


async def test_a_registration_that_was_broken_off_is_offered_to_the_same_code_and_password(
    desk: Desk,
) -> None:
    async with program(desk, start="office_register", size=TALL) as at:
        await fill(at, {"code": CODE, "password": PASSWORD, "name": NAME})
        await at.press("tab")
        await at.app.keeping.flush()
    async with program(desk, start="office_register", size=TALL) as at:
        await fill(at, {"code": CODE, "password": PASSWORD})
        await at.press("tab")
        assert STILL_THERE in at.text
        await at.press("1")
        assert form_of(at).form.values()["name"] == NAME
