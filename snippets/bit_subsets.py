"""All subsets of n items: by counting in binary, and by changing one item at a time.

In: any iterable of items, taken once, when the function is called; equal items at different places
are different items. Out: iterators that hold one subset, however many are to come: 2**n of them.
Bit i of a number stands for the i-th item; every subset lists its items in the given order.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def subsets(items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """Every subset once, the empty one first: those of the first k items before any with the next.

    >>> list(subsets("abc"))
    [(), ('a',), ('b',), ('a', 'b'), ('c',), ('a', 'c'), ('b', 'c'), ('a', 'b', 'c')]
    """
    # No generator function: that would read the items at the first `next`, changed or not.
    kept = tuple(items)
    return (subset_at(kept, number) for number in range(1 << len(kept)))


def subset_at(items: Sequence[T], number: int) -> tuple[T, ...]:
    """The subset at this place of `subsets`, without those before it; IndexError if none is."""
    # Python would take a negative number for one with endless ones in front.
    if not 0 <= number < 1 << len(items):
        raise IndexError(f"{len(items)} items have no subset number {number}")
    return tuple(item for place, item in enumerate(items) if number >> place & 1)


def gray_code(number: int) -> int:
    """The number-th bit pattern of the reflected Gray code, from 0; neighbours differ in one bit.

    Frank Gray's, https://patents.google.com/patent/US2632058A; ValueError for negative numbers.
    """
    if number < 0:
        raise ValueError(f"a Gray code counts from 0, not {number}")
    return number ^ number >> 1


def gray_rank(pattern: int) -> int:
    """The number whose Gray code this bit pattern is; ValueError for negative patterns."""
    if pattern < 0:
        raise ValueError(f"a bit pattern has no sign, but this is {pattern}")
    # Each bit of the number is the parity of the bits from its place up, found by doubling.
    shift = 1
    while pattern >> shift:
        pattern ^= pattern >> shift
        shift *= 2
    return pattern


# region steps
def gray_steps(items: Iterable[T]) -> Iterator[tuple[T, bool]]:
    """The 2**n - 1 changes that lead from no item through every subset: an item, and if it enters.

    >>> list(gray_steps("ab"))
    [('a', True), ('b', True), ('a', False)]
    """
    kept = tuple(items)
    return (_step(kept, number) for number in range(1, 1 << len(kept)))


def _step(items: Sequence[T], number: int) -> tuple[T, bool]:
    # The lowest 1 of a number: the minus sign flips all bits above it, so nothing else is in both.
    place = (number & -number).bit_length() - 1
    return items[place], bool(gray_code(number) >> place & 1)


# endregion steps


def gray_subsets(items: Iterable[T]) -> Iterator[tuple[T, ...]]:
    """Every subset once, the empty one first; each differs from the one before by one item."""
    kept = tuple(items)
    return (subset_at(kept, gray_code(number)) for number in range(1 << len(kept)))


def main() -> None:
    """Show both orders for four items, then split sixteen weights as fairly as can be."""
    print("number  binary  by counting    Gray    one change at a time")
    orders = subsets("abcd"), gray_subsets("abcd"), [("", True), *gray_steps("abcd")]
    for number, (counted, gray, (item, enters)) in enumerate(zip(*orders, strict=True)):
        change = f"{'+' if enters else '-'}{item}" if item else ""
        binary = f"{number:6}  {number:06b}"
        print(
            f"{binary}  {''.join(counted):12}  {gray_code(number):06b}  {change:4} {''.join(gray)}"
        )

    weights = [number**2 for number in range(51, 67)]
    half = sum(weights) / 2
    total, fairest, at = 0, half, 0
    for number, (weight, enters) in enumerate(gray_steps(weights), start=1):
        total += weight if enters else -weight  # one addition, where a sum would take eight
        if abs(total - half) < fairest:
            fairest, at = abs(total - half), number
    chosen = subset_at(range(51, 67), gray_code(at))
    print(f"\nThe squares of 51 to 66 add up to {sum(weights)}. As fair as can be:")
    rest = [number for number in range(51, 67) if number not in chosen]
    for side in (chosen, rest):
        print(f"  {sum(number**2 for number in side)}, the squares of {', '.join(map(str, side))}")
    print(f"Found at step {at} of {2 ** len(weights) - 1}.")


if __name__ == "__main__":
    main()
