"""A real cluster of our own: shards of one primary each, some with a replica."""

import binascii
import contextlib

from .engine import FreshServer, free_port
from .service import eventually

SLOTS = 16_384


class Cluster(contextlib.ExitStack):
    """`shards` primaries that share the slots evenly; the first `replicas` of them have a replica. Leaves nothing.

    With a certificate the nodes speak TLS among themselves, and to others at `tls_port_of` each.
    """

    def __init__(self, program, shards=3, replicas=1, options=(), certificate=None):
        super().__init__()
        self.program, self.options, self.certificate = program, options, certificate
        self.buses, self.tls_ports = {}, {}
        try:
            self.primaries = [self.node() for _ in range(shards)]
            self.replicas = [self.node() for _ in range(replicas)]
            self.form()
        except BaseException:
            self.close()
            raise

    def node(self):
        bus, tls_port = free_port(), free_port()
        options = ["--cluster-enabled", "yes", "--cluster-port", str(bus), "--cluster-node-timeout", "5000",
                   "--repl-diskless-sync", "yes", *self.options]
        if self.certificate:
            options += ["--tls-port", str(tls_port), "--tls-cluster", "yes", "--tls-replication", "yes", "--tls-auth-clients", "no",
                        "--tls-cert-file", self.certificate.chain, "--tls-key-file", self.certificate.key,
                        "--tls-ca-cert-file", self.certificate.chain]
        server = self.enter_context(FreshServer(self.program, options=options))
        self.buses[server.port], self.tls_ports[server.port] = bus, tls_port
        return server

    def tls_port_of(self, server):
        return self.tls_ports[server.port]

    def form(self):
        first, nodes = self.primaries[0], [*self.primaries, *self.replicas]
        for number, primary in enumerate(self.primaries):
            low, high = self.range(number)
            with primary.connect() as node:
                node.call("CLUSTER", "SET-CONFIG-EPOCH", number + 1)
                node.call("CLUSTER", "ADDSLOTSRANGE", low, high)
        for other in nodes[1:]:
            with other.connect() as node:
                node.call("CLUSTER", "MEET", "127.0.0.1", first.port, self.buses[first.port])
        self.wait("all nodes know each other", nodes, ["CLUSTER", "INFO"], lambda told: f"cluster_known_nodes:{len(nodes)}\r" in told)
        for primary, replica in zip(self.primaries, self.replicas):
            with replica.connect() as node:
                node.call("CLUSTER", "REPLICATE", self.id(primary))
        self.wait("the cluster is up", nodes, ["CLUSTER", "INFO"], lambda told: "cluster_state:ok" in told)
        self.wait("the replicas follow", self.replicas, ["INFO", "replication"], lambda told: "master_link_status:up" in told)
        self.wait("all know the replicas", nodes, ["CLUSTER", "NODES"], lambda told: told.count("slave ") == len(self.replicas))

    def wait(self, what, nodes, question, is_answer):
        def there(server):
            with server.connect() as node:
                return is_answer(node.text(*question))
        eventually(what, lambda: all(map(there, nodes)))

    def id(self, server):
        with server.connect() as node:
            return node.text("CLUSTER", "MYID")

    def range(self, number):
        """First and last slot of a shard."""
        shards = len(self.primaries)
        return SLOTS * number // shards, SLOTS * (number + 1) // shards - 1

    def shard_of(self, key):
        return next(n for n in range(len(self.primaries)) if slot(key) <= self.range(n)[1])

    def write(self, commands):
        """Sends each command to the primary of its key, which is its second word."""
        shares = [[] for _ in self.primaries]
        for words in commands:
            shares[self.shard_of(words[1])].append(words)
        for primary, share in zip(self.primaries, shares):
            with primary.connect() as node:
                node.calls(share)
        for primary, _ in zip(self.primaries, self.replicas):
            with primary.connect() as node:
                node.call("WAIT", 1, 10_000)


def slot(key):
    """The hash slot of a key; what stands between the first braces counts alone, unless that is nothing."""
    raw = key if isinstance(key, bytes) else str(key).encode()
    begin = raw.find(b"{")
    end = raw.find(b"}", begin + 1)
    tagged = begin >= 0 and end > begin + 1
    return binascii.crc_hqx(raw[begin + 1:end] if tagged else raw, 0) % SLOTS
