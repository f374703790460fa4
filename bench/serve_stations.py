"""Who sits where: half fill in a declaration, three in ten review, two in ten stand at the login."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bench import stock
from bench.serve_ground import County

PLACES = ("form", "desk", "form", "login", "form", "desk", "form", "login", "form", "desk")
"""The stations of ten operators; the first of each five opens screens in the mixed load."""
BY_PASSWORD = 7
"""Each seventh signs in by password, the others by key."""
_WAYS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "form": ((":sb\r", "\t\t\t"), "培训班名称"),
    "desk": ((":sh\r", "l"), "选中"),
    "login": (("1", "2"), "用户类型"),
}
_SCREENS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "form": ((":cx\r",), (":sb\r",), (":nd\r",), (":xx\r",)),
    "desk": ((":gl\r",), (":sh\r",), (":xx\r",), (":tj\r",)),
}
_STOCK_WAYS: Mapping[str, tuple[tuple[str, ...], str]] = {
    "form": (("\x1bOQ", "\t\t"), stock.FORM_TEXT),
    "desk": (("\x1bOR",), stock.TABLE_TEXT),
    "login": (("\x1bOQ", "\t\t"), stock.FORM_TEXT),
}
_STOCK_SCREENS = (("\x1bOR",), ("\x1bOQ",), ("\x1bOR",), ("\x1bOQ",))


def stations(county: County, port: int, first: int, count: int) -> list[dict[str, Any]]:
    """Operators number `first` onwards, each with an account of its own."""
    return [_station(county, port, number) for number in range(first, first + count)]


def signed_in(county: County, port: int, count: int) -> list[dict[str, Any]]:
    """So many who have come in by key and stand on their first page: three persons to two officers."""
    logins = [
        county.people[at // 5 * 3 + at % 5] if at % 5 < 3 else county.officers[at // 5 * 2 + at % 5 - 3]
        for at in range(count)
    ]
    return [
        {
            "line": {"kind": "ssh", "port": port, "login": login, "key": str(county.key)},
            "station": "home",
            "way": (),
            "stands": "",
        }
        for login in logins
    ]


def _station(county: County, port: int, number: int) -> dict[str, Any]:
    place = PLACES[number % len(PLACES)]
    way, stands = _WAYS[place]
    ten, at = divmod(number, len(PLACES))
    which = ten * PLACES.count(place) + PLACES[:at].count(place)
    line: dict[str, Any] = {"kind": "ssh", "port": port, "login": "guest"}
    if place != "login":
        line["login"] = (county.people if place == "form" else county.officers)[which]
        line |= {"password": county.password} if number % BY_PASSWORD == 6 else {"key": str(county.key)}
    screens = _SCREENS[place] if number % 5 == 0 else ()
    return {"line": line, "station": place, "way": way, "stands": stands, "screens": screens}


def stock_stations(first: int, count: int) -> list[dict[str, Any]]:
    """The same operators at programs of stock widgets, each a process on a pseudo-terminal."""
    found = []
    for number in range(first, first + count):
        place = PLACES[number % len(PLACES)]
        way, stands = _STOCK_WAYS[place]
        found.append(
            {
                "line": {"kind": "pty", "arguments": ["-m", "bench.stock"]},
                "station": place,
                "way": way,
                "stands": stands,
                "screens": _STOCK_SCREENS if number % 5 == 0 else (),
            }
        )
    return found
