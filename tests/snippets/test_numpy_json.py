"""Proof of the card `numpy_json`: json itself, exact fractions and byte-wise comparison as oracles.

`strictly` reads JSON as the standard has it: without NaN and Infinity, numbers as exact fractions.
`same` compares two values by type, dtype, shape and every element, NaN and the sign of 0 included.
"""

from __future__ import annotations

import json
import math
import re
import tracemalloc
from collections import OrderedDict, namedtuple
from collections.abc import Callable
from datetime import date, datetime
from enum import IntEnum, StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy._core._rational_tests import (  # type: ignore[import-not-found]  # without stubs
    rational,  # a dtype that is not NumPy's own
)

from snippets import numpy_json
from snippets.numpy_json import PIECE, dump, dump_tagged, dumps, dumps_tagged, loads_tagged

# A busy machine is no failure.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def strictly(text: str) -> Any:
    def refuse(name: str) -> object:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse, parse_float=Fraction)


def same(a: Any, b: Any) -> bool:
    if type(a) is not type(b):
        return False
    if a is np.ma.masked:
        return a is b
    if isinstance(a, np.ma.MaskedArray):
        masks = (a.mask is np.ma.nomask) == (b.mask is np.ma.nomask) and same(
            np.asarray(a.mask), np.asarray(b.mask)
        )
        with np.errstate(over="ignore"):  # NumPy's own 1e20, in a float16
            fill = same(np.asarray(a.fill_value), np.asarray(b.fill_value))
        return masks and fill and a.hardmask == b.hardmask and same(a.data, b.data)
    if isinstance(a, np.ndarray | np.generic):
        return (
            a.dtype == b.dtype
            and a.shape == b.shape
            and same_elements(np.asarray(a), np.asarray(b))
        )
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return list(a) == list(b) and all(same(a[key], b[key]) for key in a)
    return repr(a) == repr(b) and bool(a == b or (a != a and b != b))


def same_elements(a: Any, b: Any) -> bool:
    if a.dtype.names is not None:
        return all(same_elements(a[name], b[name]) for name in a.dtype.names)
    if a.dtype.kind == "O":
        return all(same(x, y) for x, y in zip(a.flat, b.flat, strict=True))
    if a.dtype.kind == "c":
        return same_elements(a.real, b.real) and same_elements(a.imag, b.imag)
    if a.dtype.kind == "f":
        signs = np.isnan(a) | (np.signbit(a) == np.signbit(b))
        return np.array_equal(a, b, equal_nan=True) and bool(np.all(signs))
    if a.dtype.kind == "T":
        return bool(np.array_equal(a, b))
    return bool(a.tobytes() == b.tobytes())


def text_or_refusal(value: Any, nonfinite: Any) -> str:
    try:
        return dumps(value, nonfinite=nonfinite)
    except (TypeError, ValueError) as error:
        return str(error)


DTYPES = st.one_of(
    hnp.scalar_dtypes(),
    hnp.byte_string_dtypes(max_len=4),
    hnp.unicode_string_dtypes(max_len=4),
    hnp.nested_dtypes(max_leaves=5, max_itemsize=200),
)
SHAPES = hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4)
ARRAYS = DTYPES.flatmap(lambda dtype: hnp.arrays(dtype, SHAPES))
NUMBERS = hnp.arrays(
    st.one_of(hnp.integer_dtypes(), hnp.unsigned_integer_dtypes(), hnp.floating_dtypes()),
    SHAPES,
    elements={"allow_nan": False, "allow_infinity": False},
)


# --- Plain: what other programs read --------------------------------------------------------------


@unhurried
@given(NUMBERS)
def test_finite_numbers_are_written_exactly_as_json_writes_their_list(array: np.ndarray) -> None:
    assert dumps(array) == json.dumps(array.tolist())


@unhurried
@given(NUMBERS)
def test_numbers_read_back_are_the_exact_values(array: np.ndarray) -> None:
    assert same(np.array(json.loads(dumps(array)), array.dtype).reshape(array.shape), array)
    values = json.loads(dumps(array.reshape(-1)))
    assert list(map(Fraction, values)) == [Fraction(value.item()) for value in array.flat]


@unhurried
@given(ARRAYS, st.sampled_from(["null", "string"]))
def test_whatever_comes_out_is_strict_json_or_a_refusal(array: np.ndarray, nonfinite: Any) -> None:
    text = text_or_refusal({"array": array}, nonfinite)
    if text.startswith("$"):
        assert text.startswith("$.array")
        return
    found = strictly(text)["array"]
    for length in array.shape:
        assert len(found) == length
        if length == 0:
            break
        found = found[0]


