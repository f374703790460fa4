"""年度认定 of 10,000 people in the background beside a bare executemany of the same rows, and typing meanwhile."""

from __future__ import annotations

import itertools
import sqlite3
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ground import ENTRY, ROOT, Ground
from bench.results import LimitOn, Row, Series, Unit, in_turn
from tests.terminal import Terminal

if TYPE_CHECKING:
    from core.rules.roles import Actor
    from core.services.desk import Desk

PEOPLE = 10_000
EACH = 3
"""Approved declarations of each."""
YEAR = 2025
LOGIN, PASSWORD = "bench", "bench2026"
_COUNTY, _NAME = "410326", "汝阳县人力资源和社会保障局"
_BARE = (
    "update person_year set public_halves=?, professional_halves=?, passed=?, recognised_at=?, recognised_by=?, "
    "version=version+1 where person_id=? and year=?"
)
_LETTERS = "jixujiaoyupeixun"
_QUIET = 0.05
ECHO_LIMIT = 100.0
"""Milliseconds: beyond that typing feels held back."""


def measure(ground: Ground) -> list[Row]:
    """One row for the people, one for the letters."""
    folder = ground.folder / "recognition"
    desk, bureau = _installation(folder)
    try:
        ours, bare = in_turn(
            ground.rounds(3, 1), lambda: _recognised(desk, bureau), lambda: _executemany(folder)
        )
    finally:
        desk.close()
    still, meanwhile = _echoes(folder, ground.rounds(30, 10))
    return [
        Row(
            f"recognition: one person of {PEOPLE:,}, judged, signed, told, audited",
            Unit.MICROSECONDS,
            ours.scaled(1e6 / PEOPLE),
            "a bare executemany of the same person_year updates",
            bare.scaled(1e6 / PEOPLE),
        ),
        Row(
            f"recognition: a typed letter while {PEOPLE:,} people are recognised",
            Unit.MILLISECONDS,
            meanwhile,
            "the same letter while nothing runs",
            still,
            ECHO_LIMIT,
            LimitOn.MEDIAN,
        ),
    ]


def _recognised(desk: Desk, bureau: Actor) -> float:
    """Seconds for the whole region, parts and rests included."""
    from core.services.jobs import run_job, start_job

    with desk.writing() as work:
        job = start_job(work, bureau, "recognise", f"{YEAR}年度认定", {"year": YEAR}, total=PEOPLE).id
        work.commit()
    begin = time.perf_counter()
    assert run_job(desk, job) == "done"
    return time.perf_counter() - begin


def _executemany(folder: Path) -> float:
    moment = datetime.now(UTC).isoformat()
    rows = [(60, 120, 1, moment, _NAME, person, YEAR) for person in range(1, PEOPLE + 1)]
    with sqlite3.connect(folder / "jijiao.sqlite3", isolation_level=None) as bare:
        bare.execute("pragma synchronous=FULL")
        begin = time.perf_counter()
        bare.execute("begin immediate")
        bare.executemany(_BARE, rows)
        bare.execute("commit")
        taken = time.perf_counter() - begin
    bare.close()
    return taken


def _echoes(folder: Path, letters: int) -> tuple[Series, Series]:
    """Milliseconds from a letter to the last byte of its echo: before the run, and while it goes on."""
    environment = {
        "JIJIAO_DATA_DIR": str(folder),
        "JIJIAO_CAPTCHA": "off",
        "JIJIAO_CONFIG": str(folder / "none.toml"),
    }
    with Terminal([sys.executable, "-c", ENTRY], env=environment, cwd=ROOT) as terminal:
        terminal.wait("F1")
        terminal.send("51", LOGIN, "Tab", PASSWORD, "Enter")
        terminal.wait("年度认定")
        terminal.send(":", "zs", "Enter")
        terminal.wait("证书编号")
        still = _typed(terminal, letters)
        terminal.send("ctrl+u", "ctrl+g", "rd", "Enter")
        terminal.wait("申报截止")
        terminal.send("Down", "r")
        terminal.wait("按规则计算")
        terminal.send("Enter")
        terminal.wait("人/秒", timeout=30)
        terminal.press("Esc", quiet=0.5)
        terminal.send("ctrl+g", "zs", "Enter")
        terminal.wait("证书编号")
        meanwhile = _typed(terminal, letters)
        terminal.send("ctrl+u", "ctrl+g", "rw", "Enter")
        terminal.wait("进行中")
    return still, meanwhile


