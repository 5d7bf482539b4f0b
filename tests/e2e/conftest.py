"""The service, real engines and real clients for the tests.

VALKEEP_BINARY names the program under test (default: target/release/valkeep). Tests whose tools cannot be had are
skipped, and fail with CI=true.
"""

import json
import os
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "script"))
sys.path.insert(0, str(Path(__file__).resolve().parent))
pytest.register_assert_rewrite("support")

from kit import aws, dataset, engine, processes, tools  # noqa: E402
from kit.service import Service  # noqa: E402
from support import NO_QUOTA, PROGRAM, Clients, available_group, fresh  # noqa: E402


def pytest_addoption(parser):
    parser.addoption("--value-mib", type=int, default=128, help="size of the large values, in MiB (default 128)")
    parser.addoption("--damage-places", type=int, default=60, help="bits flipped in a stored file (default 60)")


def pytest_configure():
    if not PROGRAM.exists():
        pytest.exit(f"{PROGRAM} is not there; build it with `cargo build --release -p valkeep`", 1)


def tool(find):
    try:
        return find()
    except tools.Missing as error:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def programs():
    """All servers of this machine: {"redis": …, "valkey": …, "valkey8": …}, without those that cannot be had."""
    found = {"redis": engine.Program(tool(tools.redis_server))}
    try:
        newest, older = tools.server("valkey-9.1"), tools.server("valkey-8.1")
    except tools.Missing:
        if os.environ.get("CI") == "true":
            raise
        return found
    return {**found, "valkey": engine.Program(newest), "valkey8": engine.Program(older)}


@pytest.fixture(scope="session")
def engines():
    """Any of the servers that `tools` names, by engine and version: `engines("redis-6.2")`."""
    def get(name):
        path = tool(tools.redis_server) if name == "redis-7.0" else tool(lambda: tools.server(name))
        return engine.Program(path)
    return get


@pytest.fixture(scope="session", params=["redis", "valkey"])
def program(request, programs):
    """Each engine in turn."""
    if request.param not in programs:
        pytest.skip(f"no {request.param} server here")
    return programs[request.param]


@pytest.fixture(scope="session")
def redis(programs):
    return programs["redis"]


@pytest.fixture(scope="session")
def service(tmp_path_factory, programs):
    """The service most tests share."""
    service = Service(tmp_path_factory.mktemp("service") / "data", PROGRAM, programs.values(), NO_QUOTA)
    yield service.start()
    service.stop()
    processes.end(service.data)


@pytest.fixture
def new_service(tmp_path, programs):
    """Makes services of a test's own, not started."""
    made = []

    def make(settings=None, options=(), engines=None):
        data = tmp_path / f"data{len(made)}"
        made.append(Service(data, PROGRAM, programs.values() if engines is None else engines,
                            {**NO_QUOTA, **(settings or {})}, options))
        return made[-1]

    yield make
    for service in made:
        if service.running():
            service.kill()
        processes.end(service.data)


@pytest.fixture(scope="session")
def root(service):
    """boto3 as the first identity."""
    return Clients(service.endpoint, service.credentials())


@pytest.fixture(scope="session")
def account(root):
    return root.sts.get_caller_identity()["Account"]


@pytest.fixture(scope="session")
def arn(account):
    """ARNs of ElastiCache resources: `arn("snapshot", "name")`."""
    return lambda kind, name: f"arn:aws:elasticache:us-east-1:{account}:{kind}:{name}"


@pytest.fixture(scope="session")
def new_group(root):
    """Creates replication groups of one node, or more, and waits until they are available."""
    def make(program, clients=root, **more):
        group = fresh("group")
        request = {"Engine": program.engine, "EngineVersion": program.version, "CacheNodeType": "cache.t4g.small", **more}
        clients.elasticache.create_replication_group(ReplicationGroupId=group, ReplicationGroupDescription=f"Group {group}", **request)
        return available_group(clients, group)
    return make


@pytest.fixture(scope="session")
def groups(new_group):
    """One group with data per engine, made when first asked for."""
    made = {}

    def get(program):
        if program.engine not in made:
            made[program.engine] = group = new_group(program)
            with group.connect() as server:
                dataset.fill(server, big_mib=2)
        return made[program.engine]
    return get


@pytest.fixture(scope="session")
def group(groups, program):
    return groups(program)


@pytest.fixture(scope="session")
def redis_group(groups, redis):
    return groups(redis)


@pytest.fixture(scope="session")
def source(root, redis_group):
    """Name of an available snapshot that tests copy and export, and none changes."""
    root.create("source", ReplicationGroupId=redis_group.id)
    return "source"


@pytest.fixture(scope="session")
def identity(service, tmp_path_factory):
    """Makes an identity with one policy of the given statements; its clients, with `name` and `arn`."""
    def make(*statements, **options):
        name = fresh("user")
        made = service.admin("identity", "create", name)
        clients = Clients(service.endpoint, (made["AccessKeyId"], made["SecretAccessKey"]), **options)
        clients.name = name
        if statements:
            file = tmp_path_factory.mktemp("policy") / "policy.json"
            file.write_text(json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))
            service.run("policy", "put", name, "limits", "--document", file)
        return clients
    return make


@pytest.fixture(scope="session")
def client_environment(service, tmp_path_factory):
    """The environment of `eval "$(valkeep env)"`, and nothing of this machine's own AWS settings."""
    return aws.environment(tmp_path_factory.mktemp("client"), service.variables())


@pytest.fixture(scope="session")
def aws2(client_environment):
    return aws.Aws(tool(tools.aws_v2), client_environment)


@pytest.fixture(scope="session")
def aws1(client_environment):
    return aws.Aws(tool(tools.aws_v1), client_environment)
