"""A certificate that vouches for itself, for servers on this machine."""

import subprocess


class Certificate:
    """PEM files `chain` and `key`, good for a day, for `localhost` and 127.0.0.1."""

    def __init__(self, directory):
        self.chain, self.key = directory / "cert.pem", directory / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                        "-subj", "/CN=localhost", "-addext", "subjectAltName=IP:127.0.0.1,DNS:localhost",
                        "-addext", "basicConstraints=critical,CA:FALSE", "-keyout", self.key, "-out", self.chain],
                       check=True, capture_output=True)