@unhurried
@given(hnp.arrays(hnp.floating_dtypes(), SHAPES))
def test_nothing_but_nan_and_infinity_is_changed_by_a_policy(array: np.ndarray) -> None:
    names = {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}

    def expected(value: Any, odd: Callable[[float], object]) -> Any:
        if isinstance(value, list):
            return [expected(each, odd) for each in value]
        return value if math.isfinite(value) else odd(value)

    by_name = expected(array.tolist(), lambda value: names[str(value)])
    assert json.loads(dumps(array, nonfinite="string")) == by_name
    assert json.loads(dumps(array, nonfinite="null")) == expected(array.tolist(), lambda _: None)
    if np.isfinite(array).all():
        assert dumps(array) == dumps(array, nonfinite="null")
    else:
        with pytest.raises(ValueError, match="which JSON can't say"):
            dumps(array)


SCALARS = [
    (np.True_, "true"),
    (np.False_, "false"),
    (np.int8(-128), "-128"),
    (np.uint64(2**64 - 1), "18446744073709551615"),
    (np.int64(-(2**63)), "-9223372036854775808"),
    (np.float16(0.1), "0.0999755859375"),
    (np.float32(0.1), "0.10000000149011612"),
    (np.float64(0.1), "0.1"),
    (np.float64(-0.0), "-0.0"),
    (np.longdouble("0.5"), "0.5"),
    (np.complex64(1 - 2j), "[1.0, -2.0]"),
    (np.complex128(0.1j), "[0.0, 0.1]"),
    (1 + 2j, "[1.0, 2.0]"),
    (np.str_('a"\u20ac\n'), '"a\\"\\u20ac\\n"'),
    (np.bytes_(b"tag"), '"tag"'),
    (b"tag", '"tag"'),
    (np.datetime64("2026-11-20"), '"2026-11-20"'),
    (np.datetime64("2026-11"), '"2026-11"'),
    (np.datetime64("2026-11-20T10:30", "ns"), '"2026-11-20T10:30:00.000000000"'),
    (np.timedelta64(90, "s"), '"PT90S"'),
    (np.timedelta64(-250, "ms"), '"-PT0.250S"'),
    (np.timedelta64(1, "as"), '"PT0.000000000000000001S"'),
    (np.array(3, "m8[25h]")[()], '"PT75H"'),
    (np.timedelta64(2, "Y"), '"P2Y"'),
    (np.timedelta64(2, "M"), '"P2M"'),
    (np.timedelta64(2, "m"), '"PT2M"'),
    (np.timedelta64(0, "W"), '"P0W"'),
    (np.timedelta64(7, "D"), '"P7D"'),
    (np.array((1, 2.5), "i4,f8")[()], '{"f0": 1, "f1": 2.5}'),
    (np.ma.masked, "null"),
    (None, "null"),
    (7, "7"),
    (10**30, "1" + "0" * 30),
]


@pytest.mark.parametrize(("value", "text"), SCALARS, ids=[repr(value) for value, _ in SCALARS])
def test_a_scalar_is_written_the_same_alone_in_a_list_and_in_an_array(
    value: Any, text: str
) -> None:
    assert dumps(value) == text
    assert dumps([value]) == dumps((value,)) == f"[{text}]"
    assert dumps({"key": value}) == f'{{"key": {text}}}'
    in_objects = np.empty(2, object)
    in_objects[:] = [value, value]
    assert dumps(in_objects) == f"[{text}, {text}]"
    if isinstance(value, np.generic):
        assert dumps(np.asarray(value)) == text
        assert dumps(np.full((2, 1), value)) == f"[[{text}], [{text}]]"


def test_a_longdouble_keeps_the_digits_that_a_double_drops() -> None:
    third = np.longdouble(1) / 3
    huge = np.longdouble(2) ** 3000
    for value in (third, -third, huge, np.nextafter(np.longdouble(1), np.longdouble(2))):
        text = dumps(value)
        assert np.longdouble(text) == value
        assert text == text.strip()
        assert isinstance(strictly(text), Fraction | int)
    assert np.longdouble(json.loads(dumps(np.array([third])), parse_float=str)[0]) == third
    assert dumps(np.clongdouble(third)) == f"[{dumps(third)}, 0.0]"


