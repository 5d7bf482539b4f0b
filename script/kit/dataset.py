"""Data of every type: writes it, reads it back whole, and tells the differences between two servers.

Values are compared, not dumps: two versions may encode one value differently.
"""

import random
import time

LIBRARIES = ["#!lua name=kit\nredis.register_function('kit_twice', function(keys, args) return args[1] * 2 end)",
             "#!lua name=kit_reading\nredis.register_function{function_name='kit_get', flags={'no-writes'}, "
             "callback=function(keys) return redis.call('GET', keys[1]) end}"]
MIB = 1 << 20
YEAR_2100_MS = 4_102_444_800_000
# Texts that an engine may keep as a number, or must not.
NUMBERLIKE = ["0", "-1", "127", "-128", "128", "32767", "-32768", "32768", "2147483647", "-2147483648", "2147483648",
              "9223372036854775807", "-9223372036854775808", "9223372036854775808", "007", "+1", "-0", " 1", "1.0", "1e3"]
# On each side of a step in the encoding of lengths, of the shortest text that is compressed, and of a list's largest packed element.
LENGTHS = [0, 1, 20, 21, 63, 64, 8191, 8193, 16383, 16384, 70_000]


def fill(server, seed=1, keys=200, databases=(0, 3), big_mib=0):
    """Writes `keys` rounds of every type into each database, and `big_mib` MiB of strings that do not compress."""
    dice = random.Random(seed)
    for database in databases:
        server.call("SELECT", database)
        for write in (rounds(dice, keys), edges(dice), large(dice), streams(dice)):
            server.calls(write)
        field_expiries(server)
        vectors(server, dice)
    server.call("SELECT", databases[0])
    server.calls(["SET", f"big:{n}", dice.randbytes(MIB)] for n in range(big_mib))
    if knows(server, "FUNCTION"):
        server.calls(["FUNCTION", "LOAD", "REPLACE", library] for library in LIBRARIES)


def rounds(dice, keys):
    """The types in their small forms, which grow with the round."""
    soon_ms = int(time.time() * 1000) + 3_600_000
    for n in range(keys):
        yield ["SET", f"text:{n}", f"value {n} " * dice.randint(1, 40)]
        yield ["SET", f"number:{n}", dice.randint(-2**40, 2**40)]
        yield ["SET", f"bytes:{n}", dice.randbytes(dice.randint(0, 300))]
        yield ["SET", f"expiring:{n}", n, "PXAT", soon_ms + n * 1000 + dice.randint(0, 999)]
        yield ["HSET", f"hash:{n}", *pairs(dice, 1 + n % 20)]
        yield ["RPUSH", f"list:{n}", *(dice.randbytes(8) for _ in range(1 + n % 30))]
        yield ["SADD", f"integers:{n}", *(dice.randint(0, 2 ** (7 + n % 56)) for _ in range(1 + n % 25))]
        yield ["SADD", f"words:{n}", *(f"word {w}" for w in range(n % 25 + 1))]
        yield ["ZADD", f"scores:{n}", *(x for m in range(1 + n % 25) for x in (dice.uniform(-1e6, 1e6), f"member {m}"))]
        for entry in range(1 + n % 5):
            yield ["XADD", f"stream:{n}", f"{1_700_000_000_000 + n}-{entry + 1}", "n", n, "entry", entry]
        yield ["XGROUP", "CREATE", f"stream:{n}", "readers", 0]
        yield ["XREADGROUP", "GROUP", "readers", "anna", "COUNT", 1, "STREAMS", f"stream:{n}", ">"]


def edges(dice):
    """Names, texts and lengths at which an encoding changes, and an expiry on each type."""
    yield ["SET", "", "the empty key"]
    yield ["SET", bytes(range(256)), "every byte"]
    yield ["SET", b"\xff\xfe not UTF-8 \r\n\0", b"$EOF:\r\n\xff"]
    yield ["SET", dice.randbytes(20_000), "a long name"]
    for number in NUMBERLIKE:
        yield ["SET", number, number]
    yield ["HSET", "numbers of a hash", *(x for number in NUMBERLIKE for x in (number, number))]
    yield ["RPUSH", "numbers of a list", *NUMBERLIKE]
    yield ["SADD", "numbers of a set", *NUMBERLIKE]
    yield ["ZADD", "numbers of a sorted set", *(x for number in NUMBERLIKE for x in (1, number))]
    for length in LENGTHS:
        yield ["SET", f"compresses:{length}", "a" * length]
        yield ["SET", f"resists:{length}", dice.randbytes(length)]
        for kind, command in (("hash", ["HSET"]), ("list", ["RPUSH"]), ("set", ["SADD"]), ("sorted set", ["ZADD"])):
            before = {"hash": ["field"], "sorted set": [0.1]}.get(kind, [])
            yield [*command, f"{kind} with a text:{length}", *before, dice.randbytes(length)]
    yield ["ZADD", "scores", "-inf", "low", "+inf", "high", 0, "zero", -0.0, "minus zero", 1e-300, "tiny", 2**53 + 1, "whole", 0.1, "tenth"]
    for key in ("numbers of a hash", "numbers of a list", "numbers of a set", "numbers of a sorted set", "text:0", "stream:0"):
        yield ["PEXPIREAT", key, YEAR_2100_MS + dice.randint(0, 999)]


