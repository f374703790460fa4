"""注册 and its 审核进度查询 by keys: the form, its popups, every mistake at once, and the way back."""

from __future__ import annotations

import pytest

from core.model import Account, AccountRole, Department, Org, Registration
from core.rules.registration import REGISTRATION_FIELDS
from core.schema.registration import LookUpRegistration, Register
from core.schema.review import Decide, Subject, Verdict
from core.services.desk import Desk
from core.services.registrations import register, registration_status
from core.services.review import decide
from core.store.names import spell_words
from core.store.search import index_grams
from tests.screens.office import Terminal, program
from tests.services.front_door import GUEST, NUMBER, PASSWORD, typed_form
from tests.worlds import World
from tui.screens.register import RegisterScreen
from tui.screens.registration_status import StatusScreen
from tui.widgets.picker import Picker

TALL = (80, 60)
SENT = "注册信息已经提交审核，请耐心等待"
MISTAKES = {
    "id_number": "410099198503070000",
    "password": "12345678",
    "password_again": "87654321",
    "mobile": "123",
    "email": "nobody",
    "phone": "电" * 21,
    "name": "[/ 测试]",
    "birth_date": "2030-01-01",
    "native_place": "河" * 61,
    "school": "校" * 61,
}


def form_of(at: Terminal) -> RegisterScreen:
    screen = at.app.screen
    assert isinstance(screen, RegisterScreen)
    return screen


async def fill(at: Terminal, values: dict[str, str]) -> None:
    """Type into the fields one after the other, as Tab meets them."""
    screen = form_of(at)
    for key, value in values.items():
        while screen.form.current.spec.key != key:
            await at.press("tab")
        await at.type(value)


def values_for(desk_number: str = NUMBER) -> dict[str, str]:
    """What is typed into the fields that are no lists."""
    return {
        "id_number": desk_number,
        "password": PASSWORD,
        "password_again": PASSWORD,
        "mobile": "１９９００００００１２",
        "email": "lisi@example.cn",
    }


KEYS = (
    *("tab", "r", "y", "x", "enter", "tab", "r", "y", "x", "x", "d", "z", "enter", "tab", "tab"),
    *"李四",
    *("tab", "tab", "tab", "h", "z", "enter"),
)
"""From 固定电话 on: the region by its initials, the unit by the first of its initials, a name, the ethnic group."""


async def test_every_mistake_is_shown_at_once_beside_its_field_and_what_was_typed_stays(desk: Desk) -> None:
    async with program(desk, start="register", size=TALL) as at:
        await fill(at, MISTAKES)
        await at.press("f8")
        form = form_of(at).form
        wrong = {field.spec.key for field in form.fields if field.error}
        assert wrong >= MISTAKES.keys() | {"region", "employer", "ethnic_group", "gender"}
        shown = "".join(at.text.split())  # a long sentence is folded
        assert all("".join(field.error.split()) in shown for field in form.fields if field.error)
        assert {key: form.values()[key] for key in MISTAKES} == MISTAKES


