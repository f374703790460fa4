"""SSH 公钥 of an account: what is taken and what is not, who is told, and when they are gone; on both databases."""

from __future__ import annotations

import asyncssh
import pytest
from sqlalchemy import select

from core.model import AccountKey, Audit, Message
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor
from core.schema.account_keys import AddKey, KeyPage
from core.schema.accounts import AccountKey as Reset
from core.schema.accounts import MakeOperator
from core.schema.base import Nothing, Number
from core.schema.passwords import ChangePassword
from core.schema.staff import StaffKey
from core.services.account_keys import AT_MOST, add_key, key_page, remove_key
from core.services.desk import Desk
from core.services.operators import make_operator, reset_operator
from core.services.password_change import change_password
from core.services.staff import reset_staff_password
from tests.services.front_door import PASSWORD
from tests.services.hall import answer, entries, operator
from tests.services.key_pairs import key_pair, line_of, public_line
from tests.services.races import at_once
from tests.worlds import World

CERTIFICATE = "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t x"
DSA = "ssh-dss AAAAB3NzaC1kc3MAAACBAOU x"
SECURITY_KEY = (
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA9gW2H0jTz7QV5Y"
    "3r1GJ0dZ9sVn1cF0n7m5pYqf3mQxAAAABHNzaDo= yubikey"
)


def added(desk: Desk, actor: Actor, text: str | None = None, name: str = "") -> KeyPage:
    return desk.do(add_key, actor, AddKey(text=public_line() if text is None else text, name=name))


def code_of(desk: Desk, actor: Actor, text: str) -> str:
    return answer(lambda: added(desk, actor, text))


def test_a_key_is_registered_under_its_comment_with_the_fingerprint_of_openssh(
    desk: Desk, world: World
) -> None:
    pair = key_pair(comment="zhangsan@laptop")
    (row,) = added(desk, world.person(), line_of(pair)).rows
    assert (row.name, row.kind, row.fingerprint, row.used_at) == (
        "zhangsan@laptop",
        "Ed25519",
        pair.get_fingerprint("sha256"),
        None,
    )


def test_a_name_of_ones_own_wins_over_the_comment(desk: Desk, world: World) -> None:
    assert added(desk, world.person(), name="办公室电脑").rows[0].name == "办公室电脑"


def test_a_key_without_a_comment_is_called_by_its_kind(desk: Desk, world: World) -> None:
    assert added(desk, world.person(), line_of(key_pair())).rows[0].name == "Ed25519"


@pytest.mark.parametrize(
    ("algorithm", "more", "kind"),
    [
        ("ecdsa-sha2-nistp256", {}, "ECDSA P-256"),
        ("ecdsa-sha2-nistp384", {}, "ECDSA P-384"),
        ("ecdsa-sha2-nistp521", {}, "ECDSA P-521"),
        ("ssh-rsa", {"key_size": 3072}, "RSA 3072 位"),
    ],
)
def test_the_usual_kinds_are_taken(
    desk: Desk, world: World, algorithm: str, more: dict[str, int], kind: str
) -> None:
    assert added(desk, world.person(), line_of(key_pair(algorithm, **more))).rows[0].kind == kind


def test_a_key_of_a_security_token_is_taken(desk: Desk, world: World) -> None:
    assert added(desk, world.person(), SECURITY_KEY).rows[0].kind == "安全密钥 Ed25519"


def test_a_short_rsa_key_is_refused(desk: Desk, world: World) -> None:
    assert code_of(desk, world.person(), line_of(key_pair("ssh-rsa", key_size=2048))) == "KEY_WEAK"


@pytest.mark.parametrize("text", [CERTIFICATE, DSA])
def test_certificates_and_dsa_are_refused(desk: Desk, world: World, text: str) -> None:
    assert code_of(desk, world.person(), text) == "KEY_WEAK"


@pytest.mark.parametrize(
    "text",
    [
        "AAAAC3NzaC1lZDI1NTE5",
        "ssh-ed25519",
        "ssh-ed25519 not-base64",
        "ssh-ed25519 AAAA",
        "ssh-rsa {public}",
        'command="sh" ssh-ed25519 {public}',
        "no-pty ssh-ed25519 {public}",
        "ssh-ed25519 {public} a\nssh-ed25519 {public} b",
    ],
)
def test_what_is_no_line_of_a_pub_file_is_refused_beside_the_field(
    desk: Desk, world: World, text: str
) -> None:
    public = public_line().split()[1]
    assert code_of(desk, world.person(), text.format(public=public)) == "KEY_UNREADABLE"


