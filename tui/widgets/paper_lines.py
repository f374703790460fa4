"""The answer of a certificate check in words: the verdict first, each check, then every fact that stands on paper."""

from __future__ import annotations

from collections.abc import Iterable

from core.rules.facts import CertificateFacts
from core.schema.certificates import CheckLine, CheckState, PaperCheck, PaperVerdict
from tui.look import Line, Look, Span, fit, line, wrapped

LABEL_CELLS = 14
MARKS = {CheckState.OK: "符合", CheckState.FAILED: "不符", CheckState.UNKNOWN: "未知"}
LOOKS = {CheckState.OK: Look.GOOD, CheckState.FAILED: Look.ERROR, CheckState.UNKNOWN: Look.WARN}
ADVICE = {
    PaperVerdict.VALID: "请核对纸面与下列各项是否逐字相同，不同的以下列为准",
    PaperVerdict.ALTERED: "这份文件签发后被改动过，不能采用；下列是签发时的内容",
    PaperVerdict.REVOKED: "这张证书已经作废，不能采用",
    PaperVerdict.REPLACED: "这张证书已换发新证，请查验新证书",
    PaperVerdict.FOREIGN: "不是本平台的密钥签发的，不能采用",
    PaperVerdict.UNREADABLE: "读不出证书内容，请换一份文件或重新扫描",
}


def look_of(verdict: PaperVerdict) -> Look:
    """Green for what holds, red for the rest; the words say it as well."""
    return Look.GOOD if verdict is PaperVerdict.VALID else Look.ERROR


def check_lines(check: PaperCheck, cells: int, source: str = "") -> list[Line]:
    """Everything about one certificate, folded into `cells`."""
    out: list[Line] = [
        line(Span(f"  {check.verdict.label}", look_of(check.verdict)), Span(f"   {source}", Look.HINT))
    ]
    out += [line(Span("  " + part)) for part in wrapped(ADVICE[check.verdict], cells - 3)]
    out.append(())
    for each in check.lines:
        out += _check(each, cells)
    if check.facts is None:
        return [*out, (), line(Span("  没有可信的证书内容可以显示", Look.HINT))]
    out.append(())
    for label, text in fact_lines(check.facts, check.check_code):
        out += _entry(label, text, cells)
    return out


def fact_lines(facts: CertificateFacts, check_code: str) -> Iterable[tuple[str, str]]:
    """Every fact of the paper, as (label, text)."""
    yield "证书编号", facts.number
    if check_code:
        yield "校验码", check_code
    yield "姓名", facts.name
    yield "性别", facts.gender
    yield "证件号", facts.id_number
    yield "工作单位", facts.employer
    yield "专业技术职务", facts.title or "-"
    yield "发证机关", facts.issuer
    yield "签发日期", facts.issued_on.isoformat()
    for year in facts.years:
        yield (
            f"{year.year}年度",
            f"公需 {year.public}  专业 {year.professional}  总学时 {year.total}  {year.result}",
        )
    for number, row in enumerate(facts.learning):
        text = f"{row.year}  {row.subject}  {row.form}  {row.title}  {row.period}  {row.hours} 学时"
        yield "继续教育历程" if not number else "", text


def _check(each: CheckLine, cells: int) -> Iterable[Line]:
    for number, part in enumerate(wrapped(each.text, max(10, cells - LABEL_CELLS - 8))):
        if number:
            yield line(Span(" " * (LABEL_CELLS + 6)), Span(part))
        else:
            mark = Span(fit(MARKS[each.state], 6), LOOKS[each.state])
            yield line(Span(fit("  " + each.name, LABEL_CELLS)), mark, Span(part))


def _entry(label: str, text: str, cells: int) -> Iterable[Line]:
    for number, part in enumerate(wrapped(text, max(10, cells - LABEL_CELLS - 2))):
        yield line(Span(fit("  " + label if not number else "", LABEL_CELLS + 1)), Span(part))
