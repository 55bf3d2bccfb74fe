"""What the office's own numbers say; for supervisors.

`standing`  how the open tasks stand with their time now: by SOP, step and actor
`trends`    week by week: cases started and completed, steps completed and completed late
`steps`     step by step: running now, and how those completed within a period stood with their time
`sheets`    the six-monthly monitoring sheet, filled from the history
`periods`   days and half-years as moments of the office

Completed is what a person has completed: what was cancelled counts nowhere. On time is what was
completed by its deadline, extensions included; a step without a deadline is neither on time nor
late.
"""

from engine.reports.periods import HalfYear, InvalidPeriod, Period
from engine.reports.sheets import THRESHOLD, Reason, Sheet, SheetRow, monitoring_sheet
from engine.reports.standing import (
    OverdueCount,
    OverdueReport,
    Standing,
    StandingReport,
    overdue,
    standing,
)
from engine.reports.steps import StepFigures, StepReport, steps
from engine.reports.trends import Trend, Week, trend

__all__ = [
    "THRESHOLD",
    "HalfYear",
    "InvalidPeriod",
    "OverdueCount",
    "OverdueReport",
    "Period",
    "Reason",
    "Sheet",
    "SheetRow",
    "Standing",
    "StandingReport",
    "StepFigures",
    "StepReport",
    "Trend",
    "Week",
    "monitoring_sheet",
    "overdue",
    "standing",
    "steps",
    "trend",
]
