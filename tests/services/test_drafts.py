"""Drafts (P13): only their writer reads, changes and drops them; sealed on the disk; gone with what they became."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select

import core.services.purge as purge_service
from core.model import Draft
from core.rules.permissions import Action, allowed
from core.rules.roles import Actor, Role
from core.schema.base import FromDraft, Nothing
from core.schema.declarations import SaveDeclaration
from core.schema.drafts import (
    DraftContent,
    DraftKey,
    DropGuestDraft,
    FindGuestDraft,
    SaveDraft,
    SaveGuestDraft,
)
from core.schema.registration import Register
from core.schema.review import QueueQuery
from core.services.declarations import save_declaration, submit_declaration
from core.services.desk import Desk, UseCase
from core.services.drafts import (
    CONTENT_BYTES,
    PER_ACCOUNT,
    draft_list,
    drop_draft,
    drop_guest_drafts,
    find_guest_draft,
    open_draft,
    save_draft,
    save_guest_draft,
)
from core.services.homes import person_home
from core.services.purge import purge
from core.services.registrations import register
from core.services.review import queue_page
from core.store.store import Store
from tests.services.front_door import GUEST, NUMBER, PASSWORD, typed_form
from tests.services.hall import answer, entries, everybody
from tests.services.races import at_once
from tests.services.test_at_rest import database_bytes, forms_of
from tests.worlds import World, id_number, scan, training

KEY, OTHER_KEY = "k" * 24, "m" * 24
SECRET = "新课标培训班的心得体会"
OWN = {"id_number": NUMBER, "password": PASSWORD}


@pytest.fixture
def me(world: World) -> Actor:
    return world.person()


def typed(key: str = KEY, content: str = SECRET, form: str = "declare", title: str = "学时申报") -> SaveDraft:
    return SaveDraft(key=key, form=form, title=title, content=content)


def guest_typed(key: str = KEY, content: str = SECRET, **own: str) -> SaveGuestDraft:
    return SaveGuestDraft(key=key, form="register", title="注册", content=content, **{**OWN, **own})


def count(desk: Desk) -> int:
    with desk.reading() as work:
        return work.session.scalar(select(func.count()).select_from(Draft)) or 0


def test_what_was_typed_last_is_what_is_kept(desk: Desk, me: Actor) -> None:
    desk.do(save_draft, me, typed(content="一"))
    desk.do(save_draft, me, typed(content="一二", title="学时申报 岗位培训"))
    found = desk.do(open_draft, me, DraftKey(key=KEY))
    assert (found.content, found.title, found.form, count(desk)) == (
        "一二",
        "学时申报 岗位培训",
        "declare",
        1,
    )


def test_the_list_has_the_newest_first_and_marks_those_of_the_callers_own_session(
    desk: Desk, world: World, me: Actor
) -> None:
    for key in (KEY, OTHER_KEY):
        desk.do(save_draft, me, typed(key))
        world.clock.advance(minutes=1)
    rows = desk.do(draft_list, me, Nothing())
    assert [(row.key, row.here) for row in rows] == [(OTHER_KEY, True), (KEY, True)]
    assert desk.do(person_home, me, Nothing()).unfinished == rows


@pytest.mark.parametrize("use_case", [open_draft, drop_draft], ids=lambda each: each.name)
def test_nobody_else_reads_or_drops_a_draft_not_even_an_office_in_whose_scope_its_writer_is(
    desk: Desk, world: World, me: Actor, use_case: UseCase[DraftKey, object]
) -> None:
    desk.do(save_draft, me, typed())
    for other in everybody(world).values():
        before = entries(world.store)
        assert answer(lambda who=other: desk.do(use_case, who, DraftKey(key=KEY))) == "NOT_YOURS"
        assert entries(world.store) == before + 1
    assert desk.do(open_draft, me, DraftKey(key=KEY)).content == SECRET


def test_nobody_else_writes_over_a_draft(desk: Desk, world: World, me: Actor) -> None:
    desk.do(save_draft, me, typed())
    for other in everybody(world).values():
        assert answer(lambda who=other: desk.do(save_draft, who, typed(content="改了"))) == "NOT_YOURS"
    assert answer(lambda: desk.do(save_guest_draft, GUEST, guest_typed(content="改了"))) == "NOT_YOURS"
    assert desk.do(open_draft, me, DraftKey(key=KEY)).content == SECRET


def test_another_role_of_the_same_account_has_drafts_of_its_own(desk: Desk, world: World) -> None:
    actors = everybody(world)
    desk.do(save_draft, actors[Role.EMPLOYER], typed())
    lists = {role: len(desk.do(draft_list, actor, Nothing())) for role, actor in actors.items()}
    assert lists == {role: int(role is Role.EMPLOYER) for role in actors}


def test_a_guest_reaches_no_account_draft(desk: Desk, me: Actor) -> None:
    desk.do(save_draft, me, typed())
    assert answer(lambda: desk.do(draft_list, GUEST, Nothing())) == "NOT_ALLOWED"
    assert desk.do(find_guest_draft, GUEST, FindGuestDraft(**OWN)) is None


def test_no_reviewer_meets_a_draft(desk: Desk, world: World, me: Actor) -> None:
    desk.do(save_draft, me, typed())
    for org in (world.school, world.education, world.county_bureau):
        office = world.office(org)
        page = desk.do(queue_page, office, QueueQuery())
        assert (page.rows, desk.do(draft_list, office, Nothing())) == ((), ())
    named = {action for action in Action if allowed(action, Role.BUREAU) and "draft" in action.value}
    assert {action.value for action in named} == {
        "draft.save",
        "draft.list",
        "draft.drop",
        "draft.guest_save",
        "draft.guest_find",
        "draft.guest_drop",
    }


def test_nothing_that_was_typed_stands_in_clear_on_the_disk(desk: Desk, me: Actor, store: Store) -> None:
    desk.do(save_draft, me, typed(title=SECRET))
    desk.do(save_guest_draft, GUEST, guest_typed(OTHER_KEY))
    desk.do(find_guest_draft, GUEST, FindGuestDraft(**OWN))
    kept = database_bytes(store)
    secrets = (SECRET, NUMBER, PASSWORD)
    assert [each for each in secrets if any(form in kept for form in forms_of(each))] == []


def test_saving_and_dropping_write_nothing_into_the_audit_log(desk: Desk, me: Actor, world: World) -> None:
    before = entries(world.store)
    desk.do(save_draft, me, typed())
    desk.do(drop_draft, me, DraftKey(key=KEY))
    desk.do(drop_draft, me, DraftKey(key=KEY))
    assert (entries(world.store), count(desk)) == (before, 0)


def test_too_much_is_refused_and_what_was_kept_before_stays(desk: Desk, me: Actor) -> None:
    desk.do(save_draft, me, typed())
    for save in (typed(content="字" * (CONTENT_BYTES // 3 + 1)), typed(OTHER_KEY, "a" * (CONTENT_BYTES + 1))):
        assert answer(lambda command=save: desk.do(save_draft, me, command)) == "DRAFT_TOO_LARGE"
    desk.do(save_draft, me, typed(OTHER_KEY, "a" * CONTENT_BYTES))
    assert desk.do(open_draft, me, DraftKey(key=KEY)).content == SECRET


def test_the_oldest_goes_where_one_account_has_very_many(desk: Desk, me: Actor, world: World) -> None:
    for number in range(PER_ACCOUNT + 2):
        desk.do(save_draft, me, typed(f"{number:024d}"))
        world.clock.advance(seconds=1)
    keys = {row.key for row in desk.do(draft_list, me, Nothing())}
    assert keys == {f"{number:024d}" for number in range(2, PER_ACCOUNT + 2)}


@pytest.mark.parametrize("use_case", [save_declaration, submit_declaration], ids=lambda each: each.name)
def test_a_draft_ends_in_the_transaction_that_stores_or_sends_it(
    desk: Desk, me: Actor, tmp_path: Path, use_case: UseCase[SaveDeclaration, object]
) -> None:
    desk.do(save_draft, me, typed())
    desk.do(save_draft, me, typed(OTHER_KEY))
    evidence = (scan(desk, me, tmp_path),)
    wrong = SaveDeclaration(form="post_training", values=training(year="明年"), draft_key=KEY)
    right = SaveDeclaration(form="post_training", values=training(), evidence=evidence, draft_key=KEY)
    assert (answer(lambda: desk.do(use_case, me, wrong)), count(desk)) == ("BAD_YEAR", 2)
    desk.do(use_case, me, right)
    assert [row.key for row in desk.do(draft_list, me, Nothing())] == [OTHER_KEY]


def test_the_draft_of_another_stays_whatever_key_a_command_names(desk: Desk, me: Actor, world: World) -> None:
    desk.do(save_draft, me, typed())
    other = world.person("李四")
    desk.do(save_declaration, other, SaveDeclaration(form="post_training", values=training(), draft_key=KEY))
    assert desk.do(open_draft, me, DraftKey(key=KEY)).content == SECRET


def test_every_command_that_sends_a_form_takes_its_draft_with_it() -> None:
    from core.schema import changes, person_records

    named = (
        SaveDeclaration,
        changes.SubmitTransfer,
        changes.SubmitPosition,
        changes.SubmitIdentity,
        person_records.SaveRecord,
        person_records.EditProfile,
    )
    assert [each.__name__ for each in named if not issubclass(each, FromDraft)] == []


@pytest.mark.parametrize(
    "other",
    [{"password": "abc12346"}, {"id_number": id_number(301)}, {"id_number": "x", "password": "y"}],
    ids=["password", "number", "both"],
)
def test_a_guests_draft_needs_number_and_password(desk: Desk, world: World, other: dict[str, str]) -> None:
    desk.do(save_guest_draft, GUEST, guest_typed())
    wrong = {**OWN, **other}
    assert desk.do(find_guest_draft, GUEST, FindGuestDraft(**wrong)) is None
    assert answer(lambda: desk.do(save_guest_draft, GUEST, guest_typed(**other))) == "NOT_YOURS"
    desk.do(drop_guest_drafts, GUEST, DropGuestDraft(**wrong))
    desk.do(drop_guest_drafts, GUEST, DropGuestDraft(**wrong, key=KEY))
    found = desk.do(find_guest_draft, GUEST, FindGuestDraft(**OWN))
    assert isinstance(found, DraftContent)
    assert (found.content, found.key) == (SECRET, KEY)


@pytest.mark.parametrize("empty", ["id_number", "password"])
def test_nobody_owns_a_guests_draft_without_number_or_password(desk: Desk, empty: str) -> None:
    assert answer(lambda: desk.do(save_guest_draft, GUEST, guest_typed(**{empty: ""}))) == "REQUIRED"
    command = FindGuestDraft(**{**OWN, empty: ""})
    assert answer(lambda: desk.do(find_guest_draft, GUEST, command)) == "REQUIRED"


def test_which_password_somebody_registers_with_is_not_found_out_by_trying(desk: Desk) -> None:
    desk.do(save_guest_draft, GUEST, guest_typed())
    tried = [
        answer(
            lambda n=number: desk.do(
                find_guest_draft, GUEST, FindGuestDraft(id_number=NUMBER, password=f"guess{n}")
            )
        )
        for number in range(desk.settings.lock_tries + 1)
    ]
    assert tried[-2:] == ["LOCKED", "LOCKED"]
    assert answer(lambda: desk.do(find_guest_draft, GUEST, FindGuestDraft(**OWN))) == "LOCKED"


def test_a_draft_of_ones_own_wipes_out_no_tries_at_anothers(desk: Desk) -> None:
    desk.do(save_guest_draft, GUEST, guest_typed())
    mine = {"id_number": NUMBER, "password": "mine-words-1"}
    desk.do(save_guest_draft, GUEST, guest_typed(OTHER_KEY, **mine))
    tried = []
    for number in range(desk.settings.lock_tries):
        guess = FindGuestDraft(id_number=NUMBER, password=f"guess{number}")
        tried.append(answer(lambda each=guess: desk.do(find_guest_draft, GUEST, each)))
        answer(lambda: desk.do(find_guest_draft, GUEST, FindGuestDraft(**mine)))
    assert tried[-1] == "LOCKED"


def test_the_number_of_a_guest_counts_in_its_one_form(desk: Desk) -> None:
    own = {"id_number": "41009919850307x", "password": PASSWORD}
    desk.do(save_guest_draft, GUEST, guest_typed(**own))
    found = desk.do(find_guest_draft, GUEST, FindGuestDraft(id_number=" 41009919850307Ｘ", password=PASSWORD))
    assert found is not None


def test_the_drafts_of_a_registration_end_with_it(desk: Desk, world: World) -> None:
    desk.do(save_guest_draft, GUEST, guest_typed())
    desk.do(save_guest_draft, GUEST, guest_typed(OTHER_KEY, password="other-words-1"))
    sent = Register(values=typed_form(world.school), employer_id=world.school)
    desk.do(register, GUEST, sent)
    with desk.reading() as work:
        assert work.session.scalars(select(Draft.key)).all() == [OTHER_KEY]


def test_what_nobody_comes_back_to_is_taken_away(desk: Desk, world: World, me: Actor) -> None:
    steps: list[tuple[float, int]] = [(6.9, 0), (0.2, 1), (172.8, 0), (0.2, 1)]
    desk.do(save_draft, me, typed())
    desk.do(save_guest_draft, GUEST, guest_typed(OTHER_KEY))
    for days, gone in steps:
        world.clock.advance(days=days)
        before = count(desk)
        purge(desk)
        assert before - count(desk) == gone


def test_more_old_ones_than_are_taken_away_at_once_all_go(
    desk: Desk, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(purge_service, "_AT_ONCE", 2)
    for number in range(5):
        desk.do(save_guest_draft, GUEST, guest_typed(f"{number}" * 24, password=f"words-{number}-x"))
    world.clock.advance(days=8)
    assert (purge(desk), count(desk)) == (5, 0)


def test_those_who_save_the_same_draft_at_once_leave_one(desk: Desk, me: Actor) -> None:
    calls = [lambda n=number: desk.do(save_draft, me, typed(content=f"{n}")) for number in range(4)]
    assert (at_once(*calls), count(desk)) == (["done"] * 4, 1)
