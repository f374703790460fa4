"""Sending the outbox over a real SMTP server: what arrives, what is tried again, what is given up."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import core.services.post as post_service
from core.model import Outbox
from core.rules.errors import ErrorCode, Refused
from core.rules.messages import MessageKind
from core.schema.messages import MailSent, SendMail
from core.services.desk import Desk
from core.services.health import _mail
from core.services.journal import write_log_to
from core.services.messages import mail
from core.services.post import CLAIM, PromptPost, send_mail, wait_after
from core.store.settings import Settings
from core.store.store import Store
from tests.conftest import ENGINES, FixedClock
from tests.services.front_door import cheap_desk
from tests.services.hall import operator
from tests.services.mailbox import LOGIN, Mailbox, guard, text_of, tls_context
from tests.worlds import World, build_world

TO = "zhangsan@example.cn"
BODY = "张三：\n\n您的申报审核通过，认定 40 学时。\n.\n第三行\n"
OpenStore = Callable[..., Store]


@pytest.fixture(params=ENGINES)
def world(request: pytest.FixtureRequest, open_new_store: OpenStore, mailbox: Mailbox) -> World:
    return build_world(open_new_store(request.param, **mailbox.settings()))


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Path]:
    """The log's file, of this test's own."""
    yield write_log_to(tmp_path / "log")
    logger = logging.getLogger("jijiao")
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
        handler.close()


def quick_desk(open_new_store: OpenStore, mailbox: Mailbox, **changed: object) -> Desk:
    """A desk on SQLite, for what is not about the database."""
    store = open_new_store("sqlite", **mailbox.settings(**changed))
    build_world(store)
    return cheap_desk(store)


def post(desk: Desk, address: str = TO, body: str = BODY) -> int:
    """Put a mail into the outbox; returns its id."""
    with desk.writing() as work:
        row = mail(work, address, MessageKind.DECLARATION, body)
        assert row is not None
        work.session.flush()
        outbox_id = row.id
        work.commit()
    return outbox_id


def run(desk: Desk, limit: int = 200) -> MailSent:
    return send_mail(desk, None, SendMail(limit=limit))  # type: ignore[arg-type]


def row(desk: Desk, outbox_id: int) -> Outbox:
    with desk.reading() as work:
        return work.session.get_one(Outbox, outbox_id)


def later(desk: Desk, **span: float) -> None:
    clock = desk.store.clock
    assert hasattr(clock, "advance")
    clock.advance(**span)


def test_a_mail_arrives_in_chinese_as_it_was_written(desk: Desk, mailbox: Mailbox) -> None:
    mailbox.open()
    post(desk)
    done = run(desk)
    (letter,) = mailbox.letters
    assert (done, letter["Subject"], letter["To"], text_of(letter).replace("\r\n", "\n")) == (
        MailSent(1, 0, 0),
        "【继续教育】学时申报审核结果",
        TO,
        BODY,
    )


def test_a_mail_has_the_day_of_the_clock_and_a_name_of_its_own(desk: Desk, mailbox: Mailbox) -> None:
    mailbox.open()
    first, second = post(desk), post(desk)
    run(desk)
    ids = [each["Message-ID"] for each in mailbox.letters]
    assert ids[0].startswith(f"<{first}.") and ids[1].startswith(f"<{second}.")
    assert mailbox.letters[0]["Date"].datetime == desk.clock.now().replace(microsecond=0)


def test_a_sent_mail_is_emptied_and_not_sent_again(desk: Desk, mailbox: Mailbox) -> None:
    mailbox.open()
    sent = post(desk)
    run(desk)
    later(desk, days=2)
    run(desk)
    kept = row(desk, sent)
    assert (len(mailbox.letters), kept.body_sealed, kept.sent_at is not None) == (1, None, True)


def test_what_waits_is_sealed(desk: Desk) -> None:
    kept = row(desk, post(desk))
    assert TO.encode() not in kept.to_sealed and "张三".encode() not in (kept.body_sealed or b"")


def test_two_runs_at_once_send_each_mail_once(desk: Desk, mailbox: Mailbox) -> None:
    mailbox.open()
    for _ in range(12):
        post(desk)
    runs = [threading.Thread(target=run, args=(desk,)) for _ in range(3)]
    for each in runs:
        each.start()
    for each in runs:
        each.join()
    ids = [each["Message-ID"] for each in mailbox.letters]
    assert (len(ids), len(set(ids))) == (12, 12)


def test_no_transaction_is_open_while_the_server_is_spoken_to(desk: Desk, mailbox: Mailbox) -> None:
    """The server itself writes to the database before it answers."""
    mailbox.open()
    post(desk)
    mailbox.meanwhile = lambda: post(desk, "lisi@example.cn")
    assert run(desk, limit=1).sent == 1


def test_greylisting_is_waited_out_with_the_same_message_id(desk: Desk, mailbox: Mailbox) -> None:
    mailbox.open().refusals = ["451 4.7.1 try again later"]
    outbox_id = post(desk)
    first = run(desk)
    trouble = row(desk, outbox_id).trouble
    early = run(desk)
    later(desk, minutes=1)
    assert (first, trouble, early.sent, run(desk)) == (
        MailSent(0, 1, 1),
        "451 4.7.1",
        0,
        MailSent(1, 0, 0),
    )


def test_the_wait_grows_to_six_hours() -> None:
    waits = [wait_after(tries) / timedelta(minutes=1) for tries in range(1, 8)]
    assert waits == [1, 4, 16, 64, 256, 360, 360]


def test_a_mail_is_given_up_after_its_last_try(open_new_store: OpenStore, mailbox: Mailbox) -> None:
    mailbox.open().refusals = ["451 no", "451 no", "250 would be taken now"]
    desk = quick_desk(open_new_store, mailbox, mail_tries=2)
    outbox_id = post(desk)
    for _ in range(3):
        run(desk)
        later(desk, days=1)
    kept = row(desk, outbox_id)
    assert (kept.attempts, kept.given_up_at is not None, kept.body_sealed, len(mailbox.letters)) == (
        2,
        True,
        None,
        0,
    )


def test_an_address_that_does_not_exist_is_given_up_at_once(
    open_new_store: OpenStore, mailbox: Mailbox
) -> None:
    mailbox.open().refusals = [f"550 5.1.1 <{TO}> unknown"]
    desk = quick_desk(open_new_store, mailbox)
    outbox_id = post(desk)
    run(desk)
    kept = row(desk, outbox_id)
    assert (kept.given_up_at is not None, kept.trouble) == (True, "550 5.1.1")


@pytest.mark.parametrize(
    "address",
    [
        "no-address",
        "a@b\r\nBcc: all@example.cn",
        "a b@example.cn",
        "张三@example.cn",
        "@example.cn",
        "<a@example.cn",
        "a@[",
    ],
)
def test_what_is_no_address_is_given_up_and_disturbs_no_other(
    open_new_store: OpenStore, mailbox: Mailbox, address: str
) -> None:
    mailbox.open()
    desk = quick_desk(open_new_store, mailbox)
    bad = post(desk, address)
    post(desk)
    run(desk)
    assert (row(desk, bad).trouble, [each["To"] for each in mailbox.letters]) == ("地址无效", [TO])


def test_a_subject_can_not_bring_in_a_header(open_new_store: OpenStore, mailbox: Mailbox) -> None:
    mailbox.open()
    desk = quick_desk(open_new_store, mailbox)
    with desk.writing() as work:
        made = mail(work, TO, MessageKind.YEAR, BODY)
        assert made is not None
        made.subject = "年度认定\r\nBcc: all@example.cn\r\n\r\n改了正文"
        work.commit()
    run(desk)
    (letter,) = mailbox.letters
    assert (letter["Bcc"], letter["Subject"]) == (None, "年度认定 Bcc: all@example.cn 改了正文")


def test_a_line_that_drops_in_the_middle_is_tried_again(desk: Desk, mailbox: Mailbox) -> None:
    mailbox.open().refusals = ["hang up"]
    first, second = post(desk), post(desk)
    done = run(desk)
    later(desk, minutes=1)
    again = run(desk)
    assert (done.sent, done.failed, again.sent) == (1, 1, 1)
    assert sorted(each["Message-ID"].split(".")[0] for each in mailbox.letters) == [f"<{first}", f"<{second}"]


def test_a_server_that_is_gone_puts_off_one_mail_and_leaves_the_others(desk: Desk) -> None:
    first, second = post(desk), post(desk)
    done = run(desk)
    assert (done, row(desk, first).attempts, row(desk, second).attempts) == (MailSent(0, 1, 2), 1, 0)


def test_a_server_that_is_gone_for_days_costs_no_mail(open_new_store: OpenStore, mailbox: Mailbox) -> None:
    desk = quick_desk(open_new_store, mailbox, mail_tries=2)
    post(desk)
    for _ in range(4):
        run(desk)
        later(desk, days=1)
    mailbox.open()
    assert run(desk) == MailSent(1, 0, 0)


def test_a_claim_of_a_program_that_died_runs_out(desk: Desk, mailbox: Mailbox) -> None:
    mailbox.open()
    outbox_id = post(desk)
    with desk.writing() as work:  # as it stands when the program dies between claim and answer
        claimed = work.locked(Outbox, outbox_id)
        claimed.attempts, claimed.due_at = 1, work.clock.now() + CLAIM
        work.commit()
    at_once = run(desk).sent
    later(desk, minutes=5)
    assert (at_once, run(desk).sent) == (0, 1)


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_over_tls_with_a_login(
    open_new_store: OpenStore,
    mailbox: Mailbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    security: str,
) -> None:
    context, trust = tls_context(tmp_path)
    options = {"ssl_context": context} if security == "tls" else {"tls_context": context}
    mailbox.open(**options, authenticator=guard, auth_required=True, auth_require_tls=security != "tls")
    monkeypatch.setenv("SSL_CERT_FILE", str(trust))
    login = {"smtp_user": LOGIN[0], "smtp_password": LOGIN[1]}
    desk = quick_desk(open_new_store, mailbox, smtp_security=security, **login)
    post(desk)
    assert (run(desk).sent, len(mailbox.letters)) == (1, 1)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_server_whose_certificate_nobody_vouches_for_gets_nothing(
    open_new_store: OpenStore, mailbox: Mailbox, tmp_path: Path, security: str
) -> None:
    context, _ = tls_context(tmp_path)
    mailbox.open(**({"ssl_context": context} if security == "tls" else {"tls_context": context}))
    desk = quick_desk(open_new_store, mailbox, smtp_security=security)
    outbox_id = post(desk)
    run(desk)
    assert (row(desk, outbox_id).trouble, mailbox.letters) == ("SSLCertVerificationError", [])


def test_a_server_without_starttls_gets_nothing_in_clear(open_new_store: OpenStore, mailbox: Mailbox) -> None:
    mailbox.open()
    desk = quick_desk(open_new_store, mailbox, smtp_security="starttls")
    outbox_id = post(desk)
    run(desk)
    assert (row(desk, outbox_id).trouble, mailbox.letters) == ("SMTPNotSupportedError", [])


@pytest.mark.filterwarnings("ignore:Requiring AUTH")
def test_a_refused_login_is_named_and_keeps_the_mail(open_new_store: OpenStore, mailbox: Mailbox) -> None:
    mailbox.open(authenticator=guard, auth_required=True, auth_require_tls=False)
    desk = quick_desk(open_new_store, mailbox, smtp_user=LOGIN[0], smtp_password="wrong-one-1")
    outbox_id = post(desk)
    done = run(desk)
    assert (row(desk, outbox_id).trouble, done.waiting) == ("SMTPAuthenticationError 535", 1)


def test_without_a_server_nothing_is_put_aside(sqlite_store: Store) -> None:
    with sqlite_store.writing() as work:
        made = mail(work, TO, MessageKind.YEAR, BODY)
        work.commit()
        kept = work.session.scalars(select(Outbox)).all()
    assert (made, list(kept)) == (None, [])


def test_without_a_server_a_run_says_so(sqlite_store: Store) -> None:
    world = build_world(sqlite_store)
    with pytest.raises(Refused) as caught:
        cheap_desk(sqlite_store).do(send_mail, operator(world), SendMail())
    assert caught.value.code is ErrorCode.NO_MAIL


def test_what_another_key_sealed_is_given_up(open_new_store: OpenStore, mailbox: Mailbox) -> None:
    from core.store.vault import Vault

    mailbox.open()
    desk = quick_desk(open_new_store, mailbox)
    outbox_id = post(desk)
    with desk.writing() as work:
        work.locked(Outbox, outbox_id).to_sealed = Vault(bytes(32)).seal(TO)
        work.commit()
    post(desk)
    assert (run(desk).sent, row(desk, outbox_id).trouble) == (1, ErrorCode.KEY_WRONG.value)


def test_troubles_and_the_log_name_no_address(open_new_store: OpenStore, mailbox: Mailbox, log: Path) -> None:
    mailbox.open().refusals = [f"451 <{TO}> greylisted", f"550 {TO} unknown"]
    desk = quick_desk(open_new_store, mailbox)
    ids = [post(desk), post(desk)]
    run(desk)
    said = log.read_text(encoding="utf-8") + "".join(row(desk, each).trouble for each in ids)
    assert ("451" in said, TO in said, "张三" in said) == (True, False, False)


def test_the_prompt_post_sends_what_it_is_given_and_nothing_else(desk: Desk, mailbox: Mailbox) -> None:
    mailbox.open()
    post(desk)
    wanted = post(desk, "lisi@example.cn")
    PromptPost.of(desk).hand_over([wanted])
    assert [each["To"] for each in mailbox.received(desk)] == ["lisi@example.cn"]


def test_a_desk_that_closes_finishes_the_prompt_post(
    open_new_store: OpenStore, mailbox: Mailbox, clock: FixedClock
) -> None:
    mailbox.open()
    desk = quick_desk(open_new_store, mailbox)
    PromptPost.of(desk).hand_over([post(desk)])
    desk.close()
    alive = [each for each in threading.enumerate() if each.name == "prompt-post"]
    assert (len(mailbox.letters), alive) == (1, [])


def test_a_program_that_ends_takes_its_time_whether_there_was_a_mail_or_not(
    open_new_store: OpenStore, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(post_service, "LINGER", 0.5)
    desk = quick_desk(open_new_store, mailbox)
    begun = time.monotonic()
    PromptPost.of(desk).hand_over([])
    desk.close()
    assert time.monotonic() - begun >= 0.5


def test_a_prompt_post_without_a_server_leaves_the_mail_to_the_next_run(
    open_new_store: OpenStore, mailbox: Mailbox
) -> None:
    desk = quick_desk(open_new_store, mailbox)
    outbox_id = post(desk)
    PromptPost.of(desk).hand_over([outbox_id])
    PromptPost.of(desk).finish()
    mailbox.open()
    later(desk, minutes=1)
    assert run(desk).sent == 1


def test_the_doctor_sees_mail_that_does_not_go_out(open_new_store: OpenStore, mailbox: Mailbox) -> None:
    desk = quick_desk(open_new_store, mailbox)
    post(desk)
    run(desk)
    later(desk, hours=2)
    with desk.reading() as work:
        found = _mail(work)
    assert (found.ok, "ConnectionRefusedError" in found.text, "jijiao mail" in found.mend) == (
        False,
        True,
        True,
    )


def test_a_sender_that_is_no_address_is_refused_as_a_setting() -> None:
    with pytest.raises(ValueError, match="mail_from"):
        Settings(mail_from="平台 <jijiao@example.cn>")
