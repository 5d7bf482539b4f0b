"""Mixed data of the benchmarks' own making."""

import random

MIB = 1 << 20


def fill(server, mib, seed=9):
    """Text as applications keep it, `mib` of payload: two keys of three are strings of 24 bytes to 2 KiB, the others hashes, lists,
    sorted sets, sets and streams of 4 to 40 elements. One value of 20,000 has 1 MiB, one collection of 500 has a thousand
    elements or more, and one key of ten a TTL of about a month."""
    dice = random.Random(seed)
    words = ("order user session token price stock cart item region zone shard node cache status active pending closed amount total "
             "currency email street city country code name first last phone created updated expires version index value true false").split()
    words += [str(dice.getrandbits(24)) for _ in range(20_000)]
    weights = [40] * 37 + [0.05] * 20_000
    text = " ".join(dice.choices(words, weights, k=3_000_000)).encode()

    def piece(length):
        at = dice.randrange(len(text) - length)
        return text[at:at + length]

    def collection(most, large, number):
        """How many elements, and how long each is."""
        return (large if number % 500 == 0 else dice.randint(4, most)), dice.randint(16, 80)

    def command(number):
        key, kind = f"key:{number % 97}:{number:08x}", dice.randrange(1000)
        if number % 20_000 == 7:
            return ["SET", key, piece(MIB)]
        if kind < 660:
            return ["SET", key, piece(dice.randint(24, 184) if dice.random() < 0.5 else dice.randint(200, 2200))]
        if kind < 800:
            count, length = collection(20, 700, number)
            return ["HSET", key, *(x for n in range(count) for x in (f"field:{n}", piece(length)))]
        if kind < 880:
            count, length = collection(26, 3000, number)
            return ["RPUSH", key, *(piece(length) for _ in range(count))]
        if kind < 940:
            count, _ = collection(40, 1500, number)
            return ["ZADD", key, *(x for n in range(count) for x in (dice.randrange(10 ** 9) / 1000, f"member:{n}:{dice.getrandbits(32):08x}"))]
        if kind < 985:
            count, length = collection(30, 2000, number)
            if dice.random() < 0.3:
                return ["SADD", key, *dice.sample(range(10 ** 6), count)]
            return ["SADD", key, *(b"%d %b" % (n, piece(length)) for n in range(count))]
        return ["XADD", key, "*", *(x for n in range(dice.randint(4, 40)) for x in (f"f{n}", piece(40)))]

    def commands():
        left, number = mib * MIB, 0
        while left > 0:
            number += 1
            made = command(number)
            left -= sum(len(str(word)) if not isinstance(word, bytes) else len(word) for word in made[1:])
            yield made
            if dice.random() < 0.1:
                yield ["EXPIRE", made[1], 2_592_000 + dice.randrange(86_400)]
    server.calls(commands())
