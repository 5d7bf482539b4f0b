"""Calls of every kind from several threads, until the service dies. Each thread changes only what it made itself."""

import hashlib
import itertools
import random
import threading

import botocore.exceptions
from botocore.exceptions import ClientError

from model import ABSENT, GONE, THERE, Snapshot

THREADS = 4
KEEP = 5
PART_BYTES = 5 << 20

_numbers = itertools.count(1)


class Workload:
    """`run` returns when every thread has heard that the service is gone, or was told to stop."""

    def __init__(self, clients, model, dice, setup):
        self.clients, self.model, self.setup = clients, model, setup
        self.stopped = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(n, dice.getrandbits(32)), daemon=True) for n in range(THREADS)]
        self.broken = []

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join(60)

    def work(self, number, seed):
        worker = Worker(self, number, random.Random(seed))
        try:
            while not self.stopped.is_set() and worker.step():
                pass
        except Exception as error:  # A bug of the harness must not pass for a dead service.
            self.broken.append(error)
            raise


class Worker:
    def __init__(self, workload, number, dice):
        self.clients, self.model, self.setup = workload.clients, workload.model, workload.setup
        self.mine, self.dice = f"w{number}-", dice
        self.kinds = [self.copy, self.copy, self.reseal, self.export, self.export, self.delete, self.tag, self.put, self.put_parts, self.remove]
        # One thread alone takes snapshots and one makes clusters: of either there is one at a time.
        self.kinds += {0: [self.create] * 4, 1: [self.cluster] * 2}.get(number, [])

    def step(self):
        """One call; False when the service does not answer any more."""
        return self.dice.choice(self.kinds)() != "unknown"

    def call(self, make):
        """How a call ended."""
        try:
            make()
            outcome = "acknowledged"
        except ClientError as error:
            status = error.response["ResponseMetadata"]["HTTPStatusCode"]
            outcome = "refused" if status < 500 else "unknown"
        except botocore.exceptions.HTTPClientError:
            outcome = "unknown"
        except botocore.exceptions.ConnectionError:
            outcome = "unknown"
        self.model.count(outcome)
        return outcome

    def name(self, word):
        return f"{self.mine}{word}{next(_numbers)}"

    def snapshots(self):
        """Names of this thread that are there."""
        return [n for n, s in list(self.model.snapshots.items()) if n.startswith(self.mine) and s.states == {THERE}]

    def source(self):
        return self.dice.choice([*self.snapshots(), self.setup.base])

    def appear(self, name, lineage, may_fail, make, tags):
        outcome = self.call(make)
        if outcome != "refused":
            states = {THERE} if outcome == "acknowledged" else {THERE, GONE}
            self.model.snapshots[name] = Snapshot(states, lineage, may_fail, [tags])
        return outcome

    def create(self):
        name = self.name("s")
        return self.appear(name, name, True, lambda: self.clients.elasticache.create_snapshot(
            SnapshotName=name, ReplicationGroupId=self.setup.group), {})

    def copy(self, **more):
        if len(self.snapshots()) > KEEP:
            return self.delete()
        source, name = self.source(), self.name("c")
        tags = {"n": name}
        return self.appear(name, self.model.snapshots[source].lineage, False, lambda: self.clients.elasticache.copy_snapshot(
            SourceSnapshotName=source, TargetSnapshotName=name, Tags=[{"Key": "n", "Value": name}], **more), tags)

    def reseal(self):
        return self.copy(KmsKeyId=self.setup.key)

    def export(self):
        source, name = self.source(), self.name("e")
        outcome = self.call(lambda: self.clients.elasticache.copy_snapshot(
            SourceSnapshotName=source, TargetSnapshotName=name, TargetBucket=self.setup.bucket))
        if outcome != "refused":
            states = {THERE} if outcome == "acknowledged" else {THERE, GONE}
            self.model.exports[f"{name}-0001.rdb"] = states, self.model.snapshots[source].lineage
        return outcome

    def delete(self):
        if not (names := self.snapshots()):
            return "refused"
        name = self.dice.choice(names)
        outcome = self.call(lambda: self.clients.elasticache.delete_snapshot(SnapshotName=name))
        if outcome != "refused":
            self.model.snapshots[name].states = {GONE} if outcome == "acknowledged" else {THERE, GONE}
        return outcome

    def tag(self):
        if not (names := self.snapshots()):
            return "refused"
        name = self.dice.choice(names)
        value, snapshot = str(next(_numbers)), self.model.snapshots[name]
        after = {**snapshot.tags[0], "tag": value}
        outcome = self.call(lambda: self.clients.elasticache.add_tags_to_resource(
            ResourceName=self.setup.arn(name), Tags=[{"Key": "tag", "Value": value}]))
        if outcome != "refused":
            snapshot.tags = [after] if outcome == "acknowledged" else [*snapshot.tags, after]
        return outcome

    def put(self):
        key, body = f"mine/{self.mine}{self.dice.randrange(5)}", self.dice.randbytes(self.dice.randrange(200_000))
        return self.write(key, body, lambda: self.clients.s3.put_object(Bucket=self.setup.bucket, Key=key, Body=body))

    def put_parts(self):
        key, body = f"mine/{self.mine}parts", self.dice.randbytes(PART_BYTES + 1000)
        return self.write(key, body, lambda: self.upload(key, body))

    def upload(self, key, body):
        where = {"Bucket": self.setup.bucket, "Key": key}
        upload = self.clients.s3.create_multipart_upload(**where)["UploadId"]
        parts = [{"PartNumber": n, "ETag": self.clients.s3.upload_part(**where, UploadId=upload, PartNumber=n, Body=part)["ETag"]}
                 for n, part in ((1, body[:PART_BYTES]), (2, body[PART_BYTES:]))]
        self.clients.s3.complete_multipart_upload(**where, UploadId=upload, MultipartUpload={"Parts": parts})

    def remove(self):
        key = f"mine/{self.mine}{self.dice.randrange(5)}"
        return self.write(key, ABSENT, lambda: self.clients.s3.delete_object(Bucket=self.setup.bucket, Key=key))

    def write(self, key, body, make):
        digest = ABSENT if body is ABSENT else hashlib.sha256(body).hexdigest()
        before = self.model.objects.get(key, {ABSENT})
        outcome = self.call(make)
        if outcome != "refused":
            self.model.objects[key] = {digest} if outcome == "acknowledged" else before | {digest}
        return outcome

    def cluster(self):
        """Makes the one cluster of this thread, or deletes it."""
        name = f"{self.mine}node"
        if self.model.clusters.get(name) == {THERE}:
            outcome, after = self.call(lambda: self.clients.elasticache.delete_cache_cluster(CacheClusterId=name)), GONE
        else:
            outcome, after = self.call(lambda: self.clients.elasticache.create_cache_cluster(
                CacheClusterId=name, Engine=self.setup.engine, EngineVersion=self.setup.version,
                CacheNodeType="cache.t4g.small", NumCacheNodes=1)), THERE
        if outcome != "refused":
            self.model.clusters[name] = {after} if outcome == "acknowledged" else {THERE, GONE}
        return outcome
