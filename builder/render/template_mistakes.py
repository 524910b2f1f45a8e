"""What went wrong while a template was filled in, as a problem at its line.

In: an exception, the templates it may have come through. Out: a `Problem`, with the name that was
probably meant.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from types import TracebackType

import jinja2
from jinja2.runtime import Macro

from builder.codec import Value
from builder.errors import Problem, did_you_mean
from builder.render.engine import ITSELF, NotGiven, explain_syntax, nearest

_MOST_TURNS = 6
_PLAIN: Mapping[type, str] = {
    str: "a text", bool: "a yes or no", int: "a number", float: "a number", dict: "this table",
    list: "a list", tuple: "a list", type(None): "nothing (none)", Macro: "a macro",
}  # fmt: skip


def locate(
    error: Exception, template: str, paths: Mapping[str, str], given: Collection[str] | None
) -> Problem:
    """The innermost place of an error that lies in a template.

    `paths` are the templates there are, by name; `given` the variables that it was filled with,
    None for a macro, which knows only its own.
    """
    if isinstance(error, jinja2.TemplateSyntaxError):
        name = error.name or template
        return explain_syntax(error, paths.get(name, name))
    places = [place for place in _places(error.__traceback__) if place[0] in paths]
    name, line = places[-1] if places else (template, 0)
    path = paths.get(name, name)
    if isinstance(error, NotGiven):
        return _explain_missing(error, path, line, given, paths)
    if isinstance(error, RecursionError):
        way = _way_round([place[0] for place in places])
        message = f"template error: these templates go round in a circle (a recursion): {way}"
        return Problem(path, line, message, "include or import the other way round")
    if isinstance(error, jinja2.TemplateNotFound):
        message = f"template error: there is no template '{error.name}'"
        return Problem(path, line, message, did_you_mean(str(error.name), paths))
    message = getattr(error, "message", None) or str(error) or type(error).__name__
    kind = "" if isinstance(error, jinja2.TemplateError) else f"{type(error).__name__}: "
    # A filter that may never be needed is looked for when it is.
    return Problem(path, line, f"template error: {kind}{message}", nearest(message))


def _places(traceback: TracebackType | None) -> Iterable[tuple[str, int]]:
    while traceback is not None:
        yield traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next


def _way_round(names: list[str]) -> str:
    """One turn of the circle that these templates ended in."""
    turn: list[str] = []
    for name in reversed(names):
        if name in turn and name != turn[-1]:
            break
        if name not in turn:
            turn.append(name)
    turn = turn[:_MOST_TURNS][::-1]
    return " → ".join([*turn, turn[0]])


def _explain_missing(
    error: NotGiven,
    path: str,
    line: int,
    given: Collection[str] | None,
    paths: Collection[str],
) -> Problem:
    if error.asked is ITSELF:
        names = sorted({*(given or ()), *_names_set(error, paths)})
        message = f"template error: '{error.name}' is undefined"
        otherwise = "`proofpress templates NAME` lists what a template is given" if given else ""
        return Problem(path, line, message, did_you_mean(error.name, names, otherwise))
    known = _parts_of(error.asked)
    message = f"template error: {_say(error.asked)} has no attribute '{error.name}'"
    otherwise = f"it has {', '.join(sorted(known))}" if 0 < len(known) <= 12 else ""
    return Problem(path, line, message, did_you_mean(error.name, known, otherwise))


def _names_set(error: NotGiven, paths: Collection[str]) -> set[str]:
    """The variables of the templates on the way: of loops, macros, what was set or imported."""
    found: set[str] = set()
    traceback = error.__traceback__
    while traceback is not None:
        # Jinja puts a frame that looks like the template in place of that of its code.
        if traceback.tb_frame.f_code.co_filename in paths:
            found.update(traceback.tb_frame.f_locals)
        traceback = traceback.tb_next
    return {name for name in found if not name.startswith("_")} - {error.name}


def _parts_of(value: object) -> list[str]:
    if isinstance(value, Value):
        return list(value.__struct_fields__)
    if isinstance(value, Mapping):
        return [str(key) for key in value]
    return []


def _say(value: object) -> str:
    if isinstance(value, Value):
        from builder.render.variables import name_of  # late: only a mistake needs them all

        return f"a value of type {name_of(type(value))}"
    for kind, said in _PLAIN.items():
        if isinstance(value, kind):
            return said
    return f"a value of type {type(value).__name__}"
