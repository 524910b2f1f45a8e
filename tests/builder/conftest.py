"""Fixtures that all tests share."""

from pathlib import Path

import pytest

from tests.builder.project import Project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An empty site."""
    return Project(tmp_path / "project")
