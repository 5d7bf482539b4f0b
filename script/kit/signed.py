"""Requests signed with AWS Signature Version 4, and a client of the Query API made of them."""

import datetime
import hashlib
import hmac
import http.client
import urllib.parse
import xml.etree.ElementTree as Xml

API_VERSION = "2015-02-02"
NAMESPACE = "{http://elasticache.amazonaws.com/doc/2015-02-02/}"


class Signer:
    """Signs requests to one endpoint for one identity."""

    def __init__(self, endpoint, credentials, region="us-east-1", service="elasticache", signed_at=None):
        self.url = urllib.parse.urlsplit(endpoint)
        self.access_key_id, self.secret = credentials
        self.region, self.service, self.signed_at = region, service, signed_at
        self.keys = {}

    def headers(self, method, path, query, body, more=(), unsigned=()):
        """All headers of a request. `more` are signed, `unsigned` are only sent."""
        now = (self.signed_at or datetime.datetime.now(datetime.timezone.utc)).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        headers = {"host": self.url.netloc, "x-amz-date": now, "x-amz-content-sha256": digest, **dict(more)}
        names = ";".join(sorted(headers))
        canonical = "\n".join([method, path, query, *(f"{n}:{headers[n].strip()}" for n in sorted(headers)), "", names, digest])
        scope = f"{now[:8]}/{self.region}/{self.service}/aws4_request"
        to_sign = f"AWS4-HMAC-SHA256\n{now}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.new(self.key(now[:8]), to_sign.encode(), hashlib.sha256).hexdigest()
        headers["authorization"] = (f"AWS4-HMAC-SHA256 Credential={self.access_key_id}/{scope}, "
                                    f"SignedHeaders={names}, Signature={signature}")
        return {**headers, **dict(unsigned)}

    def key(self, day):
        if day not in self.keys:
            key = ("AWS4" + self.secret).encode()
            for part in (day, self.region, self.service, "aws4_request"):
                key = hmac.new(key, part.encode(), hashlib.sha256).digest()
            self.keys = {day: key}
        return self.keys[day]


class Answer:
    """Status, headers and body of an answer, and its XML."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def xml(self):
        return Xml.fromstring(self.body)

    def text(self, tag):
        """Text of the first element of that name, or None."""
        found = self.xml.find(f".//{NAMESPACE}{tag}")
        return None if found is None else found.text or ""

    @property
    def fault(self):
        """(status, code, message) of an error."""
        return self.status, self.text("Code"), self.text("Message")


def form(parameters):
    """Parameters in the form of the Query API, `Tags=[{…}]` and lists already spelled out by the caller."""
    return urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote)


def send(endpoint, method, path, query, headers, body, timeout_s=60):
    """One request on a connection of its own, exactly as given."""
    url = urllib.parse.urlsplit(endpoint)
    connection = http.client.HTTPConnection(url.hostname, url.port, timeout=timeout_s)
    try:
        connection.putrequest(method, path + ("?" + query if query else ""), skip_host=True, skip_accept_encoding=True)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def query(endpoint, credentials, action, parameters=(), unsigned=(), more=(), **signer):
    """One signed call of the Query API."""
    body = form({"Action": action, "Version": API_VERSION, **dict(parameters)}).encode()
    kind = {"content-type": "application/x-www-form-urlencoded; charset=utf-8", **dict(more)}
    headers = Signer(endpoint, credentials, **signer).headers("POST", "/", "", body, more=kind, unsigned=unsigned)
    return send(endpoint, "POST", "/", "", headers, body)
