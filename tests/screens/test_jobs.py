"""后台任务 by keys: the list with its bars, the popup of one job, cancel and resume; no timer while nothing runs."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator

import pytest

from core.model import Job
from core.rules.roles import Actor
from core.services.desk import Desk
from core.services.jobs import JobRunner, run_job
from core.store.work import UnitOfWork
from tests.screens.office import LARGE, Terminal, program
from tests.services.jobs_made_here import ON_THE_WAY, begun, kept, windows_are_a_kind, written
from tests.worlds import World
from tui import watching
from tui.widgets.progress_bar import Progress, bar_text, progress_words

PATIENCE = 30.0


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    with windows_are_a_kind():
        yield


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "EVERY", 0.01)


@pytest.fixture
def bureau(world: World) -> Actor:
    return world.office(world.county_bureau)


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    """Parts wait here until it is set."""
    gate = threading.Event()

    def wait(work: UnitOfWork, job: Job) -> None:
        if job.done > 3:
            gate.wait(PATIENCE)

    ON_THE_WAY.append(wait)
    yield gate
    gate.set()


async def come_to(at: Terminal, text: str) -> None:
    await at.until(lambda: text in at.text)


def polls() -> list[str]:
    return [task.get_name() for task in asyncio.all_tasks() if task.get_name() == "polling"]


async def test_a_job_is_followed_on_the_list_to_its_end(
    desk: Desk, world: World, bureau: Actor, gate: threading.Event
) -> None:
    job = begun(world, bureau)
    JobRunner.of(desk).hand_over(job)
    async with program(desk, bureau, "jobs") as at:
        await come_to(at, "30%")
        assert "进行中" in at.text
        gate.set()
        await come_to(at, "已完成")
        assert "[##########] 100%" in at.text and "写入 10" in at.text


async def test_nothing_is_asked_any_more_once_no_job_runs(desk: Desk, world: World, bureau: Actor) -> None:
    run_job(desk, begun(world, bureau))
    async with program(desk, bureau, "jobs") as at:
        assert "已完成" in at.text and polls() == []


async def test_the_popup_follows_a_job_and_tells_its_outcome(
    desk: Desk, world: World, bureau: Actor, gate: threading.Event
) -> None:
    job = begun(world, bureau)
    JobRunner.of(desk).hand_over(job)
    async with program(desk, bureau, "jobs") as at:
        await come_to(at, "30%")
        await at.press("enter")
        await come_to(at, "3 / 10 行")
        gate.set()
        await come_to(at, "结果：写入 10")
        assert "_last" not in at.text and at.widest <= 80
        await at.press("escape")
        assert "结果：" not in at.text


async def test_a_running_job_is_cancelled_after_its_part(
    desk: Desk, world: World, bureau: Actor, gate: threading.Event
) -> None:
    job = begun(world, bureau)
    JobRunner.of(desk).hand_over(job)
    async with program(desk, bureau, "jobs") as at:
        await come_to(at, "30%")
        await at.press("c")
        assert "取消“打开 10 个年度”？" in at.text
        threading.Timer(0.05, gate.set).start()
        await at.press("1")
        await come_to(at, "已取消")
        assert len(written(desk.store)) < 10


async def test_a_job_that_broke_off_goes_on_from_the_list(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    run_job(desk, job, stop=lambda: len(written(desk.store)) >= 3)
    async with program(desk, bureau, "jobs") as at:
        assert "已中断" in at.text
        await at.press("r")
        await come_to(at, "已完成")
        assert len(written(desk.store)) == 10


async def test_a_job_that_broke_off_goes_on_from_its_popup(desk: Desk, world: World, bureau: Actor) -> None:
    job = begun(world, bureau)
    run_job(desk, job, stop=lambda: len(written(desk.store)) >= 3)
    async with program(desk, bureau, "jobs", size=LARGE) as at:
        await at.press("enter")
        assert "按 R 从停下的地方继续" in at.text
        await at.press("f8")
        await come_to(at, "结果：写入 10")
        assert kept(desk.store, job).state == "done"


async def test_what_has_ended_is_neither_cancelled_nor_resumed(
    desk: Desk, world: World, bureau: Actor
) -> None:
    run_job(desk, begun(world, bureau))
    async with program(desk, bureau, "jobs") as at:
        await at.press("c")
        assert "这项后台任务已经结束，不能取消" in at.text
        await at.press("r")
        assert "这项后台任务已经结束，不能继续" in at.text
        await at.press("enter", "c")
        assert "这项任务已完成，不能取消" in at.text


async def test_an_office_without_jobs_is_told_so(desk: Desk, bureau: Actor) -> None:
    async with program(desk, bureau, "jobs") as at:
        assert "没有后台任务" in at.text
        await at.press("enter")
        assert "找不到这条记录" in at.text


@pytest.mark.parametrize(
    ("progress", "bar", "words"),
    [
        (Progress(0, 0), "[...............]   ? ", "0 行"),
        (
            Progress(5000, 10000, 812.4, 7, "人"),
            "[#######........]  50%",
            "5,000 / 10,000 人   812 人/秒   还要 7 秒",
        ),
        (
            Progress(9999, 10000, 2.34, 3725),
            "[##############.]  99%",
            "9,999 / 10,000 行   2.3 行/秒   还要 1 小时 2 分",
        ),
        (Progress(3, 3), "[###############] 100%", "3 / 3 行"),
    ],
)
def test_a_bar_is_as_wide_as_it_was_told_and_full_only_at_the_end(
    progress: Progress, bar: str, words: str
) -> None:
    assert (bar_text(progress, 22), progress_words(progress)) == (bar, words)
