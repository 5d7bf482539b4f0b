"""A store that is not ours: moto's S3 server plays it."""

import contextlib
import subprocess
import urllib.request

import boto3

from kit import tools
from kit.engine import free_port
from kit.service import eventually
from support import bucket_policy, fresh

CREDENTIALS = ("store-key", "store-secret")


class Store:
    """The other store, seen past the service."""

    def __init__(self, endpoint):
        self.endpoint = endpoint
        self.s3 = self.client()

    def client(self, account=None):
        client = boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1",
                              aws_access_key_id=CREDENTIALS[0], aws_secret_access_key=CREDENTIALS[1])
        if account:
            # moto takes the account of a request from this header.
            client.meta.events.register("before-sign.s3", lambda request, **_: request.headers.add_header("x-moto-account-id", account))
        return client

    def bucket(self, granted=True, account=None, **create):
        name = fresh("store")
        self.client(account).create_bucket(Bucket=name, **create)
        if granted:
            self.client(account).put_bucket_policy(Bucket=name, Policy=bucket_policy(name))
        return name

    def keys(self, bucket):
        return [entry["Key"] for entry in self.s3.list_objects_v2(Bucket=bucket).get("Contents", [])]

    def uploads(self, bucket):
        return self.s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])


@contextlib.contextmanager
def running(directory):
    """The store, as long as the block runs; its log lies in `directory`."""
    port = free_port()
    with open(directory / "log", "w") as log:
        process = subprocess.Popen([tools.venv() / "bin" / "moto_server", "-H", "127.0.0.1", "-p", str(port)],
                                   stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        endpoint = f"http://127.0.0.1:{port}"

        def answers():
            assert process.poll() is None, "moto_server ended"
            try:
                return urllib.request.urlopen(endpoint + "/moto-api/").status == 200
            except OSError:
                return False
        try:
            eventually("moto answers", answers)
            yield Store(endpoint)
        finally:
            process.kill()
            process.wait()