@unhurried
@given(st.datetimes(min_value=datetime(1, 1, 1)))
def test_dates_read_as_python_reads_them(moment: datetime) -> None:
    array = np.array([moment, moment], "datetime64[us]")
    assert [datetime.fromisoformat(each) for each in json.loads(dumps(array))] == [moment] * 2
    days = array.astype("datetime64[D]").astype(">M8[D]")
    assert [date.fromisoformat(each) for each in json.loads(dumps(days))] == [moment.date()] * 2


SECONDS = {"W": 604800, "D": 86400, "h": 3600, "m": 60, "s": 1} | {
    unit: Fraction(1, 1000**power)
    for power, unit in enumerate(("ms", "us", "ns", "ps", "fs", "as"), start=1)
}


@unhurried
@given(
    st.integers(-(2**63) + 1, 2**63 - 1), st.sampled_from(list(SECONDS)), st.sampled_from([1, 7])
)
def test_durations_are_exact_to_the_last_tick(ticks: int, unit: str, multiple: int) -> None:
    value = np.array(ticks, f"m8[{multiple}{unit}]")[()]
    text = json.loads(dumps(value))
    form = re.fullmatch(r"(-?)PT?(\d+(?:\.\d+)?)([WDHMS])", text)
    assert form is not None
    length = {"W": 604800, "D": 86400, "H": 3600, "M": 60, "S": 1}[form[3]]
    seconds = Fraction(f"{form[1]}{form[2]}") * length
    assert seconds == ticks * multiple * SECONDS[unit]


def test_nat_and_nan_follow_the_policy_everywhere() -> None:
    values: list[Any] = [
        math.nan,
        np.float32("nan"),
        np.datetime64("NaT"),
        np.timedelta64("NaT", "s"),
        complex(1, -math.inf),
        np.longdouble("inf"),
    ]
    names = '["NaN", "NaN", "NaT", "NaT", [1.0, "-Infinity"], "Infinity"]'
    assert dumps(values, nonfinite="string") == names
    assert dumps(values, nonfinite="null") == "[null, null, null, null, [1.0, null], null]"
    for value in values:
        for shape in ((), (1,), (2, 3)):
            array = np.full(shape, value)
            for wrong in (array, [array], {"a": 1, "b": array}):
                with pytest.raises(ValueError, match=r"^\$.* is (NaN|NaT|-?Infinity), which JSON"):
                    dumps(wrong)
    dates = np.array([["2026-01-01", "NaT"]], "M8[D]")
    assert dumps(dates, nonfinite="string") == '[["2026-01-01", "NaT"]]'
    assert dumps(dates, nonfinite="null") == '[["2026-01-01", null]]'
    with pytest.raises(
        ValueError, match="nonfinite must be one of error, null, string, not 'skip'"
    ):
        dumps(1.0, nonfinite="skip")  # type: ignore[arg-type]


def test_messages_name_the_place() -> None:
    array = np.zeros((3, 40_000))
    array[2, 39_999] = np.inf
    for value, place in (
        ({"runs": [1, {"loss": array}]}, "$.runs[1].loss[2][39999]"),
        ({"runs": [1, {"loss": array.T}]}, "$.runs[1].loss[39999][2]"),
        ([array.astype("c8")], "$[0][2][39999][0]"),
        ([0.5] * 20_000 + [math.nan], "$[20000]"),
        ({"a key": np.array([(1, np.nan)], "i4,f4")}, '$["a key"][0].f1'),
        (np.array([[0, 1], [2, math.nan]], object), "$[1][1]"),
        (np.array(np.nan), "$"),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(place)} is "):
            dumps(value)


@unhurried
@given(ARRAYS)
def test_layout_in_memory_does_not_matter(array: np.ndarray) -> None:
    def text(value: np.ndarray) -> str:
        return text_or_refusal(value, "string")

    expected = text(array)
    swapped = array.astype(array.dtype.newbyteorder())
    padded = np.zeros((*array.shape, 2), array.dtype)
    padded[..., 1] = array
    assert text(swapped) == expected
    assert text(padded[..., 1]) == expected
    assert text(np.asfortranarray(array).reshape(array.shape)) == expected