def large(dice):
    """The types in their large forms."""
    yield ["SET", "big string", dice.randbytes(3 * MIB)]
    yield ["SET", "long text", "all work and no play " * 100_000]
    yield ["HSET", "big hash", *pairs(dice, 3000)]
    yield ["RPUSH", "big list", *(dice.randbytes(40) for _ in range(5000))]
    yield ["RPUSH", "big list that compresses", *(f"element {n} of the list" for n in range(3000))]
    yield ["SADD", "big set", *(dice.randbytes(12) for _ in range(3000))]
    yield ["SADD", "big set of numbers", *range(-2000, 2000)]
    yield ["ZADD", "big scores", *(x for m in range(3000) for x in (m * 0.5, f"member {m}")), "-inf", "low", "+inf", "high"]
    yield ["SETBIT", "bits", 100_000, 1]
    yield ["PFADD", "hyperloglog", *range(1000)]
    yield ["PFADD", "small hyperloglog", 1, 2, 3]
    yield ["GEOADD", "places", 13.361389, 38.115556, "Palermo"]


def streams(dice, entries=2000):
    """A long stream with deleted entries, groups, and entries that were read and not acknowledged; and streams with nothing in them."""
    def ids(start, end, step=1):
        return (f"{1_700_000_000_000 + n // 7}-{n % 7 + 1}" for n in range(start, end, step))
    for n, id in enumerate(ids(0, entries)):
        # Most entries have the fields of the first; those are packed in another way.
        fields = ["n", n, "text", dice.randbytes(n % 50)] if n % 11 else [f"field {n}", "x" * (n % 300)]
        yield ["XADD", "log", id, *fields]
    yield ["XGROUP", "CREATE", "log", "behind", 0]
    yield ["XGROUP", "CREATE", "log", "done", "$"]
    for consumer, count in (("anna", 300), ("berta", 1), ("clara", 200)):
        yield ["XREADGROUP", "GROUP", "behind", consumer, "COUNT", count, "STREAMS", "log", ">"]
    yield ["XACK", "log", "behind", *ids(0, 300, 2)]
    yield ["XCLAIM", "log", "behind", "dora", 0, *ids(1, 60, 2), "RETRYCOUNT", 7]
    yield ["XDEL", "log", *ids(5, entries, 3)]
    yield ["XTRIM", "log", "MINID", next(ids(20, 21))]
    yield ["XGROUP", "CREATECONSUMER", "log", "done", "idle"]
    yield ["XGROUP", "CREATE", "no stream yet", "waiting", "$", "MKSTREAM"]
    yield ["XADD", "emptied", "5-1", "a", "b"]
    yield ["XDEL", "emptied", "5-1"]
    yield ["XADD", "far ids", "18446744073709551614-1", "a", "b"]
    yield ["XSETID", "far ids", "18446744073709551615-3"]


def pairs(dice, count):
    return [x for f in range(count) for x in (f"field {f}", dice.randbytes(dice.randint(1, 60)))]


def field_expiries(server):
    """Gives fields of small and large hashes their own expiry, where the engine has that."""
    if knows(server, "HPEXPIREAT"):
        server.call("HPEXPIREAT", "hash:1", YEAR_2100_MS, "FIELDS", 1, "field 0")
        server.call("HEXPIRE", "hash:19", 100_000, "FIELDS", 3, "field 1", "field 5", "field 9")
        server.call("HPEXPIREAT", "big hash", YEAR_2100_MS + 7, "FIELDS", 1000, *(f"field {n}" for n in range(1000)))
        server.call("PEXPIREAT", "hash:19", YEAR_2100_MS)


def vectors(server, dice):
    """Values of a module, where the engine brings one along (Redis 8)."""
    if not knows(server, "VADD"):
        return
    for key, count in (("vectors", 3), ("many vectors", 300)):
        for n in range(count):
            server.call("VADD", key, "VALUES", 8, *(dice.uniform(-1, 1) for _ in range(8)), f"element {n}")


def knows(server, command):
    return server.call("COMMAND", "INFO", command) != [None]


