"""The demonstration's provider of 公需课, and files to bring in: staff, hours with mistakes, a signed batch."""

from __future__ import annotations

import base64
from pathlib import Path

from sqlalchemy import select

from core.model import Person
from core.rules.imports import SHEETS, ImportKind
from core.rules.provider_files import ProviderHeader, lay_out, with_signature
from core.rules.reference import PROVINCE
from core.rules.roles import Actor
from core.schema.providers import SaveProvider
from core.services.demo_names import resident_number
from core.services.desk import Desk
from core.services.providers import save_provider

PROVIDER, PROVIDER_NAME = "HNXH", "河南省继续教育学会"
FOLDER = "samples"
_STAFF = 5
_FIRST_NEW = 9_001


def make_imports(desk: Desk, province: Actor, school: Actor) -> None:
    """Register a provider, and write a file of each kind into the folder `samples` of the data folder."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    assert province.region_code == PROVINCE
    # The key of nobody: it follows from its code, so that anyone can sign for the demonstration.
    key = Ed25519PrivateKey.from_private_bytes(PROVIDER.encode().ljust(32, b"."))
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    with desk.writing() as work:
        save_provider(work, province, SaveProvider(code=PROVIDER, name=PROVIDER_NAME, public_key=public))
        query = select(Person).where(Person.employer_id == school.org_id).order_by(Person.id).limit(_STAFF)
        staff = [(row.name, work.vault.open(row.id_number_sealed)) for row in work.session.scalars(query)]
        work.commit()
    folder = desk.settings.data_dir / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    new = [
        (name, resident_number(_FIRST_NEW + at, at % 2 == 0)) for at, name in enumerate(("孙小梅", "周文博"))
    ]
    _table(folder / "人员.xlsx", ImportKind.PERSONS, [*new, ("吴", new[0][1])])
    _table(folder / "学时.xlsx", ImportKind.HOURS, [*staff, new[0]])
    rows = [(number, name, 2026, "2026年公需科目", "GX2026-01", "24", "2026-07-10") for name, number in staff]
    rows.append((new[0][1], new[0][0], 2026, "2026年公需科目", "GX2026-01", "24", "2026-07-10"))
    signed = lay_out(ProviderHeader(PROVIDER, "2026-001", len(rows)), rows)
    (folder / "公需课.gx").write_bytes(with_signature(signed, key.sign(signed)))


def _table(path: Path, kind: ImportKind, people: list[tuple[str, str]]) -> None:
    """A sheet of these people, with a mistake or two among them."""
    import xlsxwriter

    columns = SHEETS[kind].columns
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet(SHEETS[kind].label)
        for at, column in enumerate(columns):
            sheet.write_string(0, at, column.label + ("*" if column.required else ""))
        for line, (name, number) in enumerate(people, 1):
            typed = {"name": name, "id_number": number}
            if kind is ImportKind.HOURS:
                typed |= {column.key: column.example for column in columns if column.key not in typed}
                typed["claimed_hours"] = "40学时" if line == 1 else "80" if line == 2 else "40"
            else:
                typed |= {"ethnic_group": "汉族", "mobile": "1990000" if line == 2 else "19900000901"}
            for at, column in enumerate(columns):
                sheet.write_string(line, at, typed.get(column.key, ""))
