"""Process definitions and their versions."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import defer

from engine.database import Transaction
from engine.errors import NotFound
from engine.model import (
    ProcessDefinition,
)
from engine.repository.paging import Page, PageRequest, found, page_of


class DefinitionNotFound(NotFound):
    """There is no such process definition."""


class VersionNotFound(DefinitionNotFound):
    """There is no such version of this process definition."""


def definition(tx: Transaction, definition_id: UUID) -> ProcessDefinition:
    """Return a definition by its id, with its source. Raises DefinitionNotFound."""
    key = (tx.tenant_id, definition_id)
    row = tx.session.get(ProcessDefinition, key, populate_existing=True)  # a list had no source
    return found(row, DefinitionNotFound, id=str(definition_id))


def latest_definition(tx: Transaction, key: str) -> ProcessDefinition | None:
    """Return the highest version of a key, effective or not."""
    return tx.session.scalar(_versions(tx, key).limit(1))


def definition_in_force(tx: Transaction, key: str) -> ProcessDefinition:
    """Return the version that a new case follows now. Raises DefinitionNotFound."""
    query = _versions(tx, key).where(ProcessDefinition.effective_from <= tx.now).limit(1)
    return found(tx.session.scalar(query), DefinitionNotFound, key=key)


def definition_version(tx: Transaction, key: str, version: int) -> ProcessDefinition:
    """Return one version of a key. Raises VersionNotFound."""
    query = _versions(tx, key).where(ProcessDefinition.version == version)
    return found(tx.session.scalar(query), VersionNotFound, key=key, version=version)


def _versions(tx: Transaction, key: str) -> Select[ProcessDefinition]:
    return (
        select(ProcessDefinition)
        .where(ProcessDefinition.tenant_id == tx.tenant_id, ProcessDefinition.key == key)
        .order_by(ProcessDefinition.version.desc())
    )


def versions(tx: Transaction, key: str) -> Sequence[ProcessDefinition]:
    """Return all versions of a key, the newest first, without their files."""
    return tx.session.scalars(_versions(tx, key).options(*_WITHOUT_FILES)).all()


def definitions_in_force(tx: Transaction, page: PageRequest) -> Page[ProcessDefinition]:
    """Return for every key the version in force, without its files."""
    newest = (
        select(ProcessDefinition.key, func.max(ProcessDefinition.version).label("version"))
        .where(
            ProcessDefinition.tenant_id == tx.tenant_id,
            ProcessDefinition.effective_from <= tx.now,
        )
        .group_by(ProcessDefinition.key)
        .subquery()
    )
    query = (
        select(ProcessDefinition)
        .join(
            newest,
            and_(
                newest.c.key == ProcessDefinition.key,
                newest.c.version == ProcessDefinition.version,
            ),
        )
        .where(ProcessDefinition.tenant_id == tx.tenant_id)
        .options(*_WITHOUT_FILES)
    )
    return page_of(tx, query, page, order=[(ProcessDefinition.key, False)])


_WITHOUT_FILES = (
    defer(ProcessDefinition.source, raiseload=True),
    defer(ProcessDefinition.drawing, raiseload=True),
)
