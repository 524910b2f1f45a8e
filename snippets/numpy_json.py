"""JSON for NumPy that changes nothing silently: a value is written exactly or refused by place.

In: numbers, text, lists, tuples, dicts, every kind of NumPy scalar and array, nested as you like.
Out: strict JSON. `dumps` and `dump` write what any program reads; `dumps_tagged` and `dump_tagged`
write what `loads_tagged` turns back into the same values with their types, dtypes and shapes.

    value                      dumps                                dumps_tagged, inside its tag
    integers of any size       number                               number
    float16 to longdouble      digits that give that value again    number; a longdouble as text
    NaN, infinity, NaT         as `nonfinite` says                  text; NaT as ticks
    complex                    [real, imaginary]                    real and imaginary in turn
    datetime64                 ISO 8601 text                        ticks of its unit
    timedelta64                ISO 8601 duration, "PT0.25S"         ticks of its unit
    str, bytes                 text; bytes must be ASCII            text; a byte is one character
    record                     object by field name                 columns by field name
    masked element             null                                 data, mask and fill value
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal, NamedTuple, Protocol, SupportsInt

import numpy as np
from numpy.typing import NDArray

Nonfinite = Literal["error", "null", "string"]
Array = NDArray[Any]


class Writable(Protocol):
    """A text file, or whatever else takes text."""

    def write(self, text: str, /) -> object:
        """Take a piece of text."""


# Elements turned into text at a time: enough to be fast, few enough to stay in the cache.
PIECE = 16_384


def dumps(value: object, *, nonfinite: Nonfinite = "error") -> str:
    """JSON text for any reader; NaN, infinity and NaT raise ValueError or become null or text.

    TypeError for a type without such text, also for a key that is no string; ValueError for a value
    without one, such as bytes that are not ASCII. Both name the place, as in `$.runs[3].loss`.
    """
    return "".join(_plain(value, None, _policy(nonfinite)))


def dump(value: object, file: Writable, *, nonfinite: Nonfinite = "error") -> None:
    """Write what `dumps` returns piece by piece, so that memory does not grow with the arrays."""
    for piece in _plain(value, None, _policy(nonfinite)):
        file.write(piece)


def dumps_tagged(value: object) -> str:
    """JSON text that `loads_tagged` turns back into an equal value of the same types.

    TypeError names the place of what would come back as something else, a subclass of list for one.
    Exceptions: any NaN comes back as the usual NaN, a memmap as an array, and padding as zeros.
    """
    return "".join(_tagged(value, None))


def dump_tagged(value: object, file: Writable) -> None:
    """Write what `dumps_tagged` returns piece by piece."""
    for piece in _tagged(value, None):
        file.write(piece)


def loads_tagged(text: str | bytes) -> Any:
    """The value that `dumps_tagged` wrote; ValueError where the text is damaged.

    What a tag holds is checked against its dtype and shape, and no code is run.
    """
    return json.loads(text, object_hook=_untag, parse_constant=_refuse_constant)


class _Place(NamedTuple):
    """A step from a container to one of its elements; text is made of it only for a message."""

    parent: _Place | None  # None: the container is the outermost value
    key: str | int
    container: object


_Write = Callable[[object, _Place], Iterator[str]]
_Spell = Callable[[object, "_Place | None"], str]
_Policy = Callable[[object, "_Place | None"], "str | None"]
_At = Callable[[Sequence[SupportsInt]], "_Place | None"]


def _path(place: _Place | None) -> str:
    if place is None:
        return "$"
    key = place.key
    is_name = isinstance(key, str) and key.isidentifier()
    return _path(place.parent) + (f".{key}" if is_name else f"[{json.dumps(key)}]")


def _at(
    place: _Place | None, array: Array, start: int, index: Sequence[SupportsInt]
) -> _Place | None:
    """The place of an element of an array, by its index in the rows from `start` on."""
    for axis, each in enumerate(index):
        place = _Place(place, int(each) + (0 if axis else start), array)
    return place


def _refuse_cycle(container: object, place: _Place | None) -> None:
    step = place
    while step is not None:
        if step.container is container:
            raise ValueError(f"{_path(place)} contains itself")
        step = step.parent


def _unknown(value: object, place: _Place | None) -> TypeError:
    kind = type(value)
    name = f"{kind.__module__}.{kind.__qualname__}"
    return TypeError(f"{_path(place)} is of type {name}, which has no JSON form here")


def _require_known(dtype: np.dtype[Any], place: _Place | None) -> None:
    # 2 marks a dtype of somebody else's, such as bfloat16, whose `str` claims to be raw bytes.
    if dtype.isbuiltin == 2:
        raise TypeError(f"{_path(place)} is of dtype {dtype}, which has no JSON form here")


# region policy
def _policy(nonfinite: Nonfinite) -> _Policy:
    """What to write for a value that JSON has no number for: text, null, or not at all."""

    def refuse(value: object, place: _Place | None) -> str:
        raise ValueError(
            f"{_path(place)} is {_name(value)}, which JSON can't say: "
            "pass nonfinite='null' or nonfinite='string'"
        )

    policies: dict[str, _Policy] = {
        "error": refuse,
        "null": lambda _value, _place: None,
        "string": lambda value, _place: _name(value),
    }
    if nonfinite not in policies:
        raise ValueError(f"nonfinite must be one of {', '.join(policies)}, not {nonfinite!r}")
    return policies[nonfinite]


# endregion policy


def _name(value: Any) -> str:
    if isinstance(value, np.datetime64 | np.timedelta64):
        return "NaT"
    return "NaN" if value != value else "Infinity" if value > 0 else "-Infinity"


# --- Plain: for any reader ------------------------------------------------------------------------


def _plain(value: object, place: _Place | None, policy: _Policy) -> Iterator[str]:
    def write(item: object, step: _Place) -> Iterator[str]:
        return _plain(item, step, policy)

    if isinstance(value, np.ndarray):
        yield from _plain_array(value, place, policy)
    elif isinstance(value, np.void) and value.dtype.names is not None:
        yield from _plain_record(value, None, place, policy)
    elif isinstance(value, dict):
        yield from _object(value, place, _any_string, write)
    elif isinstance(value, list | tuple):
        yield from _list(value, place, write)
    else:
        yield _plain_scalar(value, place, policy)


def _object(
    value: dict[Any, Any], place: _Place | None, spell: _Spell, write: _Write
) -> Iterator[str]:
    _refuse_cycle(value, place)
    lead = "{"
    for key, item in value.items():
        yield f"{lead}{json.dumps(spell(key, place))}: "
        yield from write(item, _Place(place, str(key), value))
        lead = ", "
    yield "{}" if lead == "{" else "}"


def _any_string(key: object, place: _Place | None) -> str:
    if not isinstance(key, str):
        # json.dumps writes "1" for 1 and "null" for None, and says nothing.
        raise TypeError(f"{_path(place)} has the key {key!r}, but keys in JSON are strings")
    return _exactly(key)


_AS_JSON_WRITES = frozenset({bool, int, float, str, type(None)})


def _list(value: Sequence[object], place: _Place | None, write: _Write) -> Iterator[str]:
    _refuse_cycle(value, place)
    lead = "["
    for start in range(0, len(value), PIECE):
        piece = value[start : start + PIECE]
        if _AS_JSON_WRITES.issuperset(map(type, piece)) and not any(map(_is_nonfinite, piece)):
            yield lead + json.dumps(piece)[1:-1]
            lead = ", "
            continue
        for index, item in enumerate(piece, start):
            yield lead
            yield from write(item, _Place(place, index, value))
            lead = ", "
    yield "[]" if lead == "[" else "]"


def _is_nonfinite(value: object) -> bool:
    return isinstance(value, float) and not math.isfinite(value)


# region scalars
def _plain_scalar(value: object, place: _Place | None, policy: _Policy) -> str:
    if isinstance(value, np.generic):
        _require_known(value.dtype, place)
    if value is None:
        return "null"
    if isinstance(value, bool | np.bool):
        return "true" if value else "false"
    # Before the integers: NumPy makes timedelta64 one of them, and the unit would be lost.
    if isinstance(value, np.datetime64 | np.timedelta64):
        return json.dumps(policy(value, place) if np.isnat(value) else _iso(value, place))
    if isinstance(value, int | np.integer):
        return int.__repr__(int(value))
    if isinstance(value, float | np.floating):
        return _real(value, place, policy)
    if isinstance(value, complex | np.complexfloating):
        return f"[{_real(value.real, place, policy)}, {_real(value.imag, place, policy)}]"
    if isinstance(value, str):
        return json.dumps(_exactly(value))
    if isinstance(value, bytes):
        return json.dumps(_ascii(value, place))
    raise _unknown(value, place)


# endregion scalars


def _exactly(text: str) -> str:
    # str() would ask the subclass: np.str_ drops zeros at the end, an enum says its own name.
    return str.__str__(text)


def _real(value: float | np.floating[Any], place: _Place | None, policy: _Policy) -> str:
    if not np.isfinite(value):
        return json.dumps(policy(value, place))
    with np.errstate(over="ignore"):
        number = float(value)
    # A longdouble between two doubles gets as many digits as tell it from its neighbours.
    return float.__repr__(number) if number == value else _digits(value)


def _digits(value: Any) -> str:
    return np.format_float_scientific(value, unique=True, trim="-")


def _ascii(value: bytes, place: _Place | None) -> str:
    if not value.isascii():
        raise ValueError(f"{_path(place)} holds bytes that are not ASCII: decode them first")
    return value.decode("ascii")


_DATE_UNITS = {"Y": "P{}Y", "M": "P{}M", "W": "P{}W", "D": "P{}D"}
_TIME_UNITS = {"h": "PT{}H", "m": "PT{}M", "s": "PT{}S"}
_DIGITS_OF_SECONDS = {"ms": 3, "us": 6, "ns": 9, "ps": 12, "fs": 15, "as": 18}


def _iso(value: np.datetime64 | np.timedelta64, place: _Place | None) -> str:
    if isinstance(value, np.datetime64):
        return str(np.datetime_as_string(value))
    unit, multiple = np.datetime_data(value.dtype)
    ticks = int(value.astype(np.int64)) * multiple
    sign, count = "-" if ticks < 0 else "", abs(ticks)
    if unit in _DIGITS_OF_SECONDS:
        digits = _DIGITS_OF_SECONDS[unit]
        seconds, fraction = divmod(count, 10**digits)
        return f"{sign}PT{seconds}.{fraction:0{digits}}S"
    if unit == "generic":
        raise TypeError(f"{_path(place)} is a timedelta64 without a unit")
    return sign + (_DATE_UNITS | _TIME_UNITS)[unit].format(count)


_PLAIN_ARRAYS = (np.ndarray, np.ma.MaskedArray, np.ma.core.mvoid, np.recarray, np.memmap)


def _plain_array(array: Array, place: _Place | None, policy: _Policy) -> Iterator[str]:
    if array is np.ma.masked:
        yield "null"
        return
    if type(array) not in _PLAIN_ARRAYS:
        # Somebody's subclass: a unit of measurement, say, that would be dropped.
        raise _unknown(array, place)
    _require_known(array.dtype, place)
    _refuse_cycle(array, place)
    mask = None
    if isinstance(array, np.ma.MaskedArray) and array.mask is not np.ma.nomask:
        mask = np.asarray(array.mask)
    yield from _rows(np.asarray(array), mask, place, policy)


# region rows
def _rows(data: Array, mask: Array | None, place: _Place | None, policy: _Policy) -> Iterator[str]:
    """The nested lists of an array, in pieces of as many rows as make up about PIECE elements."""
    if data.ndim == 0:
        yield _element(data[()], None if mask is None else mask[()], place, policy)
        return
    lead = "["
    row = math.prod(max(length, 1) for length in data.shape[1:])
    for start in range(0, len(data), max(PIECE // row, 1)):
        part = slice(start, start + max(PIECE // row, 1))
        some, hidden = data[part], None if mask is None else mask[part]
        yield lead
        if row > PIECE:
            step = _Place(place, start, data)
            yield from _rows(some[0], None if hidden is None else hidden[0], step, policy)
        else:
            yield _nested(some, hidden, partial(_at, place, data, start), policy)[1:-1]
        lead = ", "
    yield "[]" if lead == "[" else "]"


# endregion rows


def _nested(data: Array, hidden: Array | None, at: _At, policy: _Policy) -> str:
    """JSON text of an array or some of its rows; `at` knows the place of each element."""
    kind = data.dtype.kind
    if kind == "c" and hidden is None:
        return _nested(np.stack([data.real, data.imag], -1), None, at, policy)
    if kind not in "biufUM" or (kind == "f" and data.dtype.itemsize > 8):
        indices = list(np.ndindex(data.shape))
        masks = [None] * len(indices) if hidden is None else [hidden[index] for index in indices]
        texts = [
            _element(data[index], mask, at(index), policy)
            for index, mask in zip(indices, masks, strict=True)
        ]
        return _bracketed(texts, data.shape)
    odd = ~np.isfinite(data) if kind in "fM" else None
    if kind in "iuf" and hidden is None and (odd is None or not odd.any()):
        return repr(data.tolist())  # Python's spelling of finite numbers is JSON's
    if kind == "M":
        # datetime_as_string misreads foreign byte order: big-endian, 1971 is 72057594037929906.
        values = np.datetime_as_string(_native(data)).astype(object)
    else:
        values = data.astype(object)
    for index in () if odd is None else zip(*np.nonzero(odd), strict=True):
        if hidden is None or not hidden[index]:
            values[index] = policy(data[index], at(index))
    if hidden is not None:
        values[hidden] = None
    return json.dumps(values.tolist(), allow_nan=False)


def _native(array: Array) -> Array:
    return array.astype(array.dtype.newbyteorder("="))


def _bracketed(texts: list[str], shape: tuple[int, ...]) -> str:
    for depth in range(len(shape) - 1, -1, -1):
        lists, length = math.prod(shape[:depth]), shape[depth]
        texts = [f"[{', '.join(texts[i * length : (i + 1) * length])}]" for i in range(lists)]
    return texts[0]


def _element(element: Any, hidden: Any, place: _Place | None, policy: _Policy) -> str:
    if isinstance(element, np.void) and element.dtype.names is not None:
        return "".join(_plain_record(element, hidden, place, policy))
    if isinstance(hidden, np.ndarray):  # the mask of a field that is itself an array
        return "".join(_rows(element, hidden, place, policy))
    return "null" if hidden else "".join(_plain(element, place, policy))


def _plain_record(
    record: np.void, hidden: Any, place: _Place | None, policy: _Policy
) -> Iterator[str]:
    lead = "{"
    for name in record.dtype.names or ():
        step = _Place(place, name, record)
        text = _element(record[name], None if hidden is None else hidden[name], step, policy)
        yield f"{lead}{json.dumps(name)}: {text}"
        lead = ", "
    yield "{}" if lead == "{" else "}"


# --- Tagged: for loads_tagged ---------------------------------------------------------------------

# An object with one key that starts with one "$" is a tag. Keys of dicts and fields that start with
# "$" get one more, so that no dict of the user's is taken for a tag.
_ARRAY_TAGS = {
    np.ndarray: "$ndarray",
    np.memmap: "$ndarray",
    np.recarray: "$recarray",
    np.ma.MaskedArray: "$maskedarray",
}


def _tagged(value: Any, place: _Place | None) -> Iterator[str]:
    kind = type(value)
    if value is np.ma.masked:
        yield '{"$masked": null}'
    elif kind in _ARRAY_TAGS:
        _refuse_cycle(value, place)
        yield from _tagged_array(value, place)
    elif kind is np.str_:
        yield f'{{"$str_": {json.dumps(_exactly(value))}}}'
    elif kind is np.bytes_:
        yield f'{{"$bytes_": {json.dumps(value.decode("latin-1"))}}}'
    elif isinstance(value, np.generic):
        _require_known(value.dtype, place)
        array = np.asarray(value)
        yield f'{{"$scalar": {{"dtype": {json.dumps(_form(array.dtype, place))}, "data": '
        yield from _flat(array, place)
        yield "}}"
    elif kind is dict:
        yield from _object(value, place, _escaped, _tagged)
    elif kind is list:
        yield from _list(value, place, _tagged)
    elif kind is tuple:
        yield '{"$tuple": '
        yield from _list(value, place, _tagged)
        yield "}"
    elif kind is bytes:
        yield f'{{"$bytes": {json.dumps(value.decode("latin-1"))}}}'
    elif kind is complex or (kind is float and not math.isfinite(value)):
        text = "".join(_flat(np.asarray(value), place))
        yield f'{{"${kind.__name__}": {text}}}'
    elif kind in _AS_JSON_WRITES:
        yield json.dumps(value)
    else:
        raise _unknown(value, place)


def _escaped(key: object, place: _Place | None) -> str:
    if type(key) is not str:
        raise TypeError(f"{_path(place)} has the key {key!r}, but keys in JSON are strings")
    return f"${key}" if key.startswith("$") else key


def _tagged_array(array: Array, place: _Place | None) -> Iterator[str]:
    _require_known(array.dtype, place)
    head = f'"dtype": {json.dumps(_form(array.dtype, place))}, "shape": {list(array.shape)}'
    yield f'{{"{_ARRAY_TAGS[type(array)]}": {{{head}, "data": '
    yield from _flat(np.asarray(array), place)
    if isinstance(array, np.ma.MaskedArray):
        yield ', "mask": '
        yield from ["null"] if array.mask is np.ma.nomask else _flat(np.asarray(array.mask), place)
        yield ', "fill_value": '
        # NumPy's own 999999 is beyond an int8, its "N/A" longer than a U1; null brings them back.
        with np.errstate(over="ignore"):
            fill = np.asarray(array.fill_value)
            usual = np.asarray(np.ma.MaskedArray(np.empty((), array.dtype)).fill_value)
        is_usual = fill.dtype == usual.dtype and fill.tobytes() == usual.tobytes()
        yield from ["null"] if is_usual else _flat(fill.astype(array.dtype), place)
        yield f', "hard_mask": {json.dumps(bool(array.hardmask))}'
    yield "}}"


def _flat(array: Array, place: _Place | None) -> Iterator[str]:
    """All elements in C order as one list; of records, an object of such lists."""
    if array.dtype.names is not None:
        lead = "{"
        for name in array.dtype.names:
            yield f"{lead}{json.dumps(_escaped(name, place))}: "
            yield from _flat(array[name], _Place(place, name, array))
            lead = ", "
        yield "{}" if lead == "{" else "}"
        return
    lead = "["
    for start in range(0, array.size, PIECE):
        # Slicing `flat` copies one piece, whatever the strides; `ravel` would copy everything.
        yield lead + _flat_text(array, array.flat[start : start + PIECE], start, place)[1:-1]
        lead = ", "
    yield "[]" if lead == "[" else "]"


def _flat_text(array: Array, piece: Array, start: int, place: _Place | None) -> str:
    kind, size = piece.dtype.kind, piece.dtype.itemsize
    if kind == "O":
        texts = []
        for offset, element in enumerate(piece):
            index = np.unravel_index(start + offset, array.shape)
            texts.append("".join(_tagged(element, _at(place, array, 0, index))))
        return f"[{', '.join(texts)}]"
    if kind == "c":
        piece, kind = np.stack([piece.real, piece.imag], -1).reshape(-1), "f"
        size //= 2
    if kind == "f":
        odd = ~np.isfinite(piece)
        if size > 8:
            names = [_name(x) if o else _digits(x) for x, o in zip(piece, odd, strict=True)]
            return json.dumps(names)
        if not odd.any():
            return repr(piece.tolist())
        values = piece.astype(object)
        values[odd] = [_name(x) for x in piece[odd]]
        return json.dumps(values.tolist())
    if kind in "Mm":
        return repr(_native(piece).view(np.int64).tolist())
    if kind in "SV":
        raw = piece.tobytes()
        items = [raw[i * size : (i + 1) * size].decode("latin-1") for i in range(len(piece))]
        return json.dumps([item.rstrip("\0") for item in items] if kind == "S" else items)
    return json.dumps(piece.tolist())


def _form(dtype: np.dtype[Any], place: _Place | None) -> object:
    """A dtype as JSON values, with byte order, units, padding and titles."""
    _require_known(dtype, place)
    if dtype.subdtype is not None:
        base, shape = dtype.subdtype
        return {"base": _form(base, place), "shape": list(shape)}
    if dtype.kind == "T":
        if dtype != np.dtypes.StringDType():
            raise TypeError(f"{_path(place)} is of dtype {dtype}, which has no JSON form here")
        return "T"
    if dtype.names is None or dtype.fields is None:
        return dtype.str
    fields = [dtype.fields[name] for name in dtype.names]
    return {
        "names": list(dtype.names),
        "formats": [_form(field[0], place) for field in fields],
        "offsets": [field[1] for field in fields],
        "titles": [field[2] if len(field) > 2 else None for field in fields],
        "itemsize": dtype.itemsize,
        "aligned": dtype.isalignedstruct,
        "record": dtype.type is np.record,
    }


# --- And back -------------------------------------------------------------------------------------


def _refuse_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def _untag(value: dict[str, Any]) -> object:
    """What an object stands for; json calls this for the innermost objects first."""
    tags = [key for key in value if key.startswith("$") and not key.startswith("$$")]
    if not tags:
        return {key.removeprefix("$"): item for key, item in value.items()}
    tag = tags[0]
    if len(value) > 1 or tag not in _UNTAG:
        raise ValueError(f"the tag {tag} is not known, or does not stand alone")
    try:
        return _UNTAG[tag](value[tag])
    except (KeyError, TypeError, OverflowError, AttributeError, IndexError) as error:
        raise ValueError(f"what the tag {tag} holds is damaged: {error}") from error


def _read_array(form: dict[str, Any]) -> Array:
    return _filled(_read_dtype(form["dtype"]), tuple(form["shape"]), form["data"])


def _read_masked(form: dict[str, Any]) -> Array:
    data = _read_array(form)
    mask = form["mask"]
    if mask is not None:
        mask = _filled(np.ma.make_mask_descr(data.dtype), data.shape, mask)
    fill: Any = form["fill_value"]
    if fill is not None:
        fill = _filled(data.dtype, (), fill)[()]
    mask = np.ma.nomask if mask is None else mask
    with np.errstate(over="ignore"):  # NumPy's own fill value, 1e20, in a field of float16
        masked: Array = np.ma.MaskedArray(
            data, mask=mask, fill_value=fill, hard_mask=form["hard_mask"]
        )
    return masked


def _read_scalar(form: dict[str, Any]) -> Any:
    return _filled(_read_dtype(form["dtype"]), (), form["data"])[()]


_UNTAG: dict[str, Callable[[Any], Any]] = {
    "$ndarray": _read_array,
    "$recarray": lambda form: _read_array(form).view(np.recarray),
    "$maskedarray": _read_masked,
    "$masked": lambda _form: np.ma.masked,
    "$scalar": _read_scalar,
    "$str_": lambda text: np.str_(text),
    "$bytes_": lambda text: np.bytes_(text.encode("latin-1")),
    "$bytes": lambda text: text.encode("latin-1"),
    "$tuple": tuple,
    "$float": lambda data: _filled(np.dtype(float), (), data).item(),
    "$complex": lambda data: _filled(np.dtype(complex), (), data).item(),
}


def _read_dtype(form: Any) -> np.dtype[Any]:
    if form == "T":
        return np.dtypes.StringDType()
    if isinstance(form, str):
        dtype = np.dtype(form)
        if dtype.str != form:
            raise ValueError(f"{form!r} is not how a dtype is written")
        return dtype
    if "base" in form:
        return np.dtype((_read_dtype(form["base"]), tuple(form["shape"])))
    layout: Any = {key: form[key] for key in ("names", "offsets", "titles", "itemsize")}
    layout["formats"] = [_read_dtype(each) for each in form["formats"]]
    structured: np.dtype[Any] = np.dtype(layout, align=form["aligned"])
    return np.dtype((np.record, structured)) if form["record"] else structured


_NONFINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _filled(dtype: np.dtype[Any], shape: tuple[int, ...], data: Any) -> Array:
    """An array of that dtype and shape, from what `_flat` wrote."""
    if dtype.subdtype is not None:
        base, inner = dtype.subdtype
        return _filled(base, shape + inner, data)
    if dtype.names is not None and dtype.fields is not None:
        columns = {name: _filled(dtype.fields[name][0], shape, data[name]) for name in dtype.names}
        records: Array = np.zeros(shape, dtype)
        for name, column in columns.items():
            records[name] = column
        return records
    count = math.prod(shape) * (2 if dtype.kind == "c" else 1)
    if type(data) is not list or len(data) != count:
        raise ValueError(f"shape {shape} and dtype {dtype} need a list of {count} elements")
    return _read_flat(dtype, data).reshape(shape)


_ELEMENTS: dict[str, set[type]] = {
    "b": {bool},
    **{kind: {int} for kind in "iuMm"},
    **{kind: {int, float, str} for kind in "fc"},
    **{kind: {str} for kind in "SUVT"},
}


def _read_flat(dtype: np.dtype[Any], data: list[Any]) -> Array:
    kind, size = dtype.kind, dtype.itemsize
    if kind == "O":
        return np.fromiter(data, dtype=object, count=len(data))
    types = set(map(type, data))
    if not types <= _ELEMENTS[kind]:
        # NumPy would make an integer of 1.5 and a number of "1".
        raise ValueError(f"a list for dtype {dtype} holds elements of another kind")
    if kind == "c":
        parts = _read_flat(np.dtype(f"f{size // 2}"), data).reshape(-1, 2)
        return parts.view(np.dtype(f"c{size}")).reshape(-1).astype(dtype)
    if kind == "f":
        if size > 8:
            return np.array([np.longdouble(_NONFINITE.get(x, x)) for x in data], dtype=dtype)
        if str in types:
            data = [_NONFINITE[x] if type(x) is str else x for x in data]
        return np.array(data, dtype=dtype)
    if kind in "Mm":
        return np.array(data, dtype=np.int64).view(dtype.newbyteorder("=")).astype(dtype)
    if kind in "SV":
        items = [item.encode("latin-1") for item in data]
        if any(len(item) > size or (kind == "V" and len(item) < size) for item in items):
            raise ValueError(f"a list for dtype {dtype} holds bytes of another length")
        return np.frombuffer(b"".join(item.ljust(size, b"\0") for item in items), dtype).copy()
    if kind == "U" and any(len(item) * 4 > size for item in data):
        raise ValueError(f"a list for dtype {dtype} holds longer text")
    return np.array(data, dtype=dtype)


def main() -> None:
    """Show what the usual encoder makes of a few values, and what this module writes and reads."""

    def usual(value: Any) -> object:
        if isinstance(value, np.integer):
            return int(value)
        if isinstance(value, np.floating):
            return float(value)
        return value.tolist() if isinstance(value, np.ndarray) else bool(value)

    values = {
        "when": np.datetime64("2026-11-20T10:30"),
        "took": np.timedelta64(250_000_000, "ns"),
        "wave": np.complex64(3 + 4j),
        "loss": np.float32(0.1),
        "seen": np.uint64(2**64 - 1),
        "rows": np.array([("a", 0.5), ("b", 1.5)], dtype=[("id", "U1"), ("x", ">f4")]),
        "mask": np.ma.array([[1, 2], [3, 4]], mask=[[False, True], [False, False]]),
    }
    print("The usual encoder, a default= that ends in bool(value):")
    for name, value in values.items():
        print(f"  {name}: {json.dumps(value, default=usual)}")
    print("\ndumps:")
    for name, value in values.items():
        print(f"  {name}: {dumps(value)}")
    print("\nNaN by policy, and as json writes it:")
    gaps = np.array([0.5, np.nan, -np.inf])
    print(f"  null: {dumps(gaps, nonfinite='null')}   string: {dumps(gaps, nonfinite='string')}")
    print(f"  json.dumps, which no strict reader takes: {json.dumps(gaps.tolist())}")
    for wrong in ({"runs": [{"loss": gaps}]}, {"runs": [{"seen": {1, 2}}]}):
        try:
            dumps(wrong)
        except (TypeError, ValueError) as error:
            print(f"  {type(error).__name__}: {error}")
    print("\ndumps_tagged:")
    text = dumps_tagged(values["rows"])
    print(f"  {text}")
    print(f"  comes back as {loads_tagged(text)!r}")


if __name__ == "__main__":
    main()
