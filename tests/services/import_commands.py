"""How the use cases of imports and of 公需课 providers are called by whoever may not."""

from __future__ import annotations

from collections.abc import Mapping

from core.model import Job
from core.rules.imports import ImportKind
from core.rules.roles import Actor
from core.schema.base import Command, Nothing, Number
from core.schema.imports import (
    CheckImport,
    ExportProblems,
    ImportKey,
    ImportTemplate,
    ProblemQuery,
    StoreImport,
)
from core.schema.providers import ProviderProblemQuery, SaveProvider, TakeProviderFile
from core.services.import_jobs import CHECK_JOB
from core.services.jobs import start_job
from core.services.provider_intake import FILE_JOB
from tests.services.hall import Hall
from tests.worlds import World

IMPORT_SAMPLES: Mapping[str, Command] = {
    "import_template": ImportTemplate(kind=ImportKind.PERSONS),
    "check_import": CheckImport(kind=ImportKind.PERSONS, path="persons.csv"),
    "store_import": StoreImport(job_id=1),
    "import_view": ImportKey(job_id=1),
    "import_page": Nothing(),
    "import_problems": ProblemQuery(job_id=1),
    "export_problems": ExportProblems(job_id=1),
    "provider_page": Nothing(),
    "save_provider": SaveProvider(code="HNXH", name="学会", public_key=""),
    "take_provider_file": TakeProviderFile(path="batch.gx"),
    "provider_file_view": Number(value=1),
    "provider_file_page": Nothing(),
    "provider_problems": ProviderProblemQuery(job_id=1),
}


def foreign_imports(hall: Hall) -> dict[tuple[str, str], Command]:
    """An import of the garden firm, and a provider's file, which are no business of a county's bureau."""
    world = hall.world
    checked = enter_import(world, world.office(world.garden))
    taken = enter_provider_file(world, world.office(world.province_bureau))
    return {
        ("store_import", "import"): StoreImport(job_id=checked),
        ("import_view", "import"): ImportKey(job_id=checked),
        ("import_problems", "import"): ProblemQuery(job_id=checked),
        ("export_problems", "import"): ExportProblems(job_id=checked),
        ("save_provider", "provider"): SaveProvider(code="HNXH", name="学会", public_key=""),
        ("take_provider_file", "provider"): TakeProviderFile(path="batch.gx"),
        ("provider_page", "provider"): Nothing(),
        ("provider_file_page", "provider"): Nothing(),
        ("provider_file_view", "file"): Number(value=taken),
        ("provider_problems", "file"): ProviderProblemQuery(job_id=taken),
    }


def enter_import(world: World, office: Actor) -> int:
    """A check of an office that was done, with one good row."""
    asked: dict[str, object] = {"kind": "persons", "file": "人员.csv", "token": "0" * 80, "parts": 1}
    with world.store.writing() as work:
        job = start_job(work, office, CHECK_JOB, "检查人员 人员.csv", asked, total=1)
        job.state, job.done, job.ended_at = "done", 1, work.clock.now()
        job.outcome = {"可导入": 1, "有错": 0, "_counts": [0]}
        work.commit()
        return job.id


def enter_provider_file(world: World, office: Actor) -> int:
    """A file of a provider that was taken in."""
    asked: dict[str, object] = {"token": "0" * 80, "parts": 1, "provider": 1, "code": "HNXH", "name": "学会"}
    asked |= {"sha256": "0" * 64, "serial": "1", "file": "batch.gx"}
    with world.store.writing() as work:
        job: Job = start_job(work, office, FILE_JOB, "收公需课文件 学会 1", asked, total=1)
        job.state, job.done, job.ended_at = "done", 1, work.clock.now()
        work.commit()
        return job.id
