"""An endpoint on loopback that gives the answers of a case, in order, and remembers what it was asked."""

import http.server
import threading
import urllib.parse

REQUEST_ID = "3f2b6c1e-0000-4000-8000-000000000000"
SIGNATURE = "signature"


class Endpoint:
    """One port for one case. The last answer is given again and again; without answers every request gets a 500."""

    def __init__(self, answers):
        self.requests = []
        self._answers, self._lock = answers, threading.Lock()
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self.port = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def _take(self, request):
        with self._lock:
            place = len(self.requests)
            self.requests.append(request)
        return self._answers[min(place, len(self._answers) - 1)] if self._answers else {"status": 500}

    def _handler(endpoint):
        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                answer = endpoint._take(shown(self.command, self.path, self.headers, body))
                if answer.get("action") == "close":
                    self.close_connection = True
                    return
                text = (answer.get("body") or "").encode()
                self.send_response(answer.get("status", 200))
                for name, value in {"Content-Type": "text/xml", "x-amzn-RequestId": REQUEST_ID, **(answer.get("headers") or {})}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = answer

            def log_message(self, *_):
                pass

        return Handler


def shown(method, path, headers, body):
    """What is compared of a request. Times, signatures, user agents and the order of parameters may differ."""
    told = {"method": method, "path": path}
    if body:
        told["type"] = headers.get("Content-Type")
        told["parameters"] = sorted(list(pair) for pair in urllib.parse.parse_qsl(body.decode(), keep_blank_values=True))
    told["signed"] = signed(headers.get("Authorization"))
    if token := headers.get("X-Amz-Security-Token"):
        told["token"] = token
    return told


def signed(authorization):
    """`KEY region/service: headers` of a signature, without its date; another authorization as it is."""
    if not (authorization or "").startswith("AWS4-HMAC-SHA256 "):
        return authorization
    fields = dict(part.strip().split("=", 1) for part in authorization.removeprefix("AWS4-HMAC-SHA256 ").split(","))
    key, _, region, service, _ = fields["Credential"].split("/")
    return f"{key} {region}/{service}: {fields['SignedHeaders']}"
