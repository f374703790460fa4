"""What the tests of forgotten passwords share: persons with a mailbox, asking for codes, redeeming them."""

from __future__ import annotations

import threading

from sqlalchemy import event, func, select

from core.model import Account, Audit, LoginSession, Outbox, PasswordReset, Person, Throttle
from core.rules.errors import ErrorCode, Refused
from core.rules.roles import Actor, Guest, Role
from core.schema.annual import AnnualQuery
from core.schema.passwords import CodeSent, ForgottenPassword, ResetPassword
from core.schema.sign_in import SignIn
from core.services.annual import annual_page
from core.services.desk import Desk
from core.services.forgotten import forgotten_password, reset_password
from core.services.sign_in import sign_in
from core.store.store import Store
from tests.services.front_door import GUEST, PASSWORD
from tests.services.hall import answer
from tests.services.mailbox import Mailbox
from tests.worlds import World

EMAIL, MOBILE = "zhangsan@example.cn", "19900000001"
NEW = "newpass123"


def person_with(
    desk: Desk, world: World, name: str = "张三", email: str = EMAIL, mobile: str = MOBILE, **columns: object
) -> Actor:
    """A signed-in person who gave this e-mail and mobile when registering."""
    actor = world.person(name)
    with desk.writing() as work:
        person = work.session.get_one(Person, actor.person_id)
        person.email_sealed, person.mobile_sealed = work.vault.seal(email), work.vault.seal(mobile)
        person.email_digest = work.vault.digest("email", email.casefold())
        person.mobile_digest = work.vault.digest("mobile", mobile)
        account = work.session.get_one(Account, actor.account_id)
        account.password_hash = desk.passwords.hash(PASSWORD)
        number = work.vault.open(person.id_number_sealed)
        account.login_digest = work.vault.digest("login", number)
        for key, value in columns.items():
            setattr(account, key, value)
        work.commit()
    return actor


def ask(desk: Desk, email: str = EMAIL, mobile: str = MOBILE, caller: Guest = GUEST) -> CodeSent:
    return desk.do(forgotten_password, caller, ForgottenPassword(email=email, mobile=mobile))


def new_code(desk: Desk, mailbox: Mailbox, email: str = EMAIL, mobile: str = MOBILE) -> str:
    """Ask, and read the mail."""
    ask(desk, email, mobile)
    return mailbox.codes(desk)[-1]


def redeem(
    desk: Desk,
    code: str,
    password: str = NEW,
    again: str | None = None,
    *,
    email: str = EMAIL,
    mobile: str = MOBILE,
    caller: Guest = GUEST,
) -> str:
    command = ResetPassword(
        email=email,
        mobile=mobile,
        code=code,
        password=password,
        again=password if again is None else again,
    )
    return answer(lambda: desk.do(reset_password, caller, command))


def enters(desk: Desk, login: str, password: str) -> str:
    command = SignIn(role=Role.PERSON, login=login, password=password)
    return answer(lambda: desk.do(sign_in, GUEST, command))


def home(desk: Desk, person: Actor) -> str:
    return answer(lambda: desk.do(annual_page, person, AnnualQuery()))


class Statements:
    """The kinds of statements that this thread sends, in turn."""

    def __init__(self, store: Store) -> None:
        self.engine, self.said = store.engines.write, list[str]()

    def __enter__(self) -> list[str]:
        self.thread = threading.current_thread()
        event.listen(self.engine, "before_cursor_execute", self._note)
        return self.said

    def __exit__(self, *words: object) -> None:
        event.remove(self.engine, "before_cursor_execute", self._note)

    def _note(self, *words: object) -> None:
        if threading.current_thread() is self.thread:
            self.said.append(" ".join(str(words[2]).split()[:3]))


def rows(desk: Desk) -> dict[str, int]:
    with desk.reading() as work:
        return {
            model.__tablename__: work.session.scalar(select(func.count()).select_from(model)) or 0
            for model in (PasswordReset, Outbox, Audit, Throttle, LoginSession)
        }


def must(said: str) -> None:
    """Carry an answer out of a thread."""
    if said != "done":
        raise Refused(ErrorCode[said])
