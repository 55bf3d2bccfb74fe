"""Fixtures for the integration tests."""

import pytest

from engine.config import Settings
from tests.clock import TestClock
from tests.integration.command_line import CommandLine


@pytest.fixture
def shell(settings: Settings, clock: TestClock) -> CommandLine:
    """The command line on the test's database and clock."""
    return CommandLine(settings, clock)