async def test_the_caret_goes_to_the_first_mistake(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        await at.press("tab", "tab", "f8")
        assert form_of(at).form.current.spec.key == "id_number"


async def test_a_mistake_is_shown_as_soon_as_the_field_is_left(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        await at.type("410099198503070000")
        await at.press("tab")
        assert "身份证号校验位不符，请核对每一位" in at.text


async def test_the_number_fills_in_sex_and_date_of_birth(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        await at.type(NUMBER)
        await at.press("tab")
        values = form_of(at).form.values()
        assert (values["gender"], values["birth_date"]) == ("男", "1985-03-07")


async def test_the_region_is_found_by_its_initials_and_shown_with_its_whole_path(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("region")
        await at.press("r", "y", "x")
        assert ">1     洛阳市 汝阳县" in at.text
        await at.press("enter")
        assert form_of(at).work.region_code == "410326"


async def test_escape_in_a_popup_leaves_the_field_as_it_was(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("region")
        await at.press("r", "y", "x", "enter", "l", "y", "escape")
        assert form_of(at).form.values()["region"] == "洛阳市 汝阳县"


async def test_the_unit_popup_says_how_many_are_here_and_how_many_elsewhere(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("region")
        await at.press("r", "y", "x", "enter", "tab", *"hrylgc")
        assert "本区域 0 个，全省另有 1 个" in at.text


async def test_left_widens_the_region_of_the_unit_popup_and_the_unit_brings_its_own_region(
    desk: Desk, world: World
) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("region")
        await at.press("r", "y", "x", "enter", "tab", *"hrylgc", "left")
        assert "华瑞园林工程有限公司" in at.text
        await at.press("enter")
        values = form_of(at).form.values()
        assert (values["region"], values["employer"]) == ("洛阳市 宜阳县", "华瑞园林工程有限公司")
        assert form_of(at).work.employer_id == world.garden


async def test_f7_changes_the_region_of_the_unit_popup(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("employer")
        await at.press("f4", "f7", *"lyq", "enter")
        assert "所在单位    商丘市 梁园区" in at.text
        assert "梁园区白云社区卫生服务中心" in at.text


async def test_f3_asks_for_the_exact_name_and_back(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("employer")
        await at.press(*"huarui", "f3")
        assert "精确" in at.text and "全省 0 个" in at.text
        await at.press("f3")
        assert "全省 1 个" in at.text


async def test_the_unit_popup_fetches_the_next_page_when_it_is_scrolled_to(desk: Desk, world: World) -> None:
    with world.store.writing() as work:
        for number in range(45):
            name = f"测试单位{number:02d}"
            pinyin, initials = spell_words(name)
            org = Org(kind="employer", name=name, code=f"TEST{number:02d}", region_code="410327")
            org.pinyin, org.initials = pinyin, initials
            work.session.add(org)
            index_grams(work.session, org)
        work.commit()
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("employer")
        await at.press(*"csdw")
        assert "全省 20 个以上" in at.text
        await at.press(*["pagedown"] * 4)
        assert "全省 45 个" in at.text
        assert "测试单位44" in at.text


async def test_another_region_empties_a_unit_that_is_not_in_it(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("employer")
        await at.press(*"hrylgc", "enter", "shift+tab", *"lyq", "enter")
        assert form_of(at).form.values()["employer"] == ""


async def test_a_department_needs_a_unit_first(desk: Desk, world: World) -> None:
    with world.store.writing() as work:
        work.session.add(Department(org_id=world.garden, name="财务科"))
        work.commit()
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("department")
        await at.press("f4")
        assert "请先选择所在单位" in at.text
        await at.press("shift+tab", *"hrylgc", "enter", "tab", *"cwk", "enter")
        assert form_of(at).form.values()["department"] == "财务科"


async def test_a_complete_form_is_sent_in_and_names_who_reviews_it(desk: Desk, world: World) -> None:
    async with program(desk, start="register") as at:
        await fill(at, values_for())
        await at.press("tab", *KEYS, "f8")
        assert SENT in at.text
        assert "审核单位   汝阳县小店镇第一初级中学" in at.text
        assert "待审核" in at.text
    with world.store.reading() as work:
        assert [row.name for row in work.session.query(Registration)] == ["李四"]


async def test_a_burst_ends_as_the_same_keys_typed_slowly_do(desk: Desk, world: World) -> None:
    async with program(desk) as at:
        typed = [key for value in values_for().values() for key in (*value, "tab")]
        await at.burst("1", "1", *typed, *KEYS, "f8")
        assert SENT in at.text
        assert isinstance(at.app.screen, StatusScreen)


async def test_brackets_and_ten_thousand_pasted_characters_harm_nothing(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form = form_of(at).form
        form.stand_on("school")
        await at.type("[/ 测试]" * 2000)
        await at.press("f8")
        assert "最多 60 个字，现在 12000 个，请删减" in form.find("school").error
        assert form.values()["school"] == "[/ 测试]" * 2000
        assert at.widest <= 80


async def test_ten_thousand_characters_pasted_into_a_popup_find_nothing(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("employer")
        await at.type("x" * 10_000)
        assert isinstance(form_of(at).top, Picker)
        assert "没有符合的" in at.text


async def test_escape_asks_before_it_drops_what_was_typed(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        await at.type("4100")
        await at.press("escape")
        assert "放弃已填写的内容？" in at.text
        await at.press("2")
        assert form_of(at).form.values()["id_number"] == "4100"
        await at.press("escape", "1")
        assert "继续教育服务窗口" in at.text


async def test_the_status_says_where_it_stands_and_takes_it_back(desk: Desk, world: World) -> None:
    desk.do(register, GUEST, sent_in(world))
    async with program(desk, start="registration_status") as at:
        await at.type(NUMBER)
        await at.press("tab")
        await at.type(PASSWORD)
        await at.press("enter")
        assert "审核单位   汝阳县小店镇第一初级中学" in at.text
        await at.press("f7", "1")
        assert "已撤回" in at.text


async def test_a_wrong_password_shows_nothing_of_the_registration(desk: Desk, world: World) -> None:
    desk.do(register, GUEST, sent_in(world))
    async with program(desk, start="registration_status") as at:
        await at.type(NUMBER)
        await at.press("tab")
        await at.type("wrong12345")
        await at.press("enter")
        assert "证件号(机构代码)或密码错误，或没有这个注册申请" in at.text
        assert "张三" not in at.text


async def test_a_refused_registration_is_corrected_in_the_filled_in_form_and_sent_again(
    desk: Desk, world: World
) -> None:
    view = desk.do(register, GUEST, sent_in(world))
    refusal = Decide(
        subject=Subject.REGISTRATION,
        id=view.id,
        version=view.version,
        verdict=Verdict.REJECT,
        opinion="查无此人",
    )
    desk.do(decide, world.office(world.school), refusal)
    async with program(desk, start="registration_status") as at:
        await at.type(NUMBER)
        await at.press("tab")
        await at.type(PASSWORD)
        await at.press("enter")
        assert "查无此人" in at.text
        await at.press("f2")
        form = form_of(at).form
        assert form.values()["name"] == "张三"
        form.stand_on("school")
        await at.type("河南大学")
        await at.press("f8")
        assert SENT in at.text
        assert "待审核" in at.text
    again = desk.do(registration_status, GUEST, LookUpRegistration(id_number=NUMBER, password=PASSWORD))
    assert (again.state, again.values["school"]) == ("pending", "河南大学")


def test_the_form_asks_for_every_field_that_was_declared() -> None:
    screen = RegisterScreen()
    screen.make_pane()
    keys = [field.spec.key for field in screen.form.fields]
    assert keys == ["existing_user", *(spec.key for spec in REGISTRATION_FIELDS)]


def sent_in(world: World) -> Register:
    return Register(values=typed_form(world.school), employer_id=world.school)


async def test_f1_in_a_popup_explains_the_popup_and_escape_leads_back_to_it(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("employer")
        await at.press("f4", "f1")
        assert "到上一级区域找" in at.text
        await at.press("escape")
        assert isinstance(form_of(at).top, Picker)


# ------------------------------------------------------------------- 如果已是本系统用户,请勾选复选框


def office_account(desk: Desk, world: World, login: str = "xiaodian") -> None:
    """An account of the school, with the password of these tests."""
    with desk.writing() as work:
        account = Account(
            login_digest=desk.vault.digest("login", login.upper()),
            login_sealed=desk.vault.seal(login.upper()),
            password_hash=desk.passwords.hash(PASSWORD),
            created_at=desk.clock.now(),
        )
        work.session.add(account)
        work.session.flush()
        work.session.add(AccountRole(account_id=account.id, role="employer", org_id=world.school))
        work.commit()


@pytest.mark.parametrize("key", ["space", "enter", "x", "Ｘ", "\u3000"])
async def test_the_box_is_ticked_and_emptied_by_the_same_key(desk: Desk, key: str) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("existing_user")
        assert "[ ] 如果已是本系统用户,请勾选复选框" in at.text
        await at.burst(key)
        assert "[x] 如果已是本系统用户,请勾选复选框" in at.text
        await at.burst(key)
        assert "[ ] 如果已是本系统用户,请勾选复选框" in at.text


async def test_a_tick_puts_the_existing_account_in_place_of_the_second_password(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        await at.press("shift+tab", "shift+tab", "space")
        assert "已有账号" in at.text and "确认密码" not in at.text and "已有账号的登录密码" in at.text
        await at.press("space")
        assert "已有账号" not in at.text and "确认密码" in at.text


async def test_another_key_on_the_box_says_how_it_is_ticked(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        form_of(at).form.stand_on("existing_user")
        for key in ("q", "f4", "left"):
            await at.press(key)
            assert "按空格勾选或取消" in at.app.frame.notice.text


async def test_a_wrong_password_of_the_existing_account_stands_beside_it_with_the_tries_left(
    desk: Desk, world: World
) -> None:
    office_account(desk, world)
    async with program(desk, start="register") as at:
        await tick_and_fill(at, "wrong12345")
        await at.press("f8")
        error = form_of(at).form.find("password").error
        assert error == "账户号或密码错误。还可以再试 4 次"
        assert form_of(at).form.current.spec.key == "password"
        assert form_of(at).form.values()["existing_login"] == "xiaodian"


async def test_with_the_right_password_the_registration_is_sent_in_for_that_account(
    desk: Desk, world: World
) -> None:
    office_account(desk, world)
    async with program(desk, start="register") as at:
        await tick_and_fill(at, PASSWORD)
        await at.press("f8")
        assert SENT in at.text
    with desk.reading() as work:
        (row,) = work.session.query(Registration)
        assert row.account_id == work.session.query(Account.id).scalar()


async def tick_and_fill(at: Terminal, password: str) -> None:
    """The whole form of someone who has an account already."""
    form_of(at).form.stand_on("existing_user")
    await at.press("space", "tab", "tab")
    typed = values_for()
    await fill(at, {"id_number": NUMBER, "existing_login": "xiaodian", "password": password})
    await fill(at, {key: typed[key] for key in ("mobile", "email")})
    await at.press("tab", *KEYS)
