"""What a build that must fail says, and that it left the site alone."""

from __future__ import annotations

import pytest

from builder.errors import BuildFailed, Problem
from tests.builder.project import Project


def problems_of(project: Project) -> tuple[Problem, ...]:
    """The problems that stop a build of this site; the output must be as it was before."""
    before = project.tree()
    with pytest.raises(BuildFailed) as failed:
        project.build()
    assert project.tree() == before
    return tuple(problem for problem in failed.value.problems if not problem.is_warning)


def problem_of(project: Project) -> Problem:
    """The only problem that stops a build of this site."""
    problems = problems_of(project)
    assert len(problems) == 1, "\n".join(map(str, problems))
    return problems[0]


def place_of(problem: Problem) -> str:
    """Where a problem is: "content/posts/a.md:3"."""
    return f"{problem.path}:{problem.line}"
