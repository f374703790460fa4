"""The draft of a registration (P13): kept under 证件号 and password, offered to the same two, never to others."""

from __future__ import annotations

import json

from sqlalchemy import func, select

from core.model import Draft
from core.rules.fields import FieldKind, FieldSpec
from core.schema.employers import EmployerRow
from core.schema.registration import LookUpRegistration, Register
from core.schema.review import Decide, Subject, Verdict
from core.services.desk import Desk
from core.services.registrations import register, registration_status
from core.services.review import decide
from tests.screens.office import Terminal, program
from tests.screens.test_register import KEYS, fill, form_of, values_for
from tests.services.front_door import GUEST, NUMBER, PASSWORD, typed_form
from tests.worlds import World
from tui.guest_kept import STILL_THERE
from tui.keeping import Draft as Keeper
from tui.kept import fill_form, form_content
from tui.widgets.field import field_for
from tui.widgets.form import Form

PASSWORDS = ("password", "password_again")


def kept(desk: Desk) -> int:
    with desk.reading() as work:
        return work.session.scalar(select(func.count()).select_from(Draft)) or 0


def keeper(at: Terminal) -> Keeper:
    return form_of(at).draft


async def flushed(at: Terminal) -> None:
    await at.app.keeping.flush()
    await at.pilot.pause()


async def broken_off(desk: Desk, **changed: str) -> dict[str, str]:
    """A registration that was filled in but not sent; answers what stood in it."""
    async with program(desk, start="register") as at:
        await fill(at, values_for() | changed)
        await at.press(*KEYS)
        return form_of(at).form.values()


async def type_proof(at: Terminal, password: str = PASSWORD) -> None:
    await fill(at, {"id_number": NUMBER, "password": password})
    await at.press("tab")


async def test_nothing_is_kept_before_number_and_password_are_typed(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        await fill(at, {"id_number": NUMBER, "mobile": "19900000012"})
        await at.press("tab")
        await flushed(at)
        assert (kept(desk), keeper(at)._timer) == (0, None)
        await fill(at, {"password": PASSWORD})
        await at.press("tab")
        await flushed(at)
        assert kept(desk) == 1
        assert "草稿已存" in at.text


async def test_all_comes_back_but_the_passwords_and_can_be_sent(desk: Desk, world: World) -> None:
    before = await broken_off(desk)
    async with program(desk, start="register") as at:
        await type_proof(at)
        assert STILL_THERE in at.text
        await at.press("1")
        after = form_of(at).form.values()
        assert {**after, **dict.fromkeys(PASSWORDS, "")} == {**before, **dict.fromkeys(PASSWORDS, "")}
        assert (after["password"], after["password_again"]) == (PASSWORD, "")
        assert form_of(at).work.employer_id == world.school
        await fill(at, {"password_again": PASSWORD})
        await at.press("f8")
        assert "注册信息已经提交审核" in at.text
    assert kept(desk) == 0


async def test_another_password_is_offered_nothing(desk: Desk) -> None:
    await broken_off(desk)
    async with program(desk, start="register") as at:
        await type_proof(at, "abc12346")
        assert "取回" not in at.text
    assert kept(desk) == 2


async def test_who_declines_goes_on_with_an_empty_form_and_the_older_one_stays(desk: Desk) -> None:
    await broken_off(desk)
    async with program(desk, start="register") as at:
        await type_proof(at)
        await at.press("2")
        assert form_of(at).form.values()["mobile"] == ""
        await fill(at, {"mobile": "19900000013"})
        await at.press("tab")
        await flushed(at)
        assert "取回" not in at.text
    assert kept(desk) == 2


async def test_a_corrected_password_takes_the_draft_along(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        await fill(at, {"id_number": NUMBER, "password": "abc12399", "mobile": "19900000012"})
        await at.press("tab")
        await flushed(at)
        await at.press("shift+tab", "shift+tab", "shift+tab", "ctrl+u")
        await at.type(PASSWORD)
        await at.press("tab")
        await flushed(at)
    assert kept(desk) == 1
    async with program(desk, start="register") as at:
        await type_proof(at)
        assert STILL_THERE in at.text


async def test_a_registration_that_was_given_up_leaves_nothing(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        await type_proof(at)
        await fill(at, {"mobile": "1"})
        await flushed(at)
        assert kept(desk) == 1
        await at.press("escape", "1")
    assert kept(desk) == 0


async def test_the_box_of_an_existing_account_comes_back_ticked(desk: Desk) -> None:
    async with program(desk, start="register") as at:
        await at.press("up", "up", "space")
        await fill(at, {"id_number": NUMBER, "existing_login": "old-name", "password": "abc12"})
        await at.press("tab")
        before = form_of(at).form.values()
        assert form_of(at).existing_user
    async with program(desk, start="register") as at:
        await type_proof(at, "abc12")
        await at.press("1")
        assert form_of(at).form.values() == before


async def test_the_correction_of_a_refused_registration_is_kept_and_offered_for_it_only(
    desk: Desk, world: World
) -> None:
    sent = desk.do(register, GUEST, Register(values=typed_form(world.school), employer_id=world.school))
    refusal = Decide(
        subject=Subject.REGISTRATION,
        id=sent.id,
        version=sent.version,
        verdict=Verdict.REJECT,
        opinion="姓名有误",
    )
    desk.do(decide, world.office(world.school), refusal)
    view = desk.do(registration_status, GUEST, LookUpRegistration(id_number=NUMBER, password=PASSWORD))
    params = {"registration": view, "id_number": NUMBER, "password": PASSWORD}
    async with program(desk) as at:
        await at.app.go("register", **params)
        await fill(at, {"native_place": "汝阳"})
        await at.press("tab")
    async with program(desk, start="register") as at:
        await type_proof(at)
        await flushed(at)
        assert ("取回" in at.text, kept(desk)) == (False, 2)
    async with program(desk) as at:
        await at.app.go("register", **params)
        await at.pilot.pause()
        assert STILL_THERE in at.text
        await at.press("2")
        assert "不通过原因：姓名有误" in at.text
    async with program(desk) as at:
        await at.app.go("register", **params)
        await at.press("1")
        assert form_of(at).form.values()["native_place"] == "汝阳"
        await at.press("f8")
    assert kept(desk) == 0


def test_every_kind_of_field_comes_back_as_it_was_but_passwords() -> None:
    row = EmployerRow(7, "[/ 测试]学校", "用人单位", "91410099", "410326", "汝阳县")
    payloads: dict[FieldKind, object] = {
        FieldKind.EMPLOYER: row,
        FieldKind.REGION: "410326",
        FieldKind.DEPARTMENT: 12,
    }

    def form() -> Form:
        return Form([field_for(FieldSpec(kind.value, kind.value, kind)) for kind in FieldKind])

    filled, empty = form(), form()
    for field in filled.fields:
        field.set(f"“值”\\ {field.spec.kind.value} 12", payloads.get(field.spec.kind))
    content = form_content(filled)
    fill_form(empty, json.loads(json.dumps(content, ensure_ascii=False)))
    for before, after in zip(filled.fields, empty.fields, strict=True):
        if before.spec.kind is FieldKind.PASSWORD:
            assert after.entry.value == ""
        else:
            assert (after.entry.value, after.payload) == (before.entry.value, before.payload)
