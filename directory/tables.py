"""The family of the directory's tables."""

from sqlalchemy.orm import registry
from sqlmodel import SQLModel


class DirectoryTable(SQLModel, registry=registry()):
    """The family of the directory's tables: `DirectoryTable.metadata` creates them and nothing else."""
