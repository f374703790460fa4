"""The part of a life in which files are brought in: staff of the firm, and the hours of a provider."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from core.rules.imports import ImportKind
from core.schema.imports import CheckImport, StoreImport
from core.schema.providers import SaveProvider, TakeProviderFile
from core.services.jobs import JobRunner
from tests.services.front_door import NUMBER
from tests.services.importing import table
from tests.signed_files import Signer
from tests.worlds import id_number

if TYPE_CHECKING:
    from tests.services.life import Life, Step

PATIENCE = 60.0


def import_steps(life: Life) -> Iterator[Step]:
    """After the firm and the person are there."""
    firm, province = life.made["firm"], life.world.office(life.world.province_bureau)
    rows = [{"姓名": "周小川", "证件号": id_number(481)}, {"姓名": "张三", "证件号": NUMBER}]
    path = table(ImportKind.PERSONS, rows, life.folder)
    check = CheckImport(kind=ImportKind.PERSONS, path=str(path))
    yield _waited(life, life.does("check_import", "checked", lambda: check, firm))

    def store() -> StoreImport:
        return StoreImport(job_id=life.made["checked"].job.id, good_only=True)

    yield _waited(life, life.does("store_import", "brought_in", store, firm))
    signer = Signer()
    provider = SaveProvider(code=signer.code, name="继续教育学会", public_key=signer.public_key)
    yield life.does("save_provider", "provider", lambda: provider, province)
    course = (NUMBER, "张三", 2026, "公需科目", "GX-1", "2", "2026-07-10")
    unknown = (id_number(482), "无人", 2026, "公需科目", "GX-1", "2", "2026-07-10")
    file = TakeProviderFile(path=str(signer.write(life.folder / "batch.gx", course, unknown)))
    yield _waited(life, life.does("take_provider_file", "taken", lambda: file, province))


def _waited(life: Life, step: Step) -> Step:
    """The same, until what it has set going has ended."""
    name, call = step

    def waited() -> None:
        call()
        assert JobRunner.of(life.desk).wait(PATIENCE)

    return name, waited
