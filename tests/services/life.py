"""A life of many steps, each a change of state: from a registration to a revoked certificate and the way out."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from sqlalchemy import select

from core.model import AccountRole, Outbox
from core.rules.roles import Role
from core.schema.accounts import CreateAccount
from core.schema.annual import ChangeYear, RecogniseYear
from core.schema.base import Nothing
from core.schema.certificates import PrintCertificate, RegisterQuery, RevokeCertificate
from core.schema.changes import ChangeKey, SubmitIdentity, SubmitPosition
from core.schema.declarations import AddArchive, AddEvidence, DeclarationKey, EvidenceRef, SaveDeclaration
from core.schema.employers import ImportPublicHours, ImportUnits
from core.schema.messages import Remind
from core.schema.passwords import ChangePassword, ForgottenPassword, ResetPassword
from core.schema.person_records import EditProfile, RecordKey, SaveRecord
from core.schema.registration import Register, ResubmitRegistration, WithdrawRegistration
from core.schema.review import Decide, DecideMany, Subject, UndoDecision, Verdict
from core.schema.sign_in import SignIn, SwitchRole
from core.schema.staff import StaffKey
from core.services.certificates import register_page
from core.services.desk import Desk, all_use_cases
from core.services.post import PromptPost
from core.services.profile import profile_view
from core.store.seal import create_seal
from core.store.store import Store
from tests.rules.record_samples import SAMPLES
from tests.services.front_door import GUEST, NUMBER, PASSWORD, cheap_desk, typed_form
from tests.services.hall import ISSUER, PASSED, operator, pass_year
from tests.services.life_accounts import account_steps
from tests.services.life_counted import counted_steps
from tests.services.life_imports import import_steps
from tests.services.life_offices import office_steps
from tests.services.life_teaching import teaching_steps
from tests.services.life_units import unit_steps
from tests.services.life_years import year_steps
from tests.services.moving import PROFESSOR, key, moves_to, said
from tests.services.office_life import operator_steps
from tests.services.proofs import FIELDS as PROOFS
from tests.services.proofs import HERS, proofs, without_faces
from tests.worlds import World, build_world, picture, training

MOBILE, EMAIL = "19900000001", "zhangsan@example.cn"
OTHER_MOBILE = "19900000002"
REASON = f"材料不清，证件号 {NUMBER} 与扫描件不符"
Step = tuple[str, Callable[[], object]]


@dataclass
class Life:
    """What has come of it so far, by the name of what it is."""

    world: World
    desk: Desk
    folder: Path
    made: dict[str, Any] = field(default_factory=dict)

    def steps(self) -> Iterator[Step]:
        """The use case that is called and the call, in turn; a call may be tried again where it failed."""
        yield from self._registration()
        yield from office_steps(self)
        yield from teaching_steps(self)
        yield from self._forgotten()
        yield from self._declaration()
        yield from self._refused_one()
        yield from self._told()
        yield from unit_steps(self)
        yield from import_steps(self)
        yield from self._changes()
        yield from self._profile()
        yield from self._records()
        yield from self._identity()
        yield from year_steps(self)
        yield from counted_steps(self)
        yield from account_steps(self)
        yield from self._way_out()

    def play(self) -> None:
        """All steps, one after the other."""
        for _, call in self.steps():
            call()

    def _registration(self) -> Iterator[Step]:
        garden = self.world.garden
        firm = self.made["firm"] = self.world.office(garden)
        form = typed_form(garden, region="410327")
        yield self.does("register", "registration", lambda: Register(values=form, employer_id=garden))
        yield self.does("withdraw_registration", "registration", lambda: self._proof(WithdrawRegistration))
        yield self.does("register", "registration", lambda: Register(values=form, employer_id=garden))
        yield self.does("decide", "registration", lambda: self._verdict(Verdict.REJECT, REASON), firm)
        again = {**form, "password": "", "password_again": "", "mobile": OTHER_MOBILE}
        yield self.does(
            "resubmit_registration",
            "registration",
            lambda: self._proof(ResubmitRegistration, values=again, employer_id=garden),
        )
        yield self.does("decide", "registration", lambda: self._verdict(Verdict.APPROVE), firm)

    def _forgotten(self) -> Iterator[Step]:
        """The new password is the old one again."""
        asked = ForgottenPassword(email=EMAIL, mobile=OTHER_MOBILE)
        yield self.does("forgotten_password", "asked", lambda: asked)
        yield self.does("reset_password", "reset", self._with_code)

    def _told(self) -> Iterator[Step]:
        person, boss = self.made["person"], operator(self.world)
        self.made["boss"] = boss
        for old, new in ((PASSWORD, "another-1"), ("another-1", PASSWORD)):
            change = ChangePassword(old=old, new=new, again=new)
            yield self.does("change_password", "changed", lambda change=change: change, person)  # type: ignore[misc]
        yield self.does("remind", "reminded", Remind, boss)
        yield from operator_steps(self)

    def _declaration(self) -> Iterator[Step]:
        firm, bureau = self.made["firm"], self.world.office(self.world.city_bureau)
        self.made["bureau"] = bureau
        yield self.does(
            "sign_in", "session", lambda: SignIn(role=Role.PERSON, login=NUMBER, password=PASSWORD)
        )
        person = self.made["person"] = self.made["session"].actor
        scan = picture(self.folder, f"{NUMBER}结业证书.png")
        yield self.does("add_evidence", "scan", lambda: AddEvidence(path=str(scan)), person)
        yield self.does("save_declaration", "claim", lambda: self._form("新课标培训班"), person)
        yield self.does("submit_declaration", "claim", lambda: self._form("新课标培训班", kept=True), person)
        yield self.does("withdraw_declaration", "claim", self._key, person)
        yield self.does("submit_declaration", "claim", lambda: self._form("新课标培训班", kept=True), person)
        self.world.wait(8)
        yield self.does("urge", "claim", self._key, person)
        yield self.does("decide", "claim", self._pass, firm)
        yield self.does("undo_decision", "claim", lambda: UndoDecision(**self._item()), firm)
        yield self.does("decide_many", "batch", self._batch, firm)
        self.made["claim"] = self.made["batch"].decided[0]
        yield self.does("decide", "claim", self._pass, bureau)

    def _refused_one(self) -> Iterator[Step]:
        firm, person = self.made["firm"], self.made["person"]
        yield self.does("submit_declaration", "claim", lambda: self._form("信息技术培训班"), person)
        refusal: dict[str, Any] = {"verdict": Verdict.REJECT, "opinion": REASON}
        yield self.does("decide", "claim", lambda: Decide(**self._item(), **refusal), firm)
        yield self.does("redeclare", "claim", self._key, person)
        yield self.does("delete_declaration", "gone", self._key, person)

    def _changes(self) -> Iterator[Step]:
        firm, person, school = self.made["firm"], self.made["person"], self.world.school
        held = SubmitPosition(values=PROFESSOR)
        yield self.does("submit_position", "change", lambda: held, person)
        yield self.does("withdraw_position", "change", self._change, person)
        yield self.does("submit_position", "change", lambda: held, person)
        yield self.does("decide", "change", lambda: self._on_change(Verdict.REJECT, REASON), firm)
        yield self.does("submit_position", "change", lambda: held, person)
        yield self.does("decide", "change", lambda: self._on_change(Verdict.APPROVE), firm)
        going = moves_to(school, reason=f"调动，电话 {OTHER_MOBILE}")
        yield self.does("submit_transfer", "change", lambda: going, person)
        yield self.does("withdraw_transfer", "change", self._change, person)

    def _profile(self) -> Iterator[Step]:
        person = self.made["person"]
        yield self.does("edit_profile", "profile", self._new_phone, person)
        values = SAMPLES["honour"]
        yield self.does("save_record", "record", lambda: SaveRecord(kind="honour", values=values), person)
        yield self.does("save_record", "record", self._mended_record, person)
        yield self.does("delete_record", "gone", lambda: RecordKey(**self._record()), person)

    def _records(self) -> Iterator[Step]:
        bureau, person, boss = self.made["bureau"], self.made["person"], self.made["boss"]
        hours = self.folder / "公需课.csv"
        hours.write_text(
            f"证件号,年度,课程名称,学时,完成日期\n{NUMBER},2026,数字经济,30,2026-03-01\n", encoding="utf-8"
        )
        yield self.does("import_public_hours", "hours", lambda: ImportPublicHours(path=str(hours)), boss)
        units = self.folder / "单位.csv"
        units.write_text(
            "名称,机构代码,单位类型,所属区域,上级机构代码,主管部门机构代码\n"
            "汝阳县第二实验小学,124103260000000212,用人单位,410326,,\n",
            encoding="utf-8",
        )
        yield self.does("import_units", "units", lambda: ImportUnits(path=str(units)), boss)
        new = CreateAccount(role=Role.OPERATOR, login="deputy", password=PASSWORD)
        yield self.does("create_account", "account", lambda: new, boss)
        closing = ChangeYear(year=2026, open=False, reason=f"有人来电 {OTHER_MOBILE} 问 {NUMBER}，按期截止")
        yield self.does("change_year", "year", lambda: closing, bureau)
        yield self.does(
            "recognise_year", "settled", lambda: RecogniseYear(year=2026, id_number=NUMBER), bureau
        )
        pass_year(self.world, person)
        yield self.does("print_certificate", "paper", lambda: PrintCertificate(years=(PASSED,)), person)
        yield self.does("print_certificate", "paper", lambda: PrintCertificate(years=(PASSED,)), person)
        (row,) = self.desk.do(register_page, bureau, RegisterQuery()).rows
        reason = f"{NUMBER} 信息有误，另见 {EMAIL}"
        wrong = RevokeCertificate(certificate_id=row.id, version=row.version, reason=reason)
        yield self.does("revoke_certificate", "revoked", lambda: wrong, bureau)

    def _identity(self) -> Iterator[Step]:
        """Asked for, taken back, asked for again and refused: the number stays what it was."""
        firm, person = self.made["firm"], self.made["person"]
        without_faces(self.desk)
        for side, content in zip(PROOFS, proofs(), strict=True):
            path = self.folder / f"{HERS}{side}.jpg"
            path.write_bytes(content)
            add = AddEvidence(path=str(path))
            yield self.does("add_identity_picture", side, lambda add=add: add, person)  # type: ignore[misc]
        yield self.does("submit_identity", "identity", self._new_number, person)
        yield self.does("withdraw_identity", "view", lambda: key(self.made["identity"].view), person)
        yield self.does("submit_identity", "identity", self._new_number, person)
        yield self.does("decide", "decided", self._refused_identity, firm)
        packed = self.folder / "材料.zip"
        with ZipFile(packed, "w") as archive:
            archive.write(picture(self.folder, f"{NUMBER}通知.png", 9), f"{NUMBER}通知.png")
        taken = AddArchive(path=str(packed), room=5)
        yield self.does("add_archive", "archive", lambda: taken, person)

    def _way_out(self) -> Iterator[Step]:
        person = self.made["person"]
        forgetful = StaffKey(person_id=self.world.person("李四", self.world.garden).person_id or 0)
        yield self.does("reset_staff_password", "reset", lambda: forgetful, self.made["firm"])
        with self.world.store.writing() as work:
            second = AccountRole(account_id=person.account_id, role="employer", org_id=self.world.garden)
            work.session.add(second)
            work.commit()
        yield self.does("switch_role", "session", lambda: SwitchRole(role=Role.EMPLOYER), person)
        yield self.does("sign_out", "left", Nothing, self.made["session"].actor)

    def fresh_path(self, suffix: str) -> Path:
        """Where a file can be made that isn't there yet."""
        return self.folder / f"{secrets.token_hex(4)}{suffix}"

    def does(self, name: str, what: str, command: Callable[[], object], caller: object = GUEST) -> Step:
        """The step that calls a use case and keeps its view under `what`."""

        def call() -> None:
            self.made[what] = self.desk.do(all_use_cases()[name], caller, command())  # type: ignore[arg-type]

        return name, call

    def _proof(self, kind: Callable[..., object], **more: object) -> object:
        view = self.made["registration"]
        who = {"id_number": NUMBER, "password": PASSWORD}
        return kind(registration_id=view.id, version=view.version, **who, **more)

    def _verdict(self, verdict: Verdict, opinion: str = "") -> Decide:
        view = self.made["registration"]
        what: dict[str, Any] = {"subject": Subject.REGISTRATION, "id": view.id, "version": view.version}
        return Decide(**what, verdict=verdict, opinion=opinion)

    def _change(self) -> ChangeKey:
        return key(self.made["change"])

    def _on_change(self, verdict: Verdict, opinion: str = "") -> Decide:
        return said(self.made["change"], verdict, opinion)

    def _refused_identity(self) -> Decide:
        return said(self.made["identity"].view, Verdict.REJECT, REASON)

    def _new_number(self) -> SubmitIdentity:
        pictures = {
            side: EvidenceRef(sha256=self.made[side].sha256, file_name=self.made[side].file_name)
            for side in PROOFS
        }
        return SubmitIdentity(values={"name": "张三", "id_number": HERS}, **pictures)

    def _new_phone(self) -> EditProfile:
        view = self.desk.do(profile_view, self.made["person"], Nothing())
        return EditProfile(version=view.version, values={**view.values, "phone": "0379-6000000"})

    def _record(self) -> dict[str, Any]:
        return {"record_id": self.made["record"].id, "version": self.made["record"].version}

    def _mended_record(self) -> SaveRecord:
        values = {**SAMPLES["honour"], "grantor": "河南省人民政府"}
        return SaveRecord(kind="honour", values=values, **self._record())

    def _with_code(self) -> ResetPassword:
        """With the code as it stands in the mail."""
        with self.world.store.reading() as work:
            newest = select(Outbox.body_sealed).order_by(Outbox.id.desc()).limit(1)
            body = work.vault.open(work.session.scalars(newest).one() or b"")
        code = body.partition("验证码：")[2][:8]
        return ResetPassword(email=EMAIL, mobile=OTHER_MOBILE, code=code, password=PASSWORD, again=PASSWORD)

    def _item(self) -> dict[str, Any]:
        return {"id": self.made["claim"].id, "version": self.made["claim"].version}

    def _key(self) -> DeclarationKey:
        return DeclarationKey(declaration_id=self.made["claim"].id, version=self.made["claim"].version)

    def _pass(self) -> Decide:
        return Decide(**self._item(), verdict=Verdict.APPROVE)

    def _batch(self) -> DecideMany:
        return DecideMany(items=((self.made["claim"].id, self.made["claim"].version),))

    def _form(self, class_name: str, *, kept: bool = False) -> SaveDeclaration:
        scan = self.made["scan"]
        key = {"declaration_id": self.made["claim"].id, "version": self.made["claim"].version} if kept else {}
        ref = EvidenceRef(sha256=scan.sha256, file_name=scan.file_name, caption="结业证书")
        return SaveDeclaration(
            form="post_training", values=training(class_name=class_name), evidence=(ref,), **key
        )


def begin_life(store: Store, folder: Path) -> Life:
    """The world in which it is played."""
    create_seal(store.settings.seal_dir, ISSUER)
    store.settings = store.settings.model_copy(update={"smtp_host": "127.0.0.1"})
    desk = cheap_desk(store)
    desk.shelf["prompt_post"] = _NoPost(desk)
    return Life(build_world(store), desk, folder)


class _NoPost(PromptPost):
    """Leaves the mails in the outbox, where a step may read them."""

    def hand_over(self, ids: Sequence[int]) -> None:
        pass
