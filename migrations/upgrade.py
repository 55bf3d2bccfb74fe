"""Runs the migrations from code, so that a command needs no ini file and no working directory."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import Engine

from engine.connections import create_file

HERE = Path(__file__).resolve().parent


def configuration(engine: Engine) -> Config:
    """Return Alembic's configuration for the database behind `engine`."""
    config = Config()
    config.set_main_option("script_location", str(HERE))
    config.set_main_option("path_separator", "os")
    config.attributes["engine"] = engine
    return config


def upgrade(engine: Engine, revision: str = "head") -> None:
    """Migrate up to `revision` in one transaction; a database that is there already stays."""
    create_file(engine)
    command.upgrade(configuration(engine), revision)