@pytest.mark.parametrize(
    "shape",
    [
        (PIECE - 1,),
        (PIECE,),
        (PIECE + 1,),
        (2 * PIECE,),
        (3, PIECE),
        (2, PIECE + 1),
        (700, 2, 23),
        (2, 3, PIECE // 2 + 1),
        (5, 0, 3),
        (PIECE + 3, 0),
        (0, 5),
        (0,),
        (),
    ],
)
@pytest.mark.parametrize("kind", ["f8", "i2", "M8[s]", "c8", "S2"])
def test_arrays_longer_than_a_piece_are_joined_without_a_seam(
    shape: tuple[int, ...], kind: str
) -> None:
    array = (np.arange(math.prod(shape)) % 97).reshape(shape).astype(kind)
    if kind == "c8":
        expected = np.stack([array.real, array.imag], -1).tolist()
    elif kind == "M8[s]":
        expected = np.datetime_as_string(array).tolist() if array.size else array.tolist()
    else:
        expected = array.astype("U2").tolist() if kind == "S2" else array.tolist()
    assert dumps(array) == json.dumps(expected)
    assert same(loads_tagged(dumps_tagged(array)), array)


def test_masked_elements_are_null_and_what_they_hide_is_not_looked_at() -> None:
    array = np.ma.array([[1.5, math.nan], [math.inf, 2]], mask=[[False, True], [True, False]])
    assert dumps(array) == "[[1.5, null], [null, 2.0]]"
    for kind in ("i4", "U3", "S3", "M8[D]", "m8[D]", "c16", "O", "?", "g"):
        some = np.ma.array(np.zeros(3).astype(kind), mask=[True, False, True])
        plain = dumps(np.zeros(1).astype(kind))[1:-1]
        assert dumps(some) == f"[null, {plain}, null]"
        assert dumps(some[1:]) == f"[{plain}, null]"
        assert dumps(np.ma.array(np.zeros(2).astype(kind))) == f"[{plain}, {plain}]"
    records: Any = np.ma.array([(1, (2, 3)), (4, (5, 6))], dtype=[("a", "i4"), ("b", "i4", 2)])
    records[0] = np.ma.masked
    records["b"][1, 0] = np.ma.masked
    assert dumps(records) == '[{"a": null, "b": [null, null]}, {"a": 4, "b": [null, 6]}]'
    assert dumps(records[1]) == '{"a": 4, "b": [null, 6]}'
    array[0, 0] = math.nan
    with pytest.raises(ValueError, match=r"^\$\[0\]\[0\] is NaN"):
        dumps(array)
    long = np.ma.masked_less(np.arange(PIECE + 5), PIECE + 3)
    assert dumps(long) == json.dumps([None] * (PIECE + 3) + [PIECE + 3, PIECE + 4])


def test_records_become_objects_by_field_name() -> None:
    dtype = np.dtype(
        [
            ("id", ">u8"),
            ("at", "M8[D]"),
            ("xy", "f4", (2,)),
            ("inner", [("name", "U3"), ("raw", "S2")]),
        ]
    )
    array = np.array([(2**64 - 1, "2026-11-20", (0.5, 1), ("\u0915", b"ab"))], dtype)
    text = (
        '{"id": 18446744073709551615, "at": "2026-11-20", "xy": [0.5, 1.0], '
        '"inner": {"name": "\\u0915", "raw": "ab"}}'
    )
    assert dumps(array) == f"[{text}]"
    assert dumps(array[0]) == dumps(array.view(np.recarray)[0]) == text
    assert dumps(array.view(np.recarray)) == f"[{text}]"
    assert dumps(np.zeros(2, [])) == "[{}, {}]"


def test_containers_nest_in_each_other() -> None:
    objects = np.empty((2, 2), object)
    objects[0, 0], objects[0, 1] = [np.int8(1), {"a": np.arange(2)}], None
    objects[1, 0], objects[1, 1] = np.ones((1, 2)), ("x", True)
    assert dumps(objects) == '[[[1, {"a": [0, 1]}], null], [[[1.0, 1.0]], ["x", true]]]'
    assert dumps({np.str_("k"): OrderedDict(a=[])}) == '{"k": {"a": []}}'
    assert dumps([Colour.RED, Shape.ROUND, {Shape.ROUND: 1}]) == '[1, "circle", {"circle": 1}]'
    assert dumps([[], {}, (), "", [0] * 3]) == '[[], {}, [], "", [0, 0, 0]]'


def test_memory_maps_and_string_arrays_are_arrays(tmp_path: Path) -> None:
    mapped = np.memmap(tmp_path / "map", "f4", "w+", shape=(2, 2))
    assert dumps(mapped) == "[[0.0, 0.0], [0.0, 0.0]]"
    assert dumps(np.array(["a", "\u20ac" * 20], np.dtypes.StringDType())) == json.dumps(
        ["a", "\u20ac" * 20]
    )


# --- Refusals -------------------------------------------------------------------------------------


class Metres(np.ndarray):
    """A subclass that carries a meaning which a list of numbers would lose."""


class Colour(IntEnum):
    RED = 1


class Shape(StrEnum):
    ROUND = "circle"


REFUSED: list[tuple[Any, str]] = [
    (object(), "$.x is of type builtins.object"),
    ({1, 2}, "$.x is of type builtins.set"),
    (np.zeros(2).view(Metres), "$.x is of type .*Metres"),
    (np.void(b"ab"), "$.x is of type numpy.void"),
    (np.array([b"ab"], "V2"), "$.x[0] is of type numpy.void"),
    (np.array([rational(1, 2)]), "$.x is of dtype rational"),
    (rational(1, 2), "$.x is of dtype rational"),
    (np.dtype("f4"), "$.x is of type numpy.*Float32DType"),
    (np.float64, "$.x is of type builtins.type"),
    (date(2026, 11, 20), "$.x is of type datetime.date"),
    (np.timedelta64(5), "$.x is a timedelta64 without a unit"),
    ({"y": [1, Fraction(1, 2)]}, "$.x.y[1] is of type fractions.Fraction"),
    (np.array([1, {3}], object), "$.x[1] is of type builtins.set"),
    ({1: "a"}, "$.x has the key 1, but keys in JSON are strings"),
    ({None: "a"}, "$.x has the key None"),
    ([{np.int64(1): "a"}], "$.x[0] has the key np.int64(1)"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED, ids=[message for _, message in REFUSED])
def test_what_has_no_json_form_is_refused_by_type_and_place(value: Any, message: str) -> None:
    pattern = "^" + re.escape(message).replace(r"\.\*", ".*")
    with pytest.raises(TypeError, match=pattern):
        dumps({"x": value})


def test_the_usual_encoder_changes_what_this_one_keeps_or_refuses() -> None:
    """The encoder that is passed around: a few kinds are converted, the rest is a truth value."""

    class Usual(json.JSONEncoder):
        def default(self, o: Any) -> Any:
            if isinstance(o, np.integer):
                return int(o)
            if isinstance(o, np.floating):
                return float(o)
            if isinstance(o, np.ndarray):
                return o.tolist()
            return bool(o)

    moment, pair = np.datetime64("2026-11-20"), np.complex64(3 + 4j)
    assert json.dumps([moment, pair, np.void(b"ab")], cls=Usual) == "[true, true, true]"
    assert dumps([moment, pair]) == '["2026-11-20", [3.0, 4.0]]'
    assert json.dumps(np.timedelta64(90, "ns"), cls=Usual) == "90"
    assert dumps(np.timedelta64(90, "ns")) == '"PT0.000000090S"'
    assert json.dumps(np.ma.array([1, 2], mask=[False, True]), cls=Usual) == "[1, null]"
    assert json.dumps([np.float64("nan"), {1: "a"}], cls=Usual) == '[NaN, {"1": "a"}]'


def test_bytes_that_are_not_ascii_are_refused_by_place() -> None:
    for value in (b"\xff", np.bytes_(b"\xff"), np.array([b"\xff"])):
        with pytest.raises(ValueError, match=r"^\$\.x.* holds bytes that are not ASCII"):
            dumps({"x": value})


def test_a_cycle_is_refused_and_a_shared_value_is_not() -> None:
    looped: list[Any] = [1]
    looped.append({"again": looped})
    array = np.empty(1, object)
    array[0] = [array]
    for write in (dumps, dumps_tagged):
        with pytest.raises(ValueError, match=r"^\$\[1\]\.again contains itself"):
            write(looped)
        with pytest.raises(ValueError, match=r"^\$\[0\]\[0\] contains itself"):
            write(array)
    shared = [1]
    assert dumps([shared, shared]) == "[[1], [1]]"


# --- Tagged: and back -----------------------------------------------------------------------------


@unhurried
@given(ARRAYS)
def test_every_array_comes_back_with_its_dtype_shape_and_bytes(array: np.ndarray) -> None:
    text = dumps_tagged(array)
    strictly(text)
    assert same(loads_tagged(text), array)


@unhurried
@given(ARRAYS)
def test_every_scalar_comes_back_as_its_own_type(array: np.ndarray) -> None:
    assume(array.size > 0)
    scalar = array.reshape(-1)[0]
    again = loads_tagged(dumps_tagged([scalar]))
    assert same(again, [scalar])


@unhurried
@given(ARRAYS, st.data())
def test_every_masked_array_comes_back_with_mask_and_fill_value(
    array: np.ndarray, data: st.DataObject
) -> None:
    mask = np.ma.make_mask_descr(array.dtype)
    with np.errstate(over="ignore"):  # NumPy's own fill value, 1e20, in a field of float16
        masked = np.ma.MaskedArray(array, hard_mask=data.draw(st.booleans()))
        if data.draw(st.booleans()):
            masked = np.ma.MaskedArray(array, mask=data.draw(hnp.arrays(mask, array.shape)))
        if array.size and data.draw(st.booleans()):
            masked.fill_value = array.reshape(-1)[-1]
    assert same(loads_tagged(dumps_tagged(masked)), masked)


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(),
    st.binary(),
    st.builds(np.float64, st.floats()),
    st.builds(np.float32, st.floats(width=32)),
    st.builds(np.uint64, st.integers(0, 2**64 - 1)),
    st.builds(np.bool, st.booleans()),
    st.builds(np.str_, st.text()),
    st.builds(np.bytes_, st.binary()),
    hnp.arrays("f4", SHAPES),
    st.just(np.ma.masked),
)
KEYS = st.text() | st.sampled_from(["$", "$ndarray", "$$ndarray", "$float", "dtype"])
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
        st.lists(inner, max_size=4).map(lambda items: np.fromiter(items, object, len(items))),
    ),
    max_leaves=12,
)