@pytest.mark.parametrize("format_name", ["openssh", "pkcs8-pem"])
def test_a_private_key_pasted_by_mistake_is_refused_and_kept_nowhere(
    desk: Desk, world: World, format_name: str
) -> None:
    person, before = world.person(), entries(world.store)
    private = key_pair().export_private_key(format_name).decode()
    pasted = private.replace("\n", " ")
    with pytest.raises(Refused) as caught:
        added(desk, person, pasted)
    secret = private.splitlines()[1]
    with desk.reading() as work:
        kept = work.session.scalars(select(AccountKey.public)).all()
    said = caught.value.fields[0]
    assert (said.code, secret in said.text, kept, entries(world.store) - before) == (
        ErrorCode.KEY_PRIVATE,
        False,
        [],
        0,
    )


def test_an_empty_field_is_asked_for(desk: Desk, world: World) -> None:
    assert code_of(desk, world.person(), " ") == "REQUIRED"


def test_the_same_key_twice_is_refused(desk: Desk, world: World) -> None:
    person, text = world.person(), public_line()
    added(desk, person, text)
    assert code_of(desk, person, text) == "KEY_TWICE"


def test_two_accounts_may_have_the_same_key(desk: Desk, world: World) -> None:
    text = public_line()
    added(desk, world.person(), text)
    assert code_of(desk, world.person("李四"), text) == "done"


def test_an_account_has_ten_keys_at_most_even_where_two_come_at_once(desk: Desk, world: World) -> None:
    person = world.person()
    for _ in range(AT_MOST - 1):
        added(desk, person)
    said = at_once(lambda: added(desk, person), lambda: added(desk, person))
    assert (sorted(said), len(desk.do(key_page, person, Nothing()).rows)) == (
        ["KEYS_ENOUGH", "done"],
        AT_MOST,
    )


def test_a_key_that_was_removed_is_gone(desk: Desk, world: World) -> None:
    person = world.person()
    first, second = added(desk, person).rows[0], added(desk, person).rows[1]
    rows = desk.do(remove_key, person, Number(value=first.id)).rows
    assert [row.id for row in rows] == [second.id]


def test_a_key_of_another_account_can_not_be_removed(desk: Desk, world: World) -> None:
    (row,) = added(desk, world.person("李四")).rows
    assert answer(lambda: desk.do(remove_key, world.person(), Number(value=row.id))) == "NOT_YOURS"


def test_registering_and_removing_is_written_down_once_each_and_told_to_the_account(
    desk: Desk, world: World
) -> None:
    person, before = world.person(), entries(world.store)
    (row,) = added(desk, person, name="笔记本").rows
    desk.do(remove_key, person, Number(value=row.id))
    with desk.reading() as work:
        actions = work.session.scalars(select(Audit.action).order_by(Audit.id.desc()).limit(2)).all()
        told = work.session.scalars(select(Message.text).order_by(Message.id)).all()
    assert (entries(world.store) - before, list(actions)) == (2, ["key.delete", "key.add"])
    assert ["登记" in told[-2], "删去" in told[-1], "“笔记本”" in told[-1]] == [True, True, True]


def test_a_number_in_the_name_does_not_stand_in_the_audit_log(desk: Desk, world: World) -> None:
    added(desk, world.person(), name="410099198503070018的电脑")
    with desk.reading() as work:
        summaries = work.session.scalars(select(Audit.summary)).all()
    assert not any("410099198503070018" in summary for summary in summaries)


def test_a_reset_by_the_unit_removes_all_keys_since_the_account_is_handed_over(
    desk: Desk, world: World
) -> None:
    person, unit = world.person(), world.office(world.school)
    added(desk, person)
    desk.do(reset_staff_password, unit, StaffKey(person_id=person.person_id or 0))
    with desk.reading() as work:
        assert work.session.scalars(select(AccountKey)).all() == []


def test_a_reset_by_an_operator_removes_them_too(desk: Desk, world: World) -> None:
    boss = operator(world)
    made = desk.do(make_operator, boss, MakeOperator(login="second.operator", name="刘小军"))
    with desk.writing() as work:
        work.session.add(
            AccountKey(
                account_id=made.account_id,
                name="旧电脑",
                algorithm="ssh-ed25519",
                fingerprint="SHA256:x",
                public="AAAA",
                added_at=desk.clock.now(),
            )
        )
        work.commit()
    desk.do(reset_operator, boss, Reset(account_id=made.account_id))
    with desk.reading() as work:
        assert work.session.scalars(select(AccountKey)).all() == []


def test_a_change_of_ones_own_password_keeps_them(desk: Desk, world: World) -> None:
    from tests.services.test_sign_in import give_login

    person = world.person()
    give_login(desk, person, "ZHANGSAN")
    added(desk, person)
    desk.do(change_password, person, ChangePassword(old=PASSWORD, new="newpass123", again="newpass123"))
    assert len(desk.do(key_page, person, Nothing()).rows) == 1


def test_asyncssh_takes_what_is_taken_here() -> None:
    assert asyncssh.import_public_key(SECURITY_KEY).get_algorithm() == "sk-ssh-ed25519@openssh.com"
