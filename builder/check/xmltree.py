"""XML as small elements that know their line.

In: text. Out: an `Element`, or `BadXmlError`. A DOCTYPE is refused before its entities can grow:
nothing here needs one. The tree of xml.etree forgets the lines, hence one of our own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat


class BadXmlError(ValueError):
    """The text is not XML, or XML with a DOCTYPE; the message says why."""

    def __init__(self, line: int, message: str) -> None:
        """The line that the parser had come to, and why it stopped."""
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class Element:
    """An element: namespace, local name, attributes, line, its own text, its children."""

    namespace: str
    name: str
    attributes: Mapping[str, str]
    line: int
    text: str = ""
    children: list[Element] = field(default_factory=list)

    def all(self, name: str, namespace: str | None = None) -> list[Element]:
        """The children of that name, in the element's own namespace if none is given."""
        wanted = self.namespace if namespace is None else namespace
        return [item for item in self.children if (item.namespace, item.name) == (wanted, name)]

    def first(self, name: str, namespace: str | None = None) -> Element | None:
        """The first child of that name, None if there is none."""
        return next(iter(self.all(name, namespace)), None)


MAX_DEPTH = 200


def parse_xml(text: str) -> Element:
    """The root of the document `text`; BadXmlError if it is none, has a DOCTYPE, or is too deep."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.buffer_size = 1 << 16
    stack = [Element("", "", {}, 0)]

    def refuse(*_: object) -> None:
        raise BadXmlError(parser.CurrentLineNumber, "a DOCTYPE has no business here")

    def start(name: str, attributes: Mapping[str, str]) -> None:
        if len(stack) > MAX_DEPTH:
            raise BadXmlError(
                parser.CurrentLineNumber, f"more than {MAX_DEPTH} elements in one another"
            )
        namespace, _, local = name.rpartition(" ")
        element = Element(namespace, local, attributes, parser.CurrentLineNumber)
        stack[-1].children.append(element)
        stack.append(element)

    def end(_: str) -> None:
        stack[-1].text = stack[-1].text.strip()
        stack.pop()

    def add_text(text: str) -> None:
        stack[-1].text += text

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = add_text
    try:
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise BadXmlError(error.lineno, f"not XML: {expat.ErrorString(error.code)}") from None
    return stack[0].children[0]
