"""The process: data directory, start, stop, restart, settings, logs, the environment it prints."""

import json
import re
import stat
import subprocess
import urllib.parse

import pytest

from kit import aws, dataset, processes, tools
from kit.certificate import Certificate
from kit.service import NotStarted, eventually
from support import Clients, available_group, refused, sha256


def clients_of(service):
    return Clients(service.endpoint, service.credentials())


def test_the_first_start_makes_everything_and_says_how_to_use_it(new_service):
    service = new_service().start()
    assert stat.S_IMODE(service.data.stat().st_mode) == 0o700
    # Started means that the first lines were printed; the last one names the way to use it.
    told = eventually("the welcome is whole", lambda: "describe-snapshots" in service.printed[-1] and "".join(service.printed))
    key, secret = service.credentials()
    identity = clients_of(service).sts.get_caller_identity()
    for fact in (service.endpoint, identity["Account"], "us-east-1", key, "valkeep env"):
        assert fact in told
    assert secret not in told
    assert (service.data / "endpoint").read_text().strip().rstrip("/") == service.endpoint
    readable = [f for f in service.data.rglob("*") if f.is_file() and stat.S_IMODE(f.stat().st_mode) & 0o077 and secret.encode() in f.read_bytes()]
    assert readable == []


def test_a_second_process_on_the_directory_is_refused(new_service):
    service = new_service().start()
    done = service.run("serve", "--listen", "127.0.0.1:0", check=False)
    assert done.returncode != 0
    assert str(service.data) in done.stderr and "panick" not in done.stderr
    assert clients_of(service).elasticache.describe_snapshots()["Snapshots"] == []


def test_sigterm_stops_cleanly(new_service):
    service = new_service().start()
    assert service.stop() == 0
    assert not (service.data / "endpoint").exists()


def test_sigterm_lets_a_job_go_on_after_the_next_start(new_service, redis):
    service = new_service().start()
    clients = clients_of(service)
    clients.elasticache.create_replication_group(ReplicationGroupId="g", ReplicationGroupDescription="x", Engine="redis",
                                                 EngineVersion=redis.version, CacheNodeType="cache.t4g.small")
    with available_group(clients, "g").connect() as server:
        dataset.fill(server, keys=20, big_mib=100)
    clients.elasticache.create_snapshot(SnapshotName="s", ReplicationGroupId="g")
    assert service.stop() == 0
    clients = clients_of(service.start())
    eventually("s came to an end", lambda: clients.status("s") in ("available", "failed"))


