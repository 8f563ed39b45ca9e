"""Rules of recurrence (RFC 5545): which are understood, and the dates they give. Not here: keeping the dates.

Only rules of whole days, whose search for a date always ends soon: dateutil would look for the 30th of February until
the year 9999.
"""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta

from dateutil.rrule import rrulestr
from django.utils.translation import gettext as _

from parvis.kernel.errors import Refused
from parvis.tools.calendar.saying import say

MOST_DATES = 600  # of one series that are kept at a time
MOST_COUNTED = 1000
PARTS = {"FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS", "WKST"}
DAY = r"(?:MO|TU|WE|TH|FR|SA|SU)"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
EARLIEST = date(1970, 1, 1)


def checked_rule(text: str) -> str:
    """The rule, canonical, its UNTIL as a day. Raises Refused for what isn't understood."""
    parts = _parts(text.strip().upper().removeprefix("RRULE:"))
    if not parts:
        return ""
    if not _is_understood(parts):
        raise Refused(_("This repetition isn't understood here. Choose one of the list."), field="repeat")
    order = ("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYMONTH", "BYMONTHDAY", "BYDAY", "BYSETPOS", "WKST")
    if parts.get("INTERVAL") == "1":
        del parts["INTERVAL"]
    if "UNTIL" in parts:
        parts["UNTIL"] = parts["UNTIL"][:8]
    return ";".join(f"{name}={parts[name]}" for name in order if name in parts)


def _parts(text: str) -> dict[str, str]:
    pairs = [part.partition("=") for part in text.split(";") if part]
    return {name: value for name, _equals, value in pairs}


def _is_understood(parts: dict[str, str]) -> bool:
    if not parts.keys() <= PARTS or ("COUNT" in parts and "UNTIL" in parts):
        return False
    frequency = parts.get("FREQ", "")
    ok = _number(parts.get("INTERVAL", "1"), 99) and _number(parts.get("COUNT", "1"), MOST_COUNTED)
    ok = ok and _is_day(parts.get("UNTIL", "20300101")) and parts.get("WKST", "MO") in WEEKDAYS
    by = {name for name in parts if name.startswith("BY")}
    return ok and _may_be_found(frequency, by, parts)


def _may_be_found(frequency: str, by: set[str], parts: dict[str, str]) -> bool:
    """Whether a search for the next date is sure to end soon."""
    plain = re.fullmatch(rf"{DAY}(,{DAY}){{0,6}}", parts.get("BYDAY", "MO"))
    counted = re.fullmatch(rf"[+-]?[1-5]{DAY}(,[+-]?[1-5]{DAY}){{0,6}}", parts.get("BYDAY", "1MO"))
    if frequency == "DAILY":
        return by <= {"BYDAY"} and bool(plain) and not (by and parts.get("INTERVAL", "1") != "1")
    if frequency == "WEEKLY":
        return by <= {"BYDAY"} and bool(plain)
    if frequency not in ("MONTHLY", "YEARLY"):
        return False
    months = _numbers(parts.get("BYMONTH", "1"), 12) and ("BYMONTH" not in by or frequency == "YEARLY")
    days = _numbers(parts.get("BYMONTHDAY", "1"), 31, may_be_negative=True)
    if frequency == "YEARLY" and "BYDAY" in by and "BYMONTH" not in by:
        return False
    if "BYSETPOS" in by and not (plain and _numbers(parts["BYSETPOS"], 4, may_be_negative=True)):
        return False
    if "BYSETPOS" in by and ("BYMONTHDAY" in by or "BYDAY" not in by):
        return False
    if {"BYDAY", "BYMONTHDAY"} <= by or not (months and days and (plain or counted)):
        return False
    return {"BYMONTH", "BYMONTHDAY"} - by != set() or _is_in_some_year(parts)


def _is_in_some_year(parts: dict[str, str]) -> bool:
    """Whether one of these days exists in one of these months of a leap year."""
    longest = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    months = [longest[int(month) - 1] for month in parts["BYMONTH"].split(",")]
    return any(abs(int(day)) <= max(months) for day in parts["BYMONTHDAY"].split(","))


def _number(text: str, most: int) -> bool:
    return text.isdecimal() and len(text) < 5 and 1 <= int(text) <= most


def _numbers(text: str, most: int, *, may_be_negative: bool = False) -> bool:
    items = text.split(",")
    return len(items) <= most and all(
        _number(item.removeprefix("-") if may_be_negative else item, most) for item in items
    )


def _is_day(text: str) -> bool:
    if not re.fullmatch(r"\d{8}(T\d{6}Z?)?", text):
        return False
    try:
        date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return False
    return True


def dates_of(rule: str, first_on: date, *, until: date, since: date | None = None) -> list[date]:
    """The first days a checked rule gives from `first_on` (which always counts), up to `until`, MOST_DATES at most.

    `since` leaves out what lies before it.
    """
    since = since or first_on
    if not rule:
        return [first_on] if since <= first_on <= until else []
    found = {first_on} if since <= first_on <= until else set()
    series = rrulestr(rule, dtstart=datetime.combine(max(first_on, EARLIEST), time(0)))
    for one in series:
        day = one.date()
        if day > until or len(found) >= MOST_DATES:
            break
        if day >= since:
            found.add(day)
    return sorted(found)