@unhurried
@given(TREES)
def test_every_nesting_of_python_and_numpy_comes_back(value: Any) -> None:
    text = dumps_tagged(value)
    strictly(text)
    assert same(loads_tagged(text), value)


@unhurried
@given(st.text(alphabet=st.characters(codec="latin-1"), min_size=12, max_size=12))
def test_longdoubles_come_back_bit_for_bit(seed: str) -> None:
    rng = np.random.default_rng(list(seed.encode("latin-1")))
    array = rng.random(20).astype("g") / 3 * np.longdouble(2) ** rng.integers(-3000, 3000, 20)
    array[:3] = [np.nan, np.inf, -np.inf]
    assert same(loads_tagged(dumps_tagged(array)), array)
    both = np.empty(20, np.clongdouble)
    both.real, both.imag = array, array[::-1]
    assert same(loads_tagged(dumps_tagged(both)), both)
    assert same(loads_tagged(dumps_tagged(list(array))), list(array))


ODD_DTYPES: list[Any] = [
    np.dtype({"names": ["a", "b"], "formats": ["i1", ">f8"], "offsets": [3, 8], "itemsize": 24}),
    np.dtype([("a", "i1"), ("b", "f8")], align=True),
    np.dtype([(("A title", "a"), "i4"), ("$b", "O"), ("c", "V3")]),
    np.dtype((np.record, [("a", "U2"), ("b", "M8[25ns]", (2, 1))])),
    np.dtype([]),
    np.dtype("V5"),
    np.dtype(">M8[3D]"),
    np.dtype("m8"),
    np.dtypes.StringDType(),
]