def test_a_restart_keeps_snapshots_nodes_and_buckets(new_service, program):
    service = new_service().start()
    clients = clients_of(service)
    clients.elasticache.create_replication_group(ReplicationGroupId="kept", ReplicationGroupDescription="x", Engine=program.engine,
                                                 EngineVersion=program.version, CacheNodeType="cache.t4g.small")
    group = available_group(clients, "kept")
    with group.connect() as server:
        dataset.fill(server)
        before = dataset.survey(server)
    taken = clients.create("s", ReplicationGroupId="kept")
    bucket = clients.bucket()
    exported = sha256(clients.export("s", "first", bucket))
    assert service.stop() == 0

    clients = clients_of(service.start())
    assert clients.elasticache.describe_snapshots(SnapshotName="s")["Snapshots"] == [taken]
    again = available_group(clients, "kept")
    with again.connect() as server:
        assert dataset.differences(before, dataset.survey(server)) == []
    assert sha256(clients.s3.get_object(Bucket=bucket, Key="first-0001.rdb")["Body"].read()) == exported
    clients.copy("s", "s2")
    assert sha256(clients.export("s2", "second", bucket)) == exported
    clients.create("s3", ReplicationGroupId="kept")
    nodes = {pid for pid, line in processes.using(service.data).items() if "-server" in line}
    assert nodes
    clients.elasticache.delete_replication_group(ReplicationGroupId="kept")
    clients.elasticache.get_waiter("replication_group_deleted").wait(ReplicationGroupId="kept", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    assert not nodes & set(processes.using(service.data))


def test_a_node_that_died_is_brought_back_with_the_next_start(new_service, redis):
    service = new_service().start()
    clients = clients_of(service)
    clients.elasticache.create_cache_cluster(CacheClusterId="c", Engine="redis", EngineVersion=redis.version,
                                             CacheNodeType="cache.t4g.small", NumCacheNodes=1)
    waiter = clients.elasticache.get_waiter("cache_cluster_available")
    waiter.wait(CacheClusterId="c", WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    service.stop()
    processes.end(service.data)
    clients = clients_of(service.start())
    eventually("the cluster is available", lambda: clients.elasticache.describe_cache_clusters(
        CacheClusterId="c")["CacheClusters"][0]["CacheClusterStatus"] == "available")
    clients.create("s", CacheClusterId="c")


def test_env_prints_what_a_shell_needs(new_service):
    service = new_service().start()
    variables = service.variables()
    assert set(variables) == {"AWS_ENDPOINT_URL", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION", "AWS_DEFAULT_REGION"}
    assert (variables["AWS_ENDPOINT_URL"], variables["AWS_REGION"]) == (service.endpoint, "us-east-1")
    command = f'eval "$({service.program} env --data {service.data})" && echo "$AWS_ENDPOINT_URL"'
    assert subprocess.run(["sh", "-c", command], capture_output=True, text=True).stdout.strip() == service.endpoint


def test_env_writes_a_profile_beside_those_that_are_there(new_service, tmp_path):
    service = new_service().start()
    config, secrets = tmp_path / "config", tmp_path / "credentials"
    config.write_text("[profile mine]\nregion = eu-west-1\n")
    secrets.write_text("[mine]\naws_access_key_id = A\naws_secret_access_key = B\n")
    files = {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(secrets)}
    for _ in range(2):
        service.run("env", "--profile", "valkeep", **files)
    assert "[profile mine]\nregion = eu-west-1" in config.read_text() and config.read_text().count("[profile valkeep]") == 1
    assert "aws_access_key_id = A" in secrets.read_text() and secrets.read_text().count("[valkeep]") == 1
    assert stat.S_IMODE(secrets.stat().st_mode) & 0o077 == 0 or service.credentials()[1] not in secrets.read_text()
    for program in (tools.aws_v2(), tools.aws_v1()):
        client = aws.Aws(program, {**aws.environment(tmp_path / "home"), **files, "AWS_PROFILE": "valkeep"})
        assert client("sts", "get-caller-identity")["Account"]
        assert client("elasticache", "describe-snapshots") == {"Snapshots": []}


def test_settings_come_from_a_file_and_the_environment_wins(new_service, tmp_path):
    (tmp_path / "c.toml").write_text('region = "eu-west-1"\naccount_id = "111122223333"\n')
    service = new_service(options=["--config", tmp_path / "c.toml"]).start()
    assert service.variables()["AWS_REGION"] == "eu-west-1"
    assert Clients(service.endpoint, service.credentials(), "eu-west-1").sts.get_caller_identity()["Account"] == "111122223333"
    other = new_service({"VALKEEP_REGION": "eu-central-1"}, ["--config", tmp_path / "c.toml"]).start()
    assert other.variables()["AWS_REGION"] == "eu-central-1"


@pytest.mark.parametrize(("text", "words"), [
    ('regoin = "eu-west-1"\n', ["regoin", "region"]), ("region = 7\n", ["region"]), ("[engines]\nprogram = []\n", ["program", "programs"])])
def test_a_wrong_setting_is_named(new_service, tmp_path, text, words):
    (tmp_path / "c.toml").write_text(text)
    with pytest.raises(NotStarted) as caught:
        new_service(options=["--config", tmp_path / "c.toml"]).start()
    assert all(word in str(caught.value) for word in words)


def test_an_address_that_others_reach_needs_tls_or_a_word(new_service):
    with pytest.raises(NotStarted) as caught:
        new_service().start(listen="0.0.0.0:0")
    assert "--allow-plaintext-remote" in str(caught.value)
    new_service(options=["--allow-plaintext-remote"]).start(listen="0.0.0.0:0")


def test_a_port_in_use_is_told(new_service):
    service = new_service().start()
    address = urllib.parse.urlsplit(service.endpoint).netloc
    with pytest.raises(NotStarted) as caught:
        new_service().start(listen=address)
    assert address in str(caught.value) and "panick" not in str(caught.value)


def test_tls(new_service, tmp_path):
    certificate = Certificate(tmp_path)
    service = new_service(options=["--tls-cert", certificate.chain, "--tls-key", certificate.key]).start()
    assert service.endpoint.startswith("https://")
    client = aws.Aws(tools.aws_v2(), aws.environment(tmp_path / "home", {**service.variables(), "AWS_CA_BUNDLE": str(certificate.chain)}))
    assert client("elasticache", "describe-snapshots") == {"Snapshots": []}


def test_logs_are_json_with_the_request_id_of_the_answer(new_service):
    service = new_service(options=["--log-format", "json"]).start()
    request_id = clients_of(service).elasticache.describe_snapshots()["ResponseMetadata"]["RequestId"]
    service.stop()
    lines = [json.loads(line) for line in service.log_text().splitlines()]
    assert any(request_id in json.dumps(line) for line in lines)


def test_an_engine_that_is_not_installed_is_refused_with_what_is(root, redis):
    with refused("InvalidParameterValue", status=400) as caught:
        root.elasticache.create_replication_group(ReplicationGroupId="old", ReplicationGroupDescription="x", Engine="redis",
                                                  EngineVersion="5.0.6", CacheNodeType="cache.t4g.small")
    assert redis.full_version in caught.value.response["Error"]["Message"]


def test_help_names_every_subcommand(service):
    told = subprocess.run([service.program, "--help"], capture_output=True, text=True).stdout
    for word in ("serve", "env", "key", "identity", "policy", "attach"):
        assert re.search(rf"^\s+{word}\b", told, re.M), word
    assert "crash" not in told
