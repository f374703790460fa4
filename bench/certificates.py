"""How long a certificate takes in a batch of 100: facts to signed PDF, everything included.

Run alone: `python -m bench.certificates`. Called by the runner of all measurements: `measure()`.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from datetime import date
from pathlib import Path
from random import Random

from core.rules.certificate import certificate_number
from core.rules.facts import CertificateFacts, LearningFacts, YearFacts
from core.rules.hours import CreditHours

BATCH = 100
ROUNDS = 3
ISSUER = "河南省人力资源和社会保障厅"


def measure(rounds_made: int = ROUNDS) -> dict[str, float]:
    """Milliseconds a certificate, by name.

    `per_certificate_ms`: a whole batch of 100, the font read and its outlines made from nothing, divided by
    100; the median of several rounds. `single_ms`: the median of one in the middle of a batch. `check_ms`: the
    median of one check. `largest_kb`: the largest file, in KB of 1024 bytes.
    """
    from core.store.paper import PaperPress
    from core.store.seal import create_seal, load_seal
    from core.store.typeface import typeface
    from core.store.verify import check_pdf

    with tempfile.TemporaryDirectory() as folder:
        create_seal(Path(folder) / "seal", ISSUER)
        seal = load_seal(Path(folder) / "seal")
        rounds, singles, checks, largest = [], [], [], 0
        for number in range(rounds_made):
            batch = _batch(Random(number))
            typeface.cache_clear()
            papers = []
            begin = last = time.perf_counter()
            press = PaperPress(seal)
            for facts in batch:
                papers.append(press.render(facts))
                now = time.perf_counter()
                singles.append(now - last)
                last = now
            rounds.append((last - begin) / BATCH)
            largest = max(largest, *(len(paper) for paper in papers))
            for paper in papers[:20]:
                begin = time.perf_counter()
                check = check_pdf(paper, seal.trust)
                checks.append(time.perf_counter() - begin)
                assert check.verdict == "valid"
    return {
        "per_certificate_ms": round(statistics.median(rounds) * 1000, 2),
        "single_ms": round(statistics.median(singles) * 1000, 2),
        "check_ms": round(statistics.median(checks) * 1000, 2),
        "largest_kb": round(largest / 1024, 1),
    }


def _batch(chance: Random) -> list[CertificateFacts]:
    """A hundred different certificates: names of any common character, up to seven years, up to 16 rows."""
    common = [bytes((high, low)).decode("gb2312") for high in range(0xB0, 0xD7) for low in range(0xA1, 0xFA)]

    def words(low: int, high: int) -> str:
        return "".join(chance.choices(common, k=chance.randint(low, high)))

    return [
        CertificateFacts(
            number=certificate_number(2019, "410105", serial),
            name=words(2, 4),
            gender=chance.choice("男女"),
            id_number="410099199001011235",
            employer=words(6, 12) + "有限公司",
            title=f"{words(4, 6)} / {words(2, 4)} / 高级工程师",
            issuer=ISSUER,
            issued_on=date(2019, 12, 31),
            years=tuple(
                YearFacts(2019 - back, CreditHours.of(30), CreditHours.of(60), CreditHours.of(90))
                for back in range(chance.choice((1, 1, 1, 1, 3, 7)))
            ),
            learning=tuple(
                LearningFacts(
                    2019, "专业课", "岗位培训", words(8, 24), "2019-01-05 至 2019-03-08", CreditHours(21)
                )
                for _ in range(chance.randint(2, 16))
            ),
        )
        for serial in range(1, BATCH + 1)
    ]


if __name__ == "__main__":
    print(json.dumps(measure(), ensure_ascii=False, indent=2))