def last_dates_of(rule: str, first_on: date, *, until: date) -> list[date]:
    """The last day a checked rule gives before `until`, alone; it is `first_on` when there is no other."""
    series = rrulestr(rule, dtstart=datetime.combine(max(first_on, EARLIEST), time(0))) if rule else ()
    last = first_on
    for one in series:
        if one.date() > until:
            break
        last = max(last, one.date())
    return [last]


def ended_before(rule: str, day: date) -> str:
    """The same rule, ending the day before."""
    parts = _parts(rule)
    parts.pop("COUNT", None)
    last = date.fromordinal(day.toordinal() - 1)
    return checked_rule(
        ";".join([*(f"{k}={v}" for k, v in parts.items() if k != "UNTIL"), f"UNTIL={last:%Y%m%d}"])
    )


def continued_from(rule: str, first_on: date, day: date) -> str:
    """The same rule from a later day on: a count loses the dates that went before."""
    parts = _parts(rule)
    if "COUNT" in parts:
        before = len(dates_of(rule, first_on, until=date.fromordinal(day.toordinal() - 1)))
        parts["COUNT"] = str(max(int(parts["COUNT"]) - before, 1))
    return checked_rule(";".join(f"{name}={value}" for name, value in parts.items()))


def rule_of(repeat: str, first_on: date, *, until: date | None = None, count: int | None = None) -> str:
    """The rule of a choice of the form, for an event that begins that day; "" for none. Raises Refused."""
    nth = (first_on.day - 1) // 7 + 1
    weekday = WEEKDAYS[first_on.weekday()]
    rules = {
        "": "",
        "day": "FREQ=DAILY",
        "workday": "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR",
        "week": f"FREQ=WEEKLY;BYDAY={weekday}",
        "fortnight": f"FREQ=WEEKLY;INTERVAL=2;BYDAY={weekday}",
        "month": f"FREQ=MONTHLY;BYMONTHDAY={first_on.day}",
        "month_weekday": f"FREQ=MONTHLY;BYDAY={nth if nth < 5 else -1}{weekday}",
        "year": "FREQ=YEARLY",
    }
    if repeat not in rules:
        raise Refused(_("Choose how it repeats."), field="repeat")
    rule = rules[repeat]
    if rule and until is not None:
        if until < first_on:
            raise Refused(_("The last date comes before the first."), field="repeat_until")
        rule += f";UNTIL={until:%Y%m%d}"
    elif rule and count is not None:
        rule += f";COUNT={count}"
    return checked_rule(rule)


def choice_of(rule: str, first_on: date) -> str:
    """The choice of the form that a rule stands for; "other" for one that came from elsewhere."""
    parts = _parts(rule)
    plain = ";".join(f"{name}={value}" for name, value in parts.items() if name not in ("UNTIL", "COUNT"))
    for repeat in ("", "day", "workday", "week", "fortnight", "month", "month_weekday", "year"):
        if rule_of(repeat, first_on) == plain:
            return repeat
    return "other"


def moved_within(rhythm: str, by: timedelta) -> timedelta:
    """How far the days of a rhythm (a choice of the form) move when its first day moves: never by whole turns of it."""
    turn = {"day": 1, "workday": 1, "week": 7, "fortnight": 14}.get(rhythm)
    if turn is None:
        most = 183 if rhythm == "year" else 14
        return by if abs(by.days) <= most else timedelta()
    if abs(by.days) < turn:
        return by
    rest = by.days % turn
    return timedelta(rest if rest <= turn // 2 else rest - turn)


def last_day_of(rule: str) -> date | None:
    """The day on which a rule says that it ends, if it says one."""
    until = _parts(rule).get("UNTIL", "")
    return date(int(until[:4]), int(until[4:6]), int(until[6:8])) if until else None


def count_of(rule: str) -> int | None:
    """How many dates a rule says that it gives, if it says so."""
    text = _parts(rule).get("COUNT", "")
    return int(text) if text else None


def in_words(rule: str, first_on: date) -> str:
    """ "Every week on Tuesday, until 30 June 2027", in the reader's language; "" for no repetition."""
    if not rule:
        return ""
    parts = _parts(rule)
    weekday = say(first_on, "l").lower() if _is_french() else say(first_on, "l")
    nth = (first_on.day - 1) // 7
    ordinals = (_("first"), _("second"), _("third"), _("fourth"), _("last"))
    words = {
        "day": _("Every day"),
        "workday": _("Every working day"),
        "week": _("Every week, on %(weekday)s"),
        "fortnight": _("Every second week, on %(weekday)s"),
        "month": _("Every month, on day %(day)s"),
        "month_weekday": _("Every month, on the %(nth)s %(weekday)s"),
        "year": _("Every year"),
    }.get(choice_of(rule, first_on), _("It repeats"))
    said = words % {"weekday": weekday, "day": first_on.day, "nth": ordinals[nth]}
    until = last_day_of(rule)
    if until is not None:
        return _("%(rule)s, until %(day)s") % {"rule": said, "day": say(until, "j F Y")}
    if "COUNT" in parts:
        return _("%(rule)s, %(count)s times") % {"rule": said, "count": parts["COUNT"]}
    return said


def _is_french() -> bool:
    from django.utils import translation

    return (translation.get_language() or "").startswith("fr")
