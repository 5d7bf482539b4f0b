"""Writes sigv4.json beside this file: requests signed by botocore, the oracle of tests/sigv4.rs.

Run: python3 sigv4.py   (made with botocore 1.43.11)
"""

import datetime
import json
import pathlib
from urllib.parse import parse_qsl, urlsplit

import botocore
from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

NOW = datetime.datetime(2026, 11, 22, 12, 36, 0, tzinfo=datetime.timezone.utc)
KEY, SECRET, REGION = "AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", "us-east-1"
FORM = "application/x-www-form-urlencoded; charset=utf-8"
COPY = "Action=CopySnapshot&Version=2015-02-02&SourceSnapshotName=a&TargetSnapshotName=b"
auth.get_current_datetime = lambda: NOW

PLAIN, PRESIGN = auth.SigV4Auth, auth.SigV4QueryAuth
S3, S3_PRESIGN = auth.S3SigV4Auth, auth.S3SigV4QueryAuth
CASES = [
    # name, signer, service, method, url, headers, body
    ("post form", PLAIN, "elasticache", "POST", "https://h.example/", [("Content-Type", FORM)], COPY),
    ("post utf-8", PLAIN, "elasticache", "POST", "https://h.example/", [("Content-Type", FORM)], "Tags.Tag.1.Key=gr\u00fc\u00dfe\u96ea"),
    ("post to sts", PLAIN, "sts", "POST", "https://h.example/", [("Content-Type", FORM)], "Action=GetCallerIdentity&Version=2011-06-15"),
    ("empty body", PLAIN, "elasticache", "POST", "https://h.example/", [], ""),
    ("get with encoded query", PLAIN, "elasticache", "GET",
     "https://h.example/?Version=2015-02-02&SnapshotName=a%20b%2Fc%3D%26%2B~.-_%C3%BC&Action=DescribeSnapshots", [], ""),
    ("get with unsorted and repeated keys", PLAIN, "elasticache", "GET", "https://h.example/?b=2&a=2&a=1&B=0&empty=", [], ""),
    ("port in host", PLAIN, "elasticache", "POST", "http://127.0.0.1:8020/", [("Content-Type", FORM)], COPY),
    ("folded spaces", PLAIN, "elasticache", "POST", "https://h.example/", [("X-Note", "  a \t  b   c  ")], COPY),
    ("repeated headers", PLAIN, "elasticache", "POST", "https://h.example/", [("X-Note", "z"), ("X-Note", " a  a "), ("X-Note", "m")], COPY),
    ("extra amz header", PLAIN, "elasticache", "POST", "https://h.example/", [("X-Amz-Meta", "v")], COPY),
    ("trace header unsigned", PLAIN, "elasticache", "POST", "https://h.example/", [("X-Amzn-Trace-Id", "Root=1")], COPY),
    ("date header", PLAIN, "elasticache", "POST", "https://h.example/", [("Date", "x")], COPY),
    ("path with dots", PLAIN, "elasticache", "POST", "https://h.example/a/./b/../c//d/", [], COPY),
    ("path above root", PLAIN, "elasticache", "POST", "https://h.example/../../x", [], COPY),
    ("path of slashes", PLAIN, "elasticache", "POST", "https://h.example///", [], COPY),
    ("path with escapes", PLAIN, "elasticache", "POST", "https://h.example/a%20b/%2e%2e/c:d~e/*", [], COPY),
    ("presigned get", PRESIGN, "elasticache", "GET", "https://h.example/?Action=DescribeSnapshots&Version=2015-02-02", [], ""),
    ("presigned post", PRESIGN, "elasticache", "POST", "https://h.example/", [("Content-Type", FORM)], COPY),
    ("presigned with header", PRESIGN, "sts", "GET", "https://h.example/?Action=GetCallerIdentity&Version=2011-06-15",
     [("x-k8s-aws-id", "cluster")], ""),
    ("s3 put", S3, "s3", "PUT", "https://h.example/bucket/a%20b/../c", [("X-Amz-Acl", "private")], "data"),
    ("s3 presigned get", S3_PRESIGN, "s3", "GET", "https://h.example/bucket/key", [], ""),
]


def signed(name, signer, service, method, url, headers, body):
    # botocore presigns a form that is still a dictionary, and moves it into the query.
    data = dict(parse_qsl(body)) if signer is PRESIGN and body else body.encode()
    request = AWSRequest(method=method, url=url, data=data)
    for header, value in headers:
        request.headers.add_header(header, value)
    signer(Credentials(KEY, SECRET), service, REGION).add_auth(request)
    parts = urlsplit(request.url)
    sent = [[header.lower(), value] for header, value in request.headers.items()]
    if not any(header == "host" for header, _ in sent):
        sent.append(["host", parts.netloc])
    body = request.data.decode() if request.data else ""
    return {"name": name, "service": service, "method": method, "path": parts.path, "query": parts.query,
            "headers": sent, "body": body}


out = {
    "made_with": f"botocore {botocore.__version__}",
    "now": NOW.strftime("%Y-%m-%dT%H:%M:%SZ"), "access_key": KEY, "secret": SECRET, "region": REGION,
    "cases": [signed(*case) for case in CASES],
}
path = pathlib.Path(__file__).with_suffix(".json")
path.write_text(json.dumps(out, indent=1, ensure_ascii=False) + "\n")
