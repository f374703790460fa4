"""What waits and was told in the demonstration besides declarations: changes of people, records, messages."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from core.rules.faces import FacesSeen, judged
from core.rules.identity_change import IdentityPicture
from core.rules.position import series_value
from core.rules.roles import Actor
from core.schema.changes import SubmitIdentity, SubmitPosition, SubmitTransfer
from core.schema.declarations import AddEvidence, EvidenceRef, EvidenceView
from core.schema.messages import Remind
from core.schema.person_records import SaveRecord
from core.schema.review import Decide, Subject, Verdict
from core.services.demo_people import DemoPerson, make_person
from core.services.demo_scans import draw_card, draw_portrait, draw_scan
from core.services.desk import Desk
from core.services.evidence import add_evidence, add_identity_picture
from core.services.identities import FaceDesk, submit_identity
from core.services.person_records import save_record
from core.services.positions import submit_position
from core.services.reminders import remind
from core.services.review import decide
from core.services.setup import LOCAL
from core.services.transfers import submit_transfer

NEWCOMER, PROMOTED, MISSPELT = "宋佳宁", "何文博", "赵雨桐"
"""Who moves to another school, who has a new position, whose name was registered with a wrong character."""
CORRECTED = "赵雨彤"
NEWCOMER_SERIAL, _PROMOTED_SERIAL, _MISSPELT_SERIAL = 801, 803, 804
_COUNTY = "410326"
SetClock = Callable[[datetime], None]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who acts: the sample person with the office of their employer, the school, and the school left behind."""

    sample: Actor
    employer: Actor
    school: Actor
    former_school: int


def make_changes(desk: Desk, cast: Cast, password_hash: str, start: datetime, set_clock: SetClock) -> None:
    """Records, a position in force, a reminder to everybody whose year lacks hours, and one change of each kind."""
    with tempfile.TemporaryDirectory() as folder:
        bring = _Bringing(desk, Path(folder))
        set_clock(start - timedelta(days=20))
        _sample_records(desk, cast, bring)
        set_clock(start - timedelta(days=18))
        _position_in_force(desk, cast, bring)
        set_clock(start - timedelta(days=3))
        _waiting(desk, cast, bring, password_hash)
    set_clock(start - timedelta(days=1))
    remind(desk, LOCAL, Remind(year=start.year))


@dataclass(frozen=True, slots=True)
class _Bringing:
    """Pictures brought in from files, as the screens do it."""

    desk: Desk
    folder: Path

    def scan(self, person: Actor, name: str, *lines: str, seed: int) -> EvidenceRef:
        return self._brought(person, name, draw_scan(name, lines, seed), add_evidence)

    def proof(self, person: Actor, name: str, content: bytes) -> EvidenceRef:
        return self._brought(person, name, content, add_identity_picture)

    def _brought(
        self, person: Actor, name: str, content: bytes, take: Callable[..., EvidenceView]
    ) -> EvidenceRef:
        path = self.folder / f"{name}.jpg"
        path.write_bytes(content)
        kept = take(self.desk, person, AddEvidence(path=str(path)))
        return EvidenceRef(sha256=kept.sha256, file_name=kept.file_name, caption=name)


def _sample_records(desk: Desk, cast: Cast, bring: _Bringing) -> None:
    me = cast.sample
    education = SaveRecord(
        kind="education",
        values={
            "education": "大学本科",
            "degree": "学士",
            "school": "河南师范大学",
            "major": "数学类",
            "enrolled_on": "2004-09-01",
            "graduated_on": "2008-07-01",
            "certificate": "104761200805000001",
            "study_mode": "全日制",
        },
        evidence=(bring.scan(me, "毕业证书", "张三  数学类  本科", "河南师范大学", seed=8001),),
    )
    qualification = SaveRecord(
        kind="qualification",
        values={
            "qualification": "教师资格",
            "level": "初级中学",
            "speciality": "数学",
            "obtained_on": "2008-09-01",
            "certificate": "20084100931000001",
            "issuer": "洛阳市教育局",
        },
        evidence=(bring.scan(me, "教师资格证书", "张三  初级中学  数学", "洛阳市教育局", seed=8002),),
    )
    with desk.writing() as work:
        for entry in (education, qualification):
            save_record(work, me, entry)
        work.commit()


def _position_in_force(desk: Desk, cast: Cast, bring: _Bringing) -> None:
    me = cast.sample
    command = _position("一级教师", "4120150013109", "2015-04-01", bring, me)
    with desk.writing() as work:
        view = submit_position(work, me, command)
        approval = Decide(subject=Subject.POSITION, id=view.id, version=view.version, verdict=Verdict.APPROVE)
        decide(work, cast.employer, approval)
        work.commit()


def _position(title: str, number: str, passed_on: str, bring: _Bringing, person: Actor) -> SubmitPosition:
    series = "中小学教师"
    scan = bring.scan(person, "职称证书", f"{person.name}  {series}  {title}", number, seed=int(number[-4:]))
    return SubmitPosition(
        values={
            "certificate_number": number,
            "series": series_value(series, title),
            "major": "初中数学",
            "title": title,
            "passed_on": passed_on,
            "appointed_on": "",
        },
        evidence=(scan,),
    )


def _waiting(desk: Desk, cast: Cast, bring: _Bringing, password_hash: str) -> None:
    """One change of each kind, each asked for by somebody who has nothing else under review."""
    school, employer = cast.school.org_id, cast.employer.org_id
    assert school is not None and employer is not None
    with desk.writing() as work:
        newcomer = make_person(work, NEWCOMER_SERIAL, cast.former_school, password_hash, name=NEWCOMER)
        promoted = make_person(work, _PROMOTED_SERIAL, employer, password_hash, name=PROMOTED)
        misspelt = make_person(work, _MISSPELT_SERIAL, school, password_hash, name=MISSPELT)
        work.commit()
    moves = SubmitTransfer(values={"region": _COUNTY, "reason": "随家庭迁居汝阳县"}, employer_id=school)
    position = _position("高级教师", "4120260013117", "2026-10-30", bring, promoted.actor)
    with desk.writing() as work:
        submit_transfer(work, newcomer.actor, moves)
        submit_position(work, promoted.actor, position)
        work.commit()
    _correct_name(desk, bring, misspelt)


def _correct_name(desk: Desk, bring: _Bringing, misspelt: DemoPerson) -> None:
    """The pictures are drawn, so the comparison finds no face: that is said without making it, as it may take a
    second or be missing here, and the demonstration is the same everywhere."""
    pictures = {
        IdentityPicture.FRONT: draw_card(CORRECTED, misspelt.id_number),
        IdentityPicture.BACK: draw_scan(
            "居民身份证", ("签发机关  演示", "有效期限  2020.01.01-2040.01.01"), 8003
        ),
        IdentityPicture.PORTRAIT: draw_portrait(),
    }
    refs = {each: bring.proof(misspelt.actor, each.label, content) for each, content in pictures.items()}
    nobody_found = judged(FacesSeen((), (), None))
    aside = Desk(desk.store, passwords=desk.passwords)
    FaceDesk(lambda card, portrait, limits: nobody_found).stand_on(aside)
    command = SubmitIdentity(
        values={"name": CORRECTED, "id_number": misspelt.id_number},
        front=refs[IdentityPicture.FRONT],
        back=refs[IdentityPicture.BACK],
        portrait=refs[IdentityPicture.PORTRAIT],
    )
    submit_identity(aside, misspelt.actor, command)