def survey(server, databases=(0, 3)):
    """Everything a server holds: {(database, key): (type, value, expiry in ms or None)}, and what belongs
    to no key under a plain name."""
    found = {}
    for database in databases:
        server.call("SELECT", database)
        names = sorted(server.call("KEYS", "*"))
        kinds = [kind.decode() for kind in server.calls(["TYPE", name] for name in names)]
        values = server.calls((read_command(kind, name) for kind, name in zip(kinds, names)), bytes_at_once=1 << 14)
        for name, kind, expiry, value in zip(names, kinds, expiries(server, names), values):
            found[database, name] = kind, shape(kind, value), None if expiry < 0 else expiry
        add_field_expiries(server, database, found)
        add_vectors(server, database, found)
    server.call("SELECT", databases[0])
    functions = server.call("FUNCTION", "LIST", "WITHCODE") if knows(server, "FUNCTION") else []
    found["functions"] = "functions", sorted(map(repr, functions)), None
    return found


# PEXPIRETIME of servers before 7.0, which tell only the time that is left: asked within one millisecond.
EXPIRY_SCRIPT = """
local function now() local time = redis.call('TIME') return time[1] * 1000 + math.floor(time[2] / 1000) end
local before, left
repeat before = now() left = redis.call('PTTL', KEYS[1]) until before == now()
return left < 0 and left or before + left"""


def expiries(server, names):
    """Unix milliseconds; below zero for a key that stays."""
    if knows(server, "PEXPIRETIME"):
        return server.calls(["PEXPIRETIME", name] for name in names)
    script = server.call("SCRIPT", "LOAD", EXPIRY_SCRIPT)
    return server.calls(["EVALSHA", script, 1, name] for name in names)


def add_field_expiries(server, database, found):
    """A hash with such fields is told with the expiry of each."""
    if not knows(server, "HPEXPIRETIME"):
        return
    hashes = {name: list(value) for (db, name), (kind, value, _) in held(found) if db == database and kind == "hash"}
    asked = server.calls(["HPEXPIRETIME", name, "FIELDS", len(fields), *fields] for name, fields in hashes.items())
    for (name, fields), times in zip(hashes.items(), asked):
        kind, value, expiry = found[database, name]
        found[database, name] = kind, {f: (value[f], time) for f, time in zip(fields, times)}, expiry


def add_vectors(server, database, found):
    for (db, name), (kind, dimensions, expiry) in held(found):
        if db == database and kind == "vectorset":
            elements = server.call("VRANDMEMBER", name, server.call("VCARD", name))
            values = server.calls(["VEMB", name, element] for element in elements)
            found[database, name] = kind, (dimensions, dict(zip(elements, map(tuple, values)))), expiry


def held(found):
    """The entries that are keys."""
    return [entry for entry in found.items() if not isinstance(entry[0], str)]


def read_command(kind, name):
    return {
        "string": ["GET", name],
        "hash": ["HGETALL", name],
        "list": ["LRANGE", name, 0, -1],
        "set": ["SMEMBERS", name],
        "zset": ["ZRANGE", name, 0, -1, "WITHSCORES"],
        "stream": ["XINFO", "STREAM", name, "FULL", "COUNT", 0],
        "vectorset": ["VDIM", name],
    }[kind]


def shape(kind, value):
    """A value in a form that two servers share: order only where the type has one."""
    if kind == "hash":
        return dict(zip(value[::2], value[1::2]))
    if kind == "set":
        return set(value)
    if kind == "zset":
        return {member: float(score) for member, score in zip(value[::2], value[1::2])}
    if kind == "stream":
        facts = dict(zip(value[::2], value[1::2]))
        # How the entries are packed in memory is the server's own affair.
        return {name: fact for name, fact in facts.items() if not name.startswith(b"radix-tree")}
    return value


def differences(source, copy, expiry_within_ms=1000):
    """What differs between two surveys, in words; empty when nothing does."""
    told = [f"{name(k)} is missing" for k in source.keys() - copy.keys()]
    told += [f"{name(k)} is there too much" for k in copy.keys() - source.keys()]
    for key in source.keys() & copy.keys():
        (kind, value, expiry), (other_kind, other_value, other_expiry) = source[key], copy[key]
        if kind != other_kind:
            told.append(f"{name(key)} is a {other_kind}, not a {kind}")
        elif value != other_value:
            told.append(f"{name(key)} ({kind}) has another value")
        elif (expiry is None) != (other_expiry is None) or abs((expiry or 0) - (other_expiry or 0)) > expiry_within_ms:
            told.append(f"{name(key)} expires at {other_expiry}, not at {expiry}")
    return sorted(told)


def name(key):
    return key if isinstance(key, str) else f"key {key[1]!r} of database {key[0]}"


def summary(found):
    """The number of keys, of types among them, and of keys that expire."""
    keys = [entry for _, entry in held(found)]
    return len(keys), len({kind for kind, _, _ in keys}), sum(1 for _, _, expiry in keys if expiry)
