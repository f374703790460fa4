"""What the tests of the front door share: a desk with cheap passwords, and a form as a person types it."""

from __future__ import annotations

import random

from argon2 import PasswordHasher

from core.rules.roles import Guest
from core.services.desk import Desk
from core.services.passwords import Passwords
from core.store.store import Store
from tests.worlds import id_number

GUEST = Guest("192.0.2.7")
LOGIN, PASSWORD, WRONG = "YAMEN", "abc12345", "wrong-pass1"
NUMBER = id_number(300)


def cheap_desk(store: Store) -> Desk:
    """A desk whose passwords cost next to nothing, and whose chance is the same at every run."""
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    return Desk(store, passwords=Passwords(hasher), chance=random.Random(7))


def typed_form(employer_id: int, **changed: str) -> dict[str, str]:
    """A registration form as typed, all of it right unless changed."""
    values = {
        "id_type": "身份证",
        "id_number": NUMBER,
        "password": PASSWORD,
        "password_again": PASSWORD,
        "mobile": "19900000001",
        "email": "zhangsan@example.cn",
        "region": "410326",
        "employer": str(employer_id),
        "name": "张三",
        "gender": "男",
        "birth_date": "1985-03-07",
        "ethnic_group": "汉族",
    }
    return {**values, **changed}
