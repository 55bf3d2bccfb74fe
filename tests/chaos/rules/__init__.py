"""The rules of the audit: small functions, each of which yields a sentence for every violation."""

from collections.abc import Callable, Iterator

from tests.chaos.evidence import Evidence
from tests.chaos.rules import cases, clients, messages, timers

Rule = Callable[[Evidence], Iterator[str]]

RULES: tuple[Rule, ...] = (*timers.RULES, *cases.RULES, *clients.RULES, *messages.RULES)


def violations(evidence: Evidence) -> list[str]:
    """Return what a trial did wrong: the rule's name and what it found, for every violation."""
    return [f"{rule.__name__}: {found}" for rule in RULES for found in rule(evidence)]
