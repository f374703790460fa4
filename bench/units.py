"""The popup 所在单位: a search among 200,000 employers through the use case, beside the bare SQL.

The bare SQL is what the use case itself sends, caught on its way and sent again through sqlite3.
"""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

from bench.ground import Ground
from bench.results import Row, Unit, each_timed, in_turn
from bench.sql import selects_of, send

if TYPE_CHECKING:
    from core.schema.employers import FindEmployers
    from core.services.desk import Desk
    from core.store.work import UnitOfWork

EMPLOYERS = 200_000
SEED = 20261121
WAYS = ("initials", "pinyin", "characters")
_TERMS = 40
_STEMS = "宏达华瑞鑫源盛泰恒通安康白云东方中原黄河嵩山龙门牡丹金穗银新时代阳光朝文昌育才明德博雅启航远景百合青松翠柏"
_KINDS = (
    "第一初级中学", "第二初级中学", "实验小学", "中心小学", "高级中学", "职业技术学校", "人民医院", "中医院",
    "妇幼保健院", "社区卫生服务中心", "乡镇卫生院", "建筑工程有限公司", "园林工程有限公司", "农业科技有限公司",
    "机械制造有限公司", "信息技术有限公司", "环境监测站", "农业技术推广站", "水利工程管理处", "文化馆", "图书馆",
    "档案馆", "勘察设计院", "规划设计研究院", "检验检测中心", "食品有限公司", "制药有限公司", "化工有限公司",
)  # fmt: skip


def measure(ground: Ground) -> list[Row]:
    """One row a way of typing; the search is over the whole province, no region chosen."""
    desk, file = _installation(ground.folder / "units")
    try:
        return [_row(desk, file, way, ground.rounds(100, 50)) for way in WAYS]
    finally:
        desk.close()


def _row(desk: Desk, file: Path, way: str, rounds: int) -> Row:
    from core.rules.roles import Guest
    from core.schema.employers import FindEmployers
    from core.services.employers import find_employers

    commands = [FindEmployers(text=text) for text in _typed(file, way)]
    guest = Guest()
    with sqlite3.connect(file, isolation_level=None) as bare:
        bare.execute("pragma cache_size=-16384")
        searches = [partial(desk.do, find_employers, guest, command) for command in commands]
        sql = [
            partial(send, bare, selects_of(desk, partial(_search, command=command))) for command in commands
        ]
        ours, beside = in_turn(rounds, lambda: each_timed(searches), lambda: each_timed(sql))
    bare.close()
    return Row(
        f"units: search by {way} among {EMPLOYERS:,}",
        Unit.MICROSECONDS,
        ours.scaled(1e6),
        "the same statements through sqlite3, fetchall included",
        beside.scaled(1e6),
        3.0,
    )


def _search(work: UnitOfWork, command: FindEmployers) -> None:
    from core.rules.roles import Guest
    from core.services.employers import find_employers

    find_employers(work, Guest(), command)


def _typed(file: Path, way: str) -> list[str]:
    """What somebody types who looks for one of the employers: some letters or characters of its name."""
    chance = random.Random(f"{SEED}{way}")
    with sqlite3.connect(file) as connection:
        found = [
            connection.execute(
                "select name, pinyin, initials from org where id >= ? limit 1",
                (chance.randrange(1, EMPLOYERS),),
            ).fetchone()
            for _ in range(_TERMS)
        ]
    connection.close()
    pieces: dict[str, Callable[[str, str, str], str]] = {
        "initials": lambda name, pinyin, initials: initials[: chance.randint(2, 6)],
        "pinyin": lambda name, pinyin, initials: pinyin[: chance.randint(5, 14)],
        "characters": lambda name, pinyin, initials: _inside(name, chance),
    }
    return [pieces[way](*row) for row in found]


def _inside(name: str, chance: random.Random) -> str:
    length = chance.randint(2, 4)
    at = chance.randint(0, len(name) - length)
    return name[at : at + length]


# ------------------------------------------------------------------------------------- the 200,000


def _installation(folder: Path) -> tuple[Desk, Path]:
    """An installation with the real schema and many employers."""
    from core.services.desk import Desk
    from core.services.settings import read_settings
    from core.services.setup import fill_regions
    from core.store.store import create_store

    file = folder / "units.sqlite3"
    settings = read_settings({"data_dir": folder, "database_url": f"sqlite:///{file}", "captcha": False})
    store = create_store(settings)
    with store.writing() as work:
        fill_regions(work)
        work.commit()
    _fill(file)
    return Desk(store), file


def _fill(file: Path) -> None:
    from core.store.names import pieces

    with sqlite3.connect(file, isolation_level=None) as connection:
        connection.execute("pragma synchronous=OFF")
        connection.execute("pragma cache_size=-200000")
        connection.execute("begin")
        connection.executemany(
            "insert into org (id, kind, name, code, nature, region_code, pinyin, initials, "
            "accepts_registrations, contact_name, address, active, version) "
            "values (?, 'employer', ?, ?, '', ?, ?, ?, 1, '', '', 1, 1)",
            _employers(),
        )
        # In the order of the key: a table without row ids is written much faster so.
        connection.execute("create temp table heap (gram text, region_code text, org_id integer)")
        named = connection.execute("select id, region_code, name from org")
        connection.executemany(
            "insert into heap values (?, ?, ?)",
            ((piece, region, number) for number, region, name in named for piece in pieces(name)),
        )
        connection.execute("insert into org_gram select * from heap order by gram, region_code, org_id")
        connection.execute("drop table heap")
        connection.execute("commit")
        connection.execute("pragma wal_checkpoint(truncate)")
    connection.close()


def _employers() -> Iterator[tuple[int, str, str, str, str, str]]:
    """Rows of (id, name, code, region, pinyin, initials); the same in every run."""
    from core.rules import reference

    chance = random.Random(SEED)
    regions = [region for region in reference.regions() if not region.code.endswith("00")]
    for number in range(1, EMPLOYERS + 1):
        region = chance.choice(regions)
        parts = (region.name, chance.choice(_STEMS), chance.choice(_STEMS), chance.choice(_KINDS))
        spelled = [_spelled(part) for part in parts]
        yield (
            number,
            "".join(parts),
            f"9141{number:014d}",
            region.code,
            "".join(pinyin for pinyin, _ in spelled),
            "".join(initials for _, initials in spelled),
        )


@cache
def _spelled(part: str) -> tuple[str, str]:
    from core.store.names import spell_words

    return spell_words(part)
