"""How often a scheduled event comes again: the rules that Discord takes, of all that calendars know, and their dates.

Dates are in UTC, as the API writes them: the time of the day is that of the rule's start, whatever clocks are set to.
Source: Discord's documentation, Guild Scheduled Event ("Guild Scheduled Event Recurrence Rule Object", "System
limitations"), which names RFC 5545 for what the fields mean.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta

from discordtest.backend.body import Array, Choice, FormErrors, Integer, Object, Path, Timestamp
from discordtest.backend.world import Record

__all__ = ["RECURRENCE_RULE", "next_date"]

YEARLY, MONTHLY, WEEKLY, DAILY = range(4)
EVERY_OTHER = 2  # weeks
_HORIZON = 8 * 366  # days in which a 29th of February comes, across a century without one too
_DAY = timedelta(days=1)
_WEEKDAY = Choice(range(7), required=True)  # 0 is Monday
_DAILY_SETS = ({0, 1, 2, 3, 4}, {1, 2, 3, 4, 5}, {6, 0, 1, 2, 3}, {4, 5}, {5, 6}, {6, 0})
_BY_DISCORD_ALONE = ("end", "by_year_day", "count")
#: what names the days -> for events of which frequency, and how many entries at most
_DAYS = {
    "by_weekday": ((DAILY, WEEKLY), 7),
    "by_n_weekday": ((MONTHLY,), 1),
    "by_month": ((YEARLY,), 1),
    "by_month_day": ((YEARLY,), 1),
}


def _check(rule: Record, path: Path, errors: FormErrors) -> None:
    def refuse(field: str, message: str) -> None:
        errors.add((*path, field), "BASE_TYPE_BAD_VALUE", message)

    for field in _BY_DISCORD_ALONE:
        if rule[field] is not None:
            refuse(field, "This field cannot be set.")
    named = [field for field in _DAYS if rule[field]]
    for field in named:
        frequencies, most = _DAYS[field]
        if rule["frequency"] not in frequencies:
            refuse(field, "This field does not go with the frequency of the rule.")
        elif len(rule[field]) > most:
            refuse(field, f"At most {most} can be given.")
    if ("by_month" in named) != ("by_month_day" in named):
        missing = "by_month" if "by_month_day" in named else "by_month_day"
        errors.add((*path, missing), "BASE_TYPE_REQUIRED", "This field is required")
    days = rule["by_weekday"] or ()
    if rule["frequency"] == WEEKLY and len(days) > 1:
        refuse("by_weekday", "A weekly event is on one day of the week.")
    if rule["frequency"] == DAILY and days and set(days) not in _DAILY_SETS:
        refuse("by_weekday", "A daily event cannot be on these days of the week.")
    if rule["interval"] != 1 and (rule["frequency"] != WEEKLY or rule["interval"] != EVERY_OTHER):
        refuse("interval", "The interval is 1, or 2 for every other week.")


def _cleaned(rule: Record, path: Path, errors: FormErrors) -> None:
    rule["interval"] = 1 if rule["interval"] is None else rule["interval"]
    _check(rule, path, errors)


RECURRENCE_RULE = Object(
    {
        "start": Timestamp(required=True),
        "end": Timestamp(null=True, default=None),
        "frequency": Choice((YEARLY, MONTHLY, WEEKLY, DAILY), required=True),
        "interval": Integer(null=True, default=1),
        "by_weekday": Array(_WEEKDAY, max=7, unique=True, null=True, default=None),
        "by_n_weekday": Array(
            Object({"n": Integer(min=1, max=5, required=True), "day": _WEEKDAY}),
            max=7,
            null=True,
            default=None,
        ),
        "by_month": Array(Choice(range(1, 13)), max=12, unique=True, null=True, default=None),
        "by_month_day": Array(Integer(min=-1, max=31), max=33, unique=True, null=True, default=None),
        "by_year_day": Array(Integer(min=-1, max=365), max=367, unique=True, null=True, default=None),
        "count": Integer(null=True, default=None),
    },
    check=_cleaned,
    null=True,
)


# -- its dates


def next_date(rule: Record, after: datetime) -> datetime | None:
    """Return the first date of the rule later than ``after``; None for a day that no calendar has (February 30)."""
    start = datetime.fromisoformat(rule["start"])
    first = max(start, after).date()
    for days in range(_HORIZON):
        moment = datetime.combine(first + days * _DAY, start.timetz())
        if moment > after and _is_on(rule, start.date(), moment.date()):
            return moment
    return None


def _is_on(rule: Record, start: date, day: date) -> bool:
    """Tell whether a day is one of the rule's; what names no days means that of its start."""
    weekday, frequency = day.weekday(), rule["frequency"]
    if frequency == DAILY:
        return not rule["by_weekday"] or weekday in rule["by_weekday"]
    if frequency == WEEKLY:
        weeks = (_monday(day) - _monday(start)).days // 7
        return weeks % rule["interval"] == 0 and weekday in (rule["by_weekday"] or (start.weekday(),))
    if frequency == MONTHLY:
        if not rule["by_n_weekday"]:
            return day.day == start.day
        return {"n": (day.day + 6) // 7, "day": weekday} in rule["by_n_weekday"]
    days = rule["by_month_day"] or (start.day,)
    is_last = (day + _DAY).month != day.month
    return day.month in (rule["by_month"] or (start.month,)) and (day.day in days or (is_last and -1 in days))


def _monday(day: date) -> date:
    return day - day.weekday() * _DAY
