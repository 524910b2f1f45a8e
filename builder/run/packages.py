"""From a module that could not be imported to the command that installs it.

In: a module's name and the text of the site's pyproject.toml. Out: a sentence.
It must not look at what is installed: the card's own process found that out.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Mapping

from builder.errors import did_you_mean

# Modules whose distribution has another name, as far as snippets are likely to import them.
_DISTRIBUTIONS = {
    "attr": "attrs",
    "bs4": "beautifulsoup4",
    "cv2": "opencv-python",
    "dateutil": "python-dateutil",
    "git": "GitPython",
    "google": "protobuf",
    "jwt": "PyJWT",
    "OpenSSL": "pyOpenSSL",
    "PIL": "Pillow",
    "serial": "pyserial",
    "skimage": "scikit-image",
    "sklearn": "scikit-learn",
    "yaml": "PyYAML",
    "zmq": "pyzmq",
}


def install_hint(module: str, pyproject: str) -> str:
    """How to get a module that is missing: by the site's own extras where they name it."""
    wanted = _DISTRIBUTIONS.get(module, module)
    extras = _extras(pyproject)
    for extra, names in extras.items():
        if _normal(wanted) in names:
            line = f"pip install '.[{extra}]'" if extra else "pip install ."
            return f"{module} is not installed: run {line}"
    # An import that is only misspelt must not be told to install whatever has that name.
    meant = did_you_mean(module, sorted(name for names in extras.values() for name in names))
    if not meant and module not in _DISTRIBUTIONS:
        # They are many and short: what is only somewhat near is another name.
        meant = did_you_mean(module, sorted(sys.stdlib_module_names), cutoff=0.8)
    advice = f"run pip install {wanted}, and name it in pyproject.toml's dependencies"
    return f"{module} is not installed: {meant or advice}"


def _extras(pyproject: str) -> dict[str, set[str]]:
    """The distributions that a project asks for, by extra; "" holds those it always needs."""
    try:
        project = tomllib.loads(pyproject).get("project", {})
    except tomllib.TOMLDecodeError:
        return {}
    optional = project.get("optional-dependencies", {})
    groups = {"": project.get("dependencies", [])}
    groups |= optional if isinstance(optional, Mapping) else {}
    return {extra: {_normal(line) for line in lines} for extra, lines in groups.items()}


def _normal(requirement: object) -> str:
    """The name in a requirement, spelled as package indexes compare names."""
    name = re.match(r"[A-Za-z0-9._-]*", str(requirement))
    return re.sub(r"[-_.]+", "-", name[0] if name else "").lower()
