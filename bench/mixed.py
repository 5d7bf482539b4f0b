"""Mixed data of the benchmarks' own making."""

import random

MIB = 1 << 20


def fill(server, mib, seed=9):
    """Mixed data: two thirds of it text, one third random bytes; strings, hashes, lists, sets and sorted sets."""
    dice = random.Random(seed)
    words = [bytes(dice.choices(b"abcdefghijklmnopqrstuvwxyz", k=dice.randint(3, 10))) for _ in range(2000)]
    text = b" ".join(dice.choices(words, k=600_000))
    noise = dice.randbytes(4 * MIB)

    def piece(length):
        pool = noise if dice.random() < 0.34 else text
        at = dice.randrange(len(pool) - length)
        return pool[at:at + length]

    def commands():
        left = mib * MIB
        number = 0
        while left > 0:
            number += 1
            kind, length = number % 10, 500 if mib < 64 else 4000
            if number % 500 == 0:
                command = ["SET", f"big:{number}", piece(MIB)]
            elif kind < 6:
                command = ["SET", f"text:{number}", piece(length)]
            elif kind < 7:
                command = ["HSET", f"hash:{number}", *(x for f in range(20) for x in (f"field {f}", piece(length // 20)))]
            elif kind < 8:
                command = ["RPUSH", f"list:{number}", *(piece(length // 20) for _ in range(20))]
            elif kind < 9:
                command = ["SADD", f"set:{number}", *(piece(length // 20) for _ in range(20))]
            else:
                command = ["ZADD", f"scores:{number}", *(x for m in range(20) for x in (m, piece(length // 20)))]
            left -= sum(len(w) for w in command if isinstance(w, bytes))
            yield command
    server.calls(commands())
