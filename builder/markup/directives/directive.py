"""What a directive is: the value its function gets, and its entry in the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Literal, NamedTuple

from builder.markup.sheet import Sheet


class Directive(NamedTuple):
    """A directive as written, its content already set.

    `argument` is what stands behind the name, as written; `title` the same as HTML, if the
    directive takes Markdown there. `attributes` are HTML with a leading space, without `class`,
    whose names are in `classes`. `parent` is the name of the directive around this one, empty if
    none. `line` is the file line it opens on.
    """

    name: str
    argument: str
    title: str
    options: Mapping[str, str]
    content: str
    classes: str
    attributes: str
    parent: str
    line: int


class Kind(NamedTuple):
    """A directive's function, what stands behind its name, and the options it knows."""

    set: Callable[[Directive, Sheet], str]
    argument: Literal["markdown", "text"]
    is_argument_required: bool = False
    options: tuple[str, ...] = ()
