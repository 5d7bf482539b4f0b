"""Data of every type: writes it, reads it back whole, and tells the differences between two servers.

Values are compared, not dumps: two versions may encode one value differently.
"""

import random
import time

from .resp import RespError

LIBRARY = "#!lua name=kit\nredis.register_function('kit_twice', function(keys, args) return args[1] * 2 end)"
MIB = 1 << 20


def fill(server, seed=1, keys=200, databases=(0, 3), big_mib=0):
    """Writes `keys` rounds of every type into each database, and `big_mib` MiB of strings that do not compress."""
    dice = random.Random(seed)
    for database in databases:
        server.call("SELECT", database)
        server.calls(commands(dice, keys))
    server.call("SELECT", databases[0])
    server.calls(["SET", f"big:{n}", dice.randbytes(MIB)] for n in range(big_mib))
    load_function(server)
    hash_field_ttl(server)


def commands(dice, keys):
    soon_ms = int(time.time() * 1000) + 3_600_000
    for n in range(keys):
        yield ["SET", f"text:{n}", f"value {n} " * dice.randint(1, 40)]
        yield ["SET", f"number:{n}", dice.randint(-2**40, 2**40)]
        yield ["SET", f"bytes:{n}", dice.randbytes(dice.randint(0, 300))]
        yield ["SET", f"expiring:{n}", n, "PXAT", soon_ms + n * 1000 + dice.randint(0, 999)]
        yield ["HSET", f"hash:{n}", *pairs(dice, 1 + n % 20)]
        yield ["RPUSH", f"list:{n}", *(dice.randbytes(8) for _ in range(1 + n % 30))]
        yield ["SADD", f"integers:{n}", *(dice.randint(0, 2**31) for _ in range(1 + n % 25))]
        yield ["SADD", f"words:{n}", *(f"word {w}" for w in range(n % 25 + 1))]
        yield ["ZADD", f"scores:{n}", *(x for m in range(1 + n % 25) for x in (dice.uniform(-1e6, 1e6), f"member {m}"))]
        for entry in range(1 + n % 5):
            yield ["XADD", f"stream:{n}", f"{1_700_000_000_000 + n}-{entry + 1}", "n", n, "entry", entry]
        yield ["XGROUP", "CREATE", f"stream:{n}", "readers", 0]
        yield ["XREADGROUP", "GROUP", "readers", "anna", "COUNT", 1, "STREAMS", f"stream:{n}", ">"]
    yield ["SET", "big string", dice.randbytes(3 * MIB)]
    yield ["SET", "long text", "all work and no play " * 100_000]
    yield ["SET", "", "the empty key"]
    yield ["HSET", "big hash", *pairs(dice, 3000)]
    yield ["RPUSH", "big list", *(dice.randbytes(40) for _ in range(5000))]
    yield ["SADD", "big set", *(dice.randbytes(12) for _ in range(3000))]
    yield ["ZADD", "big scores", *(x for m in range(3000) for x in (m * 0.5, f"member {m}")), "-inf", "low", "+inf", "high"]
    yield ["SETBIT", "bits", 100_000, 1]
    yield ["PFADD", "hyperloglog", *range(1000)]
    yield ["GEOADD", "places", 13.361389, 38.115556, "Palermo"]


def pairs(dice, count):
    return [x for f in range(count) for x in (f"field {f}", dice.randbytes(dice.randint(1, 60)))]


def load_function(server):
    server.call("FUNCTION", "LOAD", "REPLACE", LIBRARY)


def hash_field_ttl(server):
    """Gives a field its own expiry, where the engine has that."""
    if_known(server, "HEXPIRE", "hash:1", 100_000, "FIELDS", 1, "field 0")


def if_known(server, *words):
    """The answer, or None when the server does not know the command."""
    try:
        return server.call(*words)
    except RespError as error:
        if "unknown command" not in str(error):
            raise


def survey(server, databases=(0, 3)):
    """Everything a server holds: {(database, key): (type, value, expiry in ms or None)}, and what belongs
    to no key under a plain name."""
    found = {}
    for database in databases:
        server.call("SELECT", database)
        names = sorted(server.call("KEYS", "*"))
        kinds = server.calls(["TYPE", name] for name in names)
        expiries = server.calls(["PEXPIRETIME", name] for name in names)
        values = server.calls((read_command(kind, name) for kind, name in zip(kinds, names)), bytes_at_once=1 << 14)
        for name, kind, expiry, value in zip(names, kinds, expiries, values):
            found[database, name] = kind.decode(), shape(kind, value), None if expiry < 0 else expiry
    server.call("SELECT", databases[0])
    found["field expiry"] = "expiry of a field", if_known(server, "HPEXPIRETIME", "hash:1", "FIELDS", 1, "field 0"), None
    found["functions"] = "functions", sorted(map(repr, server.call("FUNCTION", "LIST", "WITHCODE"))), None
    return found


def read_command(kind, name):
    return {
        b"string": ["GET", name],
        b"hash": ["HGETALL", name],
        b"list": ["LRANGE", name, 0, -1],
        b"set": ["SMEMBERS", name],
        b"zset": ["ZRANGE", name, 0, -1, "WITHSCORES"],
        b"stream": ["XINFO", "STREAM", name, "FULL", "COUNT", 0],
    }[kind]


def shape(kind, value):
    """A value in a form that two servers share: order only where the type has one."""
    if kind == b"hash":
        return dict(zip(value[::2], value[1::2]))
    if kind == b"set":
        return set(value)
    if kind == b"zset":
        return {member: float(score) for member, score in zip(value[::2], value[1::2])}
    if kind == b"stream":
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
    keys = [entry for key, entry in found.items() if not isinstance(key, str)]
    return len(keys), len({kind for kind, _, _ in keys}), sum(1 for _, _, expiry in keys if expiry)