@pytest.mark.parametrize("dtype", ODD_DTYPES, ids=repr)
def test_odd_dtypes_come_back_as_they_were(dtype: Any) -> None:
    array = np.zeros((2, 2), dtype)
    if dtype.names == ("a", "$b", "c"):
        array["$b"][0, 0] = {"$c": np.arange(3)}
        array["c"][1] = b"\x00\xff\x00"
    again = loads_tagged(dumps_tagged(array))
    assert same(again, array)
    assert again.dtype.type is array.dtype.type
    assert again.dtype.isalignedstruct == array.dtype.isalignedstruct
    assert again.dtype.fields == array.dtype.fields


def test_zeros_and_space_at_the_end_of_bytes_and_text_come_back() -> None:
    scalars = [np.str_("a\0"), np.bytes_(b"a\0"), "a\0", b"a\0"]  # an array drops these zeros
    assert same(loads_tagged(dumps_tagged(scalars)), scalars)
    assert json.loads(dumps([*scalars, {np.str_("k\0"): 1}])) == ["a\0"] * 4 + [{"k\0": 1}]
    for array in (np.array([b"a ", b"\xa0", b"\n\t"]), np.array(["a ", "\xa0", "\n\t"])):
        assert same(loads_tagged(dumps_tagged(array)), array)
        assert dumps_tagged(array).count('"') == dumps_tagged(np.zeros(3, "U1")).count('"')


