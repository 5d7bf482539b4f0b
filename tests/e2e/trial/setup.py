"""What a workload finds: a group with data, a snapshot of it, a bucket, a second key."""

from kit import dataset
from support import Clients, available_group, key_arn


class Setup:
    base, bucket, group = "base", "exports", "group"

    def __init__(self, service, program, big_mib=16):
        self.engine, self.version = program.engine, program.version
        clients = clients_of(service)
        account = clients.sts.get_caller_identity()["Account"]
        self.arn = lambda name: f"arn:aws:elasticache:us-east-1:{account}:snapshot:{name}"
        self.key = key_arn(service.admin("key", "create"))
        clients.s3.create_bucket(Bucket=self.bucket)
        clients.grant(self.bucket, "FULL_CONTROL")
        clients.elasticache.create_replication_group(
            ReplicationGroupId=self.group, ReplicationGroupDescription="under load", Engine=self.engine,
            EngineVersion=self.version, CacheNodeType="cache.t4g.small")
        with available_group(clients, self.group).connect() as server:
            dataset.fill(server, keys=50, big_mib=big_mib)
            self.data = dataset.survey(server)
        clients.create(self.base, ReplicationGroupId=self.group)


def clients_of(service):
    return Clients(service.endpoint, service.credentials())
