"""What sessions and clerks say to each other at a service: only what they share, and lists only once."""

from __future__ import annotations

import os
import pickle
import socket
import threading

import pytest

from core.rules.errors import ErrorCode, Refused
from core.rules.lists import shipped
from core.rules.roles import Guest, Role
from core.schema.base import Nothing
from core.schema.sign_in import SignIn
from core.services.desk import Desk
from core.services.homes import closing_day
from tests.services.editing import add
from tests.services.test_editions import operator
from tests.worlds import World
from tui.remote.clerk import lists_for
from tui.remote.far_desk import FarDesk
from tui.remote.passing import NotPassed, packed, read, receive, send
from tui.serve.packets import hear, packet_pair


class Forged:
    """Runs a command of the system where it is read without care."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.system, ("true",)


class ForgedOfOurs:
    """Calls a function of the program."""

    def __reduce__(self) -> tuple[object, tuple[()]]:
        return shipped, ()


@pytest.mark.parametrize("as_request", [True, False], ids=["request", "answer"])
@pytest.mark.parametrize(
    "data",
    [
        pickle.dumps(Forged()),
        pickle.dumps(ForgedOfOurs()),
        pickle.dumps(SignIn.model_validate),
        pickle.dumps(Desk),
        b"",
        b"no object",
        packed(Nothing())[:-3],
    ],
)
def test_what_is_not_shared_by_screens_and_use_cases_is_not_read(data: bytes, as_request: bool) -> None:
    with pytest.raises(NotPassed):
        read(data, request=as_request)


def changed_member() -> bytes:
    """Bytes that rename the role of the operator, wherever they are read."""
    member = packed(Role.OPERATOR)
    return member[:-1] + packed((None, {"_value_": "person"}))[2:-1] + pickle.BUILD + pickle.STOP


def changed_type() -> bytes:
    """Bytes that give all roles another label."""
    role = b"\x80\x04ccore.rules.roles\nRole\n"
    return role + packed((None, {"label": "x"}))[2:-1] + pickle.BUILD + pickle.STOP


@pytest.mark.parametrize("data", [changed_member(), changed_type()], ids=["member", "type"])
def test_a_request_changes_nothing_that_is_there_already(data: bytes) -> None:
    with pytest.raises(NotPassed, match="there already"):
        read(data, request=True)
    assert (Role.OPERATOR.value, Role.PERSON.label) == ("operator", "专业技术人员")


def test_lists_come_only_when_they_have_changed(desk: Desk, world: World) -> None:
    asks, takes = packet_pair()
    tables: list[object] = []

    def answer(times: int) -> None:
        for _ in range(times):
            _, handed = hear(takes)
            with socket.socket(fileno=handed) as line:
                _, _, known = receive(line, request=True)
                found = lists_for(desk, known)
                tables.append(found[1])
                send(line, packed(found))

    clerk = threading.Thread(target=answer, args=(4,))
    clerk.start()
    far = FarDesk(asks, desk.settings, desk.clock)
    assert far.lists() is far.lists() is shipped()
    add(desk, operator(world), "education", value="研修班")
    grown = far.lists()
    assert "研修班" in grown.choices("education")
    assert far.lists() is grown
    assert [bool(each) for each in tables] == [False, False, True, False]
    clerk.join(10)
    asks.close()
    takes.close()


def test_whoever_asks_where_no_clerk_is_left_is_told_so(desk: Desk) -> None:
    asks, takes = packet_pair()
    takes.close()
    with pytest.raises(Refused) as told, asks:
        FarDesk(asks, desk.settings, desk.clock).do(closing_day, Guest(), Nothing())
    assert told.value.code is ErrorCode.INTERNAL