def test_record_arrays_come_back_as_record_arrays() -> None:
    array = np.rec.array([(1, 2.0), (3, 4.0)], dtype=[("a", "i4"), ("b", "f8")])
    again = loads_tagged(dumps_tagged({"r": array, "one": array[1]}))
    assert same(again, {"r": array, "one": array[1]})
    assert again["r"].a.tolist() == [1, 3]
    assert again["one"].b == 4.0


def test_a_memory_map_comes_back_as_an_array(tmp_path: Path) -> None:
    mapped = np.memmap(tmp_path / "map", "i2", "w+", shape=(3,))
    assert same(loads_tagged(dumps_tagged(mapped)), np.zeros(3, "i2"))


Pair = namedtuple("Pair", "a b")


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (Pair(1, 2), "is of type .*Pair"),
        (OrderedDict(), "is of type collections.OrderedDict"),
        (Colour.RED, "is of type .*Colour"),
        (np.zeros(2).view(Metres), "is of type .*Metres"),
        (np.array([rational(1, 2)]), "is of dtype rational"),
        (np.zeros(2, [("a", rational)]), "is of dtype rational"),
        (rational(1, 2), "is of dtype rational"),
        (np.array(["a"], np.dtypes.StringDType(na_object=None)), "is of dtype StringDType"),
        (np.ma.array([(1, 2)], dtype="i4,i4")[0], "is of type .*mvoid"),
        ({np.str_("a"): 1}, "has the key np.str_"),
        ({1: 1}, "has the key 1"),
        (np.array([{1: 1}, 2]), r"^\$\[0\]\[0\] has the key 1"),
    ],
)
def test_what_would_come_back_as_something_else_is_refused(value: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        dumps_tagged([value])


DAMAGED = [
    "[NaN]",
    "[-Infinity]",
    '{"$unknown": 1}',
    '{"$tuple": [], "more": 1}',
    '{"$ndarray": [1, 2]}',
    '{"$ndarray": {"dtype": "<f8", "shape": [2]}}',
    '{"$ndarray": {"dtype": "<f8", "shape": [2], "data": [1.0]}}',
    '{"$ndarray": {"dtype": "<f8", "shape": [], "data": 1.0}}',
    '{"$ndarray": {"dtype": "<f8", "shape": [1], "data": ["1.0"]}}',
    '{"$ndarray": {"dtype": "<f8", "shape": [1], "data": [true]}}',
    '{"$ndarray": {"dtype": "<f8", "shape": [1], "data": [null]}}',
    '{"$ndarray": {"dtype": "<i8", "shape": [1], "data": [1.5]}}',
    '{"$ndarray": {"dtype": "|u1", "shape": [1], "data": [256]}}',
    '{"$ndarray": {"dtype": "|i1", "shape": [1], "data": [true]}}',
    '{"$ndarray": {"dtype": "|b1", "shape": [1], "data": [1]}}',
    '{"$ndarray": {"dtype": "<U2", "shape": [1], "data": ["abc"]}}',
    '{"$ndarray": {"dtype": "|S2", "shape": [1], "data": ["abc"]}}',
    '{"$ndarray": {"dtype": "|S2", "shape": [1], "data": ["\\u0915"]}}',
    '{"$ndarray": {"dtype": "|V2", "shape": [1], "data": ["a"]}}',
    '{"$ndarray": {"dtype": "<c16", "shape": [1], "data": [1.0]}}',
    '{"$ndarray": {"dtype": "<q9", "shape": [1], "data": [1.0]}}',
    '{"$ndarray": {"dtype": "f8,f8", "shape": [1], "data": {"f0": [1.0], "f1": [1.0]}}}',
    '{"$ndarray": {"dtype": "<M8[s]", "shape": [1], "data": ["2026-11-20"]}}',
    '{"$ndarray": {"dtype": "<M8[s]", "shape": [1], "data": [9223372036854775808]}}',
    '{"$ndarray": {"dtype": {"names": []}, "shape": [1], "data": {}}}',
    '{"$ndarray": {"dtype": 8, "shape": [1], "data": [1]}}',
    '{"$ndarray": {"dtype": "<f8", "shape": ["a"], "data": [1.0]}}',
    '{"$float": ["1e5x"]}',
    '{"$bytes": "\\u0915"}',
    '{"$bytes": 5}',
]


@pytest.mark.parametrize("text", DAMAGED)
def test_a_damaged_text_is_a_value_error(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011  # the messages are NumPy's in part
        loads_tagged(text)


@pytest.mark.parametrize(
    ("dtype", "data", "message"),
    [
        ("<f8", [1.0, 2.0], r"shape \(1,\) and dtype float64 need a list of 1 elements"),
        ("|S2", ["abc"], r"a list for dtype \|S2 holds bytes of another length"),
        ("<U2", ["abc"], "a list for dtype <U2 holds longer text"),
        ("<i8", [1.5], "a list for dtype int64 holds elements of another kind"),
    ],
)
def test_a_damaged_array_is_told_what_is_wrong(dtype: str, data: list[Any], message: str) -> None:
    form = {"dtype": dtype, "shape": [1], "data": data}
    with pytest.raises(ValueError, match=message):
        loads_tagged(json.dumps({"$ndarray": form}))


def test_tagged_text_reads_the_same_from_bytes() -> None:
    assert same(loads_tagged(dumps_tagged((1, np.int8(2))).encode()), (1, np.int8(2)))


# --- Streaming ------------------------------------------------------------------------------------


class Counter:
    """A file that keeps nothing but the number of characters and the longest write."""

    def __init__(self) -> None:
        self.length = self.longest = 0

    def write(self, text: str) -> int:
        self.length += len(text)
        self.longest = max(self.longest, len(text))
        return len(text)


@unhurried
@given(TREES)
def test_a_stream_is_the_text_in_pieces(value: Any) -> None:
    class Sheets(list[str]):
        def write(self, text: str) -> None:
            self.append(text)

    tagged, plain = Sheets(), Sheets()
    dump_tagged(value, tagged)
    assert "".join(tagged) == dumps_tagged(value)
    try:
        text = dumps(value, nonfinite="string")
    except (TypeError, ValueError):
        return
    dump(value, plain, nonfinite="string")
    assert "".join(plain) == text


def test_streaming_obeys_the_policy_and_starts_writing_before_it_fails() -> None:
    array = np.zeros(3 * PIECE)
    array[-1] = np.nan
    file = Counter()
    with pytest.raises(ValueError, match=r"\$\[49151\] is NaN"):
        dump(array, file)
    assert file.length > PIECE
    dump(array, file, nonfinite="null")


STREAMED: dict[str, Callable[[int], Any]] = {
    "floats": lambda n: np.arange(n) / 7,
    "rows": lambda n: (np.arange(n) / 7).reshape(-1, 10),
    "two long rows": lambda n: (np.arange(n) / 7).reshape(2, -1),
    "every other, backwards": lambda n: np.zeros(2 * n)[::-2],
    "columns": lambda n: np.zeros((10, n // 10)).T,
    "big-endian": lambda n: np.arange(n).astype(">i4"),
    "complex": lambda n: np.zeros(n // 2, "c8"),
    "masked": lambda n: np.ma.masked_less(np.arange(n), 50),
    "with NaN": lambda n: np.where(np.arange(n) % 2, np.nan, 1),
    "a list": lambda n: [0.5] * n,
}


@pytest.mark.parametrize("name", STREAMED)
@pytest.mark.parametrize("write", ["dump", "dump_tagged"])
def test_memory_stays_under_a_bound_that_does_not_know_the_length(name: str, write: str) -> None:
    peaks = []
    for length in (50_000, 200_000):
        value, file = STREAMED[name](length), Counter()
        tracemalloc.start()
        try:
            if write == "dump":
                dump(value, file, nonfinite="null")
            else:
                dump_tagged(value, file)
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        assert file.length > 2 * length
        assert file.longest < 50 * PIECE
    assert peaks[1] < 1.25 * peaks[0]
    assert peaks[1] < 160 * PIECE  # 2.6 MB


def test_the_demonstration_reads_back_what_it_wrote(capsys: pytest.CaptureFixture[str]) -> None:
    numpy_json.main()
    shown = capsys.readouterr().out
    assert "when: true" in shown
    assert 'when: "2026-11-20T10:30"' in shown
    assert "ValueError: $.runs[0].loss[1] is NaN" in shown
    assert "('b', 1.5)], dtype=[('id', '<U1'), ('x', '>f4')])" in shown
