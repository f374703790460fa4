"""基本信息修改: saved at once, only what is the person's own to change, sealed, and named in the log by field."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy import select

from core.model import Audit, Department, Outbox, Person
from core.rules.errors import ErrorCode, Refused
from core.rules.permissions import Action
from core.rules.roles import Actor
from core.schema.base import Nothing
from core.schema.person_records import EditProfile, ProfileView
from core.services.desk import Desk
from core.services.profile import edit_profile, person_view, profile_view
from tests.services.hall import mailed_code, open_codes
from tests.worlds import World

TYPED = {
    "ethnic_group": "回族",
    "native_place": "河南汝阳",
    "school": "河南师范大学",
    "major": "数学类",
    "mobile": "１９９０００００００９",
    "email": "ZhangSan@example.cn",
    "phone": "0379-6000000",
}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world.store)


@pytest.fixture
def me(world: World) -> Actor:
    return world.person("李晓东")


def shown(desk: Desk, me: Actor) -> ProfileView:
    return desk.do(profile_view, me, Nothing())


def saved(desk: Desk, me: Actor, **changed: str) -> ProfileView:
    command = EditProfile(version=shown(desk, me).version, values={**TYPED, **changed})
    return desk.do(edit_profile, me, command)


def stored(desk: Desk, me: Actor) -> Person:
    with desk.reading() as work:
        return work.session.get_one(Person, me.person_id)


def log(desk: Desk) -> list[str]:
    with desk.reading() as work:
        wanted = select(Audit.summary).where(Audit.action == Action.EDIT_PROFILE.value)
        return list(work.session.scalars(wanted.order_by(Audit.id)))


def refused(call: Callable[[], object]) -> Refused:
    with pytest.raises(Refused) as caught:
        call()
    return caught.value


def department(desk: Desk, org_id: int, name: str) -> int:
    with desk.writing() as work:
        row = Department(org_id=org_id, name=name)
        work.session.add(row)
        work.commit()
        return row.id


def become(desk: Desk, me: Actor, id_type: str) -> None:
    with desk.writing() as work:
        work.session.get_one(Person, me.person_id).id_type = id_type
        work.commit()


def test_what_is_saved_is_in_force_at_once(desk: Desk, me: Actor) -> None:
    saved(desk, me)
    view = shown(desk, me)
    wanted = {**TYPED, "mobile": "19900000009", "email": "ZhangSan@example.cn", "department": ""}
    assert view.values == wanted


def test_the_mobile_and_the_address_find_the_person_from_then_on(desk: Desk, me: Actor) -> None:
    saved(desk, me)
    row, vault = stored(desk, me), desk.vault
    assert (row.mobile_digest, row.email_digest) == (
        vault.digest("mobile", "19900000009"),
        vault.digest("email", "zhangsan@example.cn"),
    )


@pytest.mark.parametrize(
    ("changed", "still_good"),
    [({"email": "new@example.cn"}, 0), ({"mobile": "19900000010"}, 0), ({"school": "郑州大学"}, 1)],
)
def test_a_code_that_was_mailed_ends_with_the_mobile_or_address_it_was_asked_for(
    desk: Desk, world: World, me: Actor, changed: dict[str, str], still_good: int
) -> None:
    saved(desk, me)
    mailed_code(world, me)
    saved(desk, me, **changed)
    assert open_codes(world) == still_good


def test_the_old_address_is_told_of_a_new_one(desk: Desk, me: Actor) -> None:
    desk.store.settings = desk.settings.model_copy(update={"smtp_host": "127.0.0.1"})
    saved(desk, me, email="old@example.cn")
    saved(desk, me, email="new@example.cn")
    with desk.reading() as work:
        told = [desk.vault.open(each) for each in work.session.scalars(select(Outbox.to_sealed))]
    assert told[-1:] == ["old@example.cn"]


def test_an_emptied_phone_is_forgotten(desk: Desk, me: Actor) -> None:
    saved(desk, me)
    saved(desk, me, phone="")
    assert stored(desk, me).phone_sealed is None


def test_the_log_names_the_fields_that_changed_and_nothing_of_what_they_hold(desk: Desk, me: Actor) -> None:
    saved(desk, me)
    saved(desk, me, native_place="河南洛阳", mobile="19900000010")
    assert log(desk)[1:] == ["修改基本信息：籍贯、手机号"]


def test_saving_what_is_there_already_changes_and_logs_nothing(desk: Desk, me: Actor) -> None:
    saved(desk, me)
    before = stored(desk, me).version
    saved(desk, me)
    assert (stored(desk, me).version, len(log(desk))) == (before, 1)


def test_all_mistakes_come_back_at_once(desk: Desk, me: Actor) -> None:
    wrong = {"ethnic_group": "火星族", "mobile": "123", "email": "谁@", "school": "校" * 61, "major": "玄学"}
    refusal = refused(lambda: saved(desk, me, **wrong))
    assert {error.field: error.code.name for error in refusal.fields} == {
        "ethnic_group": "NOT_IN_LIST",
        "school": "TOO_LONG",
        "major": "NOT_IN_LIST",
        "mobile": "BAD_MOBILE",
        "email": "BAD_EMAIL",
    }


def test_a_form_that_was_opened_before_another_change_is_refused(desk: Desk, me: Actor) -> None:
    old = shown(desk, me).version
    saved(desk, me)
    stale = EditProfile(version=old, values={**TYPED, "native_place": "别处"})
    assert refused(lambda: desk.do(edit_profile, me, stale)).code is ErrorCode.STALE


def test_the_number_fixes_gender_and_birth_date_of_a_resident(desk: Desk, me: Actor) -> None:
    saved(desk, me, gender="女", birth_date="1999-01-01")
    row = stored(desk, me)
    assert (row.gender, str(row.birth_date), dict(shown(desk, me).fixed)["性别"]) == (
        "男",
        "1985-03-07",
        "男",
    )


def test_the_holder_of_a_passport_changes_gender_and_birth_date_alone(desk: Desk, me: Actor) -> None:
    become(desk, me, "护照")
    saved(desk, me, gender="女", birth_date="1984年2月3日")
    row = stored(desk, me)
    assert (row.gender, str(row.birth_date)) == ("女", "1984-02-03")


def test_the_name_and_the_number_are_not_among_what_can_be_changed(desk: Desk, me: Actor) -> None:
    saved(desk, me, name="李四", id_number="410099198503079999")
    row = stored(desk, me)
    assert (row.name, "name" in shown(desk, me).values) == ("李晓东", False)


def test_a_department_of_the_own_employer_is_taken(desk: Desk, world: World, me: Actor) -> None:
    wanted = department(desk, world.school, "数学教研组")
    version = shown(desk, me).version
    view = desk.do(edit_profile, me, EditProfile(version=version, values=TYPED, department_id=wanted))
    assert (view.department_id, view.values["department"]) == (wanted, "数学教研组")


def test_a_department_of_another_employer_is_refused(desk: Desk, world: World, me: Actor) -> None:
    elsewhere = department(desk, world.garden, "绿化队")
    command = EditProfile(version=shown(desk, me).version, values=TYPED, department_id=elsewhere)
    (error,) = refused(lambda: desk.do(edit_profile, me, command)).fields
    assert (error.field, error.code) == ("department", ErrorCode.NOT_IN_LIST)


def test_the_own_file_shows_neither_the_number_nor_the_mobile_in_full(desk: Desk, me: Actor) -> None:
    saved(desk, me)
    lines = dict(desk.do(person_view, me, Nothing()).lines)
    assert (lines["证件号"][:14], lines["手机号"], lines["学历及学位情况"]) == (
        "410099********",
        "199****0009",
        "0 条",
    )
