"""Where the parts of a sealed blob lie, as docs/blob-format.md has it; and what may happen to the file."""

import itertools

TAIL_BYTES = 32
SUM_BYTES = 32


def regions(blob):
    """[(name, start, end)] of every field, front to back, with no gap."""
    found = [("magic", 0, 8), ("version", 8, 10), ("head length", 10, 14), ("cipher", 14, 15), ("segment size", 15, 16), ("blob id", 16, 32)]

    def add(name, length):
        start = found[-1][2]
        found.append((name, start, start + length))
        return start + length

    def number(at, length=2):
        return int.from_bytes(blob[at:at + length])

    at = 32
    at = add("wrapping key", 2 + number(at))
    at = add("wrapped data key", 2 + number(at))
    pairs, length = blob[at], 1
    for _ in range(2 * pairs):
        length += 2 + number(at + length)
    at = add("context", length)
    at = add("subject", 2 + number(at))
    add("commitment", SUM_BYTES)
    at = add("check", SUM_BYTES)
    assert at == number(10, 4), "the head is as long as it says"
    tail = len(blob) - TAIL_BYTES
    assert blob[tail:tail + 8] == b"valktail"
    footer, footer_bytes = number(tail + 8, 8), number(tail + 16, 4)
    assert footer + footer_bytes == tail
    add("segments", footer - at)
    add("footer", footer_bytes)
    for name, length in (("tail magic", 8), ("footer offset", 8), ("footer length", 4), ("tail check", 12)):
        add(name, length)
    return found


def damages(blob, other, dice, places):
    """(what happened, the part that is hurt or None, the file afterwards): about `places` flipped bits, and every way to cut,
    append, move, mix and put back. `other` is a blob of another snapshot; None stands for a file that is gone."""
    found = regions(blob)
    yield from flips(blob, found, dice, places)
    head, segments, footer = at(found, "segments")[0], at(found, "segments"), at(found, "footer")
    for name, start, _ in found:
        yield f"cut before {name}", "tail" if start > head else None, blob[:start]
    for lost in (1, TAIL_BYTES - 1, TAIL_BYTES + 1):
        yield f"cut by {lost}", "tail", blob[:-lost]
    yield "cut in the middle", "tail", blob[:len(blob) // 2]
    for name, more in (("a byte", b"\0"), ("its tail", blob[-TAIL_BYTES:]), ("zeros", bytes(4096)), ("itself", blob), ("the other", other)):
        yield f"{name} appended", None, blob + more
    yield "a byte put before", None, b"\0" + blob
    for name, start, end in ((name, *at(found, name)) for name in ("segments", "footer", "subject", "commitment")):
        middle = (start + end) // 2
        yield f"a byte of the {name} left out", None, blob[:middle] + blob[middle + 1:]
        yield f"a byte of the {name} doubled", None, blob[:middle] + blob[middle:middle + 1] + blob[middle:]
        yield f"the {name} zeroed", None, blob[:start] + bytes(end - start) + blob[end:]
    half = (segments[1] - segments[0]) // 2
    first, second = blob[head:head + half], blob[head + half:head + 2 * half]
    yield "halves of the segments swapped", "segment", blob[:head] + second + first + blob[head + 2 * half:]
    yield "the first half repeated", None, blob[:head] + first + first + blob[head + 2 * half:]
    yield "a page of zeros, as after a crash", None, blob[:head + half] + bytes(4096) + blob[head + half + 4096:]
    yield "all zeros", None, bytes(len(blob))
    yield "empty", None, b""
    yield "gone", None, None
    # Each part may be whole, and from elsewhere.
    others = regions(other)
    other_head = at(others, "segments")[0]
    yield "the blob of another snapshot", None, other
    yield "the head of another", None, other[:other_head] + blob[head:]
    yield "the footer and tail of another", None, blob[:footer[0]] + other[at(others, "footer")[0]:]
    for name in ("wrapped data key", "context", "subject", "commitment", "check", "blob id"):
        (start, end), (there, there_end) = at(found, name), at(others, name)
        yield f"the {name} of another", None, blob[:start] + other[there:there_end] + blob[end:]


def flips(blob, found, dice, places):
    """One bit each: at both ends of every region, and at places drawn from all regions alike."""
    drawn = itertools.islice(itertools.cycle(found), max(places - 2 * len(found), 0))
    chosen = [(name, place) for name, start, end in found for place in {start, end - 1}]
    chosen += [(name, dice.randrange(start, end)) for name, start, end in drawn]
    for name, place in chosen:
        flipped = bytearray(blob)
        flipped[place] ^= 1 << dice.randrange(8)
        yield f"bit flipped in {name} at {place}", part_of(name), bytes(flipped)


def part_of(region):
    """The word with which a reader names the part."""
    if region == "segments":
        return "segment"
    if region == "footer":
        return "footer"
    return "tail" if region in ("tail magic", "footer offset", "footer length", "tail check") else None


def at(found, wanted):
    return next((start, end) for name, start, end in found if name == wanted)
