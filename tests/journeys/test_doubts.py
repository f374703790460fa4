"""E8 by keys alone: a scan saved again by another is flagged, left out of a batch, and leads to the other record."""

from __future__ import annotations

from core.rules.roles import Guest, Role
from core.schema.declarations import AddEvidence, EvidenceRef, SaveDeclaration
from core.schema.sign_in import SignIn
from core.services.declarations import submit_declaration
from core.services.desk import Desk
from core.services.evidence import add_evidence
from core.services.sign_in import sign_in
from tests.journeys.steps import PASSWORD, PERSON, PERSON_NAME, WAITING, Installation
from tests.scans import AGAIN, certificate, jpeg
from tests.worlds import training


def test_a_scan_saved_again_leads_to_the_other_record(home: Installation) -> None:
    paper = certificate(PERSON_NAME, "20260001")
    (home.scans / "原件.jpg").write_bytes(jpeg(paper))
    (home.scans / "再存.jpg").write_bytes(AGAIN["half as large"](paper))
    with home.sit_down() as employer:
        employer.sign_in(Role.EMPLOYER)
        employer.type(":", "zh", "Enter")
        employer.pass_one("王五")
    desk = home.desk()
    try:
        first = sent(desk, home, PERSON, "原件.jpg")
        second = sent(desk, home, WAITING, "再存.jpg")
    finally:
        desk.close()
    with home.sit_down() as reviewer:
        reviewer.sign_in(Role.EMPLOYER)
        reviewer.type(":", "sh", "Enter")
        reviewer.see(PERSON_NAME, "疑点", f"附件与另一人的申报 {second} 疑似同一扫描件", "(D 查看)")
        reviewer.calm()
        reviewer.type("d")
        reviewer.see(f"申报详细 #{second}", "王五", "再存.jpg")
        reviewer.type("Esc")
        reviewer.see("学时初审", PERSON_NAME)
        reviewer.type("l")
        reviewer.see("空格 选中")
        reviewer.type(" ", "Down", "g")
        reviewer.see("已选中 2 条")
        reviewer.type("F9")
        reviewer.see("选中 2 条，将通过 0 条，留下 2 条", f"留下  {PERSON_NAME}", "留下  王五")
        reviewer.calm()
        reviewer.type("F9")
        reviewer.see("通过 0 条，留下 2 条", "有疑点的不能批量通过")
    assert first != second


def sent(desk: Desk, home: Installation, login: str, file_name: str) -> int:
    """A declaration of this person with this scan."""
    person = desk.do(sign_in, Guest(), SignIn(role=Role.PERSON, login=login, password=PASSWORD)).actor
    kept = desk.do(add_evidence, person, AddEvidence(path=str(home.scans / file_name)))
    ref = EvidenceRef(sha256=kept.sha256, file_name=kept.file_name, caption="结业证书")
    command = SaveDeclaration(form="post_training", values=training(), evidence=(ref,))
    return desk.do(submit_declaration, person, command).id
