"""An export that is killed on its way goes on where its record ends: a second service is the store, and all requests to
it pass a place that counts them and can hold them back."""

import hashlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from kit import dataset, processes
from kit.service import Service, eventually
from support import NO_QUOTA, PROGRAM, Clients, available_group, bucket_policy, fresh

PART_BYTES = 8 << 20
LIMIT_S = 300


class Gate:
    """Passes requests on to a store and notes the parts among them."""

    def __init__(self, store):
        self.store, self.asked, self.lock = urlsplit(store).netloc, [], threading.Lock()
        self.open, self.passes = threading.Event(), None
        gate = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                if gate.holds(self.command, self.path):
                    gate.open.wait()
                connection = http.client.HTTPConnection(gate.store, timeout=60)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    connection.putheader(name, value)
                connection.endheaders(body)
                answer = connection.getresponse()
                data = answer.read()
                self.send_response_only(answer.status, answer.reason)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "connection", "content-length"):
                        self.send_header(name, value)
                length = answer.getheader("content-length") if self.command == "HEAD" else len(data)
                self.send_header("Content-Length", length or 0)
                self.end_headers()
                self.wfile.write(data)
                connection.close()

            do_GET = do_HEAD = do_PUT = do_POST = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, *_):
                """The service that is killed breaks off its requests."""

        self.server = Server(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def holds(self, method, path):
        """Notes a part; whether it is one too many for now."""
        number = parse_qs(urlsplit(path).query).get("partNumber")
        if method != "PUT" or not number:
            return False
        with self.lock:
            self.asked.append(int(number[0]))
            return self.passes is not None and len(self.asked) > self.passes


@pytest.fixture
def services(tmp_path, programs, redis):
    """The store, the gate in front of it, and a service that exports through the gate."""
    store = Service(tmp_path / "store", PROGRAM, programs.values(), NO_QUOTA)
    exporting = None
    try:
        store.start()
        access_key, secret = store.credentials()
        gate = Gate(store.endpoint)
        (tmp_path / "c.toml").write_text(
            f'[export]\nendpoint = "{gate.endpoint}"\nregion = "us-east-1"\n'
            f'access_key_id = "{access_key}"\nsecret_access_key = "{secret}"\npath_style = true\n')
        exporting = Service(tmp_path / "exporting", PROGRAM, programs.values(), NO_QUOTA, ["--config", tmp_path / "c.toml"])
        exporting.start()
        yield exporting, gate, Clients(store.endpoint, (access_key, secret))
        gate.server.shutdown()
    finally:
        for service in (exporting, store):
            if service and service.running():
                service.kill()
            if service:
                processes.end(service.data)


def stored_bytes(clients, name):
    """How many bytes of an export are on record."""
    work = clients.query("DescribeSnapshots", {"SnapshotName": name}).headers.get("x-valkeep-work", "")
    return int(dict(word.split("=", 1) for word in work.split("; ") if "=" in word).get("done", 0))


def object_of(store, bucket, key="out-0001.rdb"):
    digest, body = hashlib.sha256(), store.s3.get_object(Bucket=bucket, Key=key)["Body"]
    for piece in body.iter_chunks(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


def export(clients, bucket):
    clients.elasticache.copy_snapshot(SourceSnapshotName="s", TargetSnapshotName="out", TargetBucket=bucket)


def granted_bucket(store):
    name = fresh("store")
    store.s3.create_bucket(Bucket=name)
    store.s3.put_bucket_policy(Bucket=name, Policy=bucket_policy(name))
    return name


def test_a_killed_export_sends_only_the_parts_that_are_missing(services, redis, pytestconfig):
    exporting, gate, store = services
    big_mib = 2 * pytestconfig.getoption("--value-mib")
    clients = Clients(exporting.endpoint, exporting.credentials())
    clients.elasticache.create_replication_group(ReplicationGroupId="g", ReplicationGroupDescription="x", Engine="redis",
                                                 EngineVersion=redis.version, CacheNodeType="cache.t4g.small")
    with available_group(clients, "g").connect() as server:
        dataset.fill(server, keys=20, big_mib=big_mib)
    clients.create("s", ReplicationGroupId="g")
    whole, cut = granted_bucket(store), granted_bucket(store)
    export(clients, whole)
    clients.available("s", LIMIT_S)
    parts = sorted(gate.asked)
    assert parts == list(range(1, len(parts) + 1)) and len(parts) >= big_mib // 8, "an undisturbed export sends each part once"

    passed = len(parts) // 3
    gate.asked, gate.passes = [], passed
    export(clients, cut)
    eventually("what passed is on record", lambda: stored_bytes(clients, "s") == passed * PART_BYTES, LIMIT_S)
    exporting.kill()
    kept, gate.passes = set(gate.asked[:passed]), None
    assert "Contents" not in store.s3.list_objects_v2(Bucket=cut), "nothing is there before the whole"
    asked_before = len(gate.asked)
    exporting.start()
    # What the dead process had on its way does not reach the store any more than its answer.
    gate.open.set()
    clients = Clients(exporting.endpoint, exporting.credentials())
    clients.available("s", LIMIT_S)
    again = gate.asked[asked_before:]
    assert sorted(again) == [number for number in parts if number not in kept], "only what is missing, each once"
    assert object_of(store, cut) == object_of(store, whole)
    assert "Uploads" not in store.s3.list_multipart_uploads(Bucket=cut)