def _typed(terminal: Terminal, letters: int) -> Series:
    taken = []
    for letter in itertools.islice(itertools.cycle(_LETTERS), letters):
        begin = time.monotonic()
        if terminal.press(letter, quiet=_QUIET):
            taken.append((terminal.last_byte_at - begin) * 1000)
    return Series(tuple(taken))


# -------------------------------------------------------------------------------------- the 10,000


def _installation(folder: Path) -> tuple[Desk, Actor]:
    """A county with its bureau, and many people with approved declarations of a year gone by."""
    from core.rules.roles import Actor, Role
    from core.schema.accounts import CreateAccount
    from core.services.accounts import create_account
    from core.services.desk import open_desk
    from core.services.settings import read_settings
    from core.services.setup import LOCAL, initialise

    settings = read_settings({"data_dir": folder, "captcha": False})
    initialise(settings, password=PASSWORD)
    desk = open_desk(settings)
    bureau, school = _offices(desk)
    code = "BUREAU" + _COUNTY
    create_account(
        desk, LOCAL, CreateAccount(role=Role.BUREAU, org_code=code, login=LOGIN, password=PASSWORD)
    )
    _people(desk, school)
    with desk.reading() as work:
        from sqlalchemy import select

        from core.model import AccountRole

        account = work.session.scalars(
            select(AccountRole.account_id).where(AccountRole.org_id == bureau)
        ).one()
    return desk, Actor(account, "", Role.BUREAU, "经办人", _COUNTY, bureau, _NAME)


def _offices(desk: Desk) -> tuple[int, int]:
    from core.model import Org

    with desk.writing() as work:
        made = [
            Org(
                kind=kind, name=name, code=kind.upper() + _COUNTY, region_code=_COUNTY, pinyin="", initials=""
            )
            for kind, name in (("bureau", _NAME), ("employer", "汝阳县实验学校"))
        ]
        work.session.add_all(made)
        work.session.flush()
        ids = made[0].id, made[1].id
        work.commit()
    return ids


def _people(desk: Desk, school: int) -> None:
    from sqlalchemy import func, insert, select

    from core.model import Account, Declaration, Person

    with desk.writing() as work:
        session, now = work.session, work.clock.now()
        first = (session.scalar(select(func.max(Account.id))) or 0) + 1
        numbers = range(1, PEOPLE + 1)
        sealed = work.vault.seal("410099198503070011")
        session.execute(
            insert(Account),
            [
                {
                    "id": first + n,
                    "login_digest": work.vault.digest("login", f"bench{n}"),
                    "login_sealed": sealed,
                    "password_hash": "!",
                    "created_at": now,
                }
                for n in numbers
            ],
        )
        session.execute(
            insert(Person),
            [
                {
                    "id": n,
                    "account_id": first + n,
                    "employer_id": school,
                    "region_code": _COUNTY,
                    "name": f"教师{n:05d}",
                    "pinyin": "jiaoshi",
                    "initials": "js",
                    "id_type": "身份证",
                    "id_number_sealed": sealed,
                    "id_number_digest": work.vault.digest("id_number", f"bench{n}"),
                    "gender": "男",
                    "birth_date": now.date(),
                    "title": "一级教师",
                }
                for n in numbers
            ],
        )
        session.execute(
            insert(Declaration),
            [
                {
                    "person_id": n,
                    "employer_id": school,
                    "region_code": _COUNTY,
                    "year": YEAR,
                    "subject": "公需课" if each == 0 else "专业课",
                    "form": "post_training",
                    "title": f"第{each}期培训班",
                    "claimed_halves": 60,
                    "recognised_halves": 60 - 20 * (n % 2),
                    "status": "approved",
                    "submitted_at": now,
                    "created_at": now,
                    "updated_at": now,
                }
                for n in numbers
                for each in range(EACH)
            ],
        )
        work.commit()
