"""Writes requests.json and answers.json beside this file, with botocore as the other end.

requests.json: for every operation one request with all members given, as botocore serialises it,
once with the list names of the service's description and once with `member` for all lists.

answers.json: for every operation with a result one answer with all members given, as XML that
botocore was seen to parse back into the very same result.
"""

import copy
import datetime
import json
import pathlib
import urllib.parse

import botocore.loaders
import botocore.model
import botocore.parsers
import botocore.serialize

HERE = pathlib.Path(__file__).parent
REQUEST_ID = "b1d7c3f2-6f0e-4f4e-9d5a-0c7a5e1f2a3b"
START = datetime.datetime(2016, 12, 21, 22, 24, 4, tzinfo=datetime.timezone.utc)
TEXTS = ["plain", "a&b <c> \"d\" 'e'", "x=1&y=2;%41+ ", "Zürich 雪 🦀", "two\nlines", "a.b.1"]


class Samples:
    """Values that differ from member to member, the same in every run."""

    def __init__(self):
        self.count = 0

    def value(self, shape):
        self.count += 1
        kind = shape.type_name
        if kind == "structure":
            return {name: self.value(member) for name, member in shape.members.items()}
        if kind == "list":
            return [self.value(shape.member) for _ in range(2)]
        if kind == "string":
            return f"{TEXTS[self.count % len(TEXTS)]}{self.count}"
        if kind == "integer":
            return self.count - 3
        if kind == "double":
            return self.count + 0.25
        if kind == "boolean":
            return self.count % 2 == 0
        if kind == "timestamp":
            return START + datetime.timedelta(hours=self.count, milliseconds=955 * (self.count % 2))
        raise ValueError(kind)


def wire_time(time):
    text = time.strftime("%Y-%m-%dT%H:%M:%S")
    milliseconds = time.microsecond // 1000
    return f"{text}.{milliseconds:03}Z" if milliseconds else f"{text}Z"


def plain(value):
    """The value as JSON can hold it; times in milliseconds since 1970."""
    if isinstance(value, dict):
        return {name: plain(member) for name, member in value.items()}
    if isinstance(value, list):
        return [plain(element) for element in value]
    if isinstance(value, datetime.datetime):
        return round(value.timestamp() * 1000)
    return value


def with_plain_lists(description):
    """The description as if every list called its elements `member`."""
    description = copy.deepcopy(description)
    for shape in description["shapes"].values():
        if shape["type"] == "list":
            shape["member"].pop("locationName", None)
    return description


def requests(description):
    models = [botocore.model.ServiceModel(d) for d in (description, with_plain_lists(description))]
    serializer = botocore.serialize.create_serializer("query", include_validation=False)
    for name in models[0].operation_names:
        members = Samples().value(models[0].operation_model(name).input_shape)
        bodies = [
            serializer.serialize_to_request(members, model.operation_model(name))["body"] for model in models
        ]
        yield {
            "operation": name,
            "parameters": plain(members),
            "bodies": [urllib.parse.urlencode(body) for body in bodies],
        }


def escape(text):
    for mark, name in {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}.items():
        text = text.replace(mark, f"&{name};")
    return text


def element(name, shape, value):
    kind = shape.type_name
    if kind == "structure":
        inside = "".join(
            element(member.serialization.get("name", key), member, value[key])
            for key, member in shape.members.items()
        )
    elif kind == "list":
        member_name = shape.member.serialization.get("name", "member")
        inside = "".join(element(member_name, shape.member, entry) for entry in value)
    elif kind == "string":
        inside = escape(value)
    elif kind == "boolean":
        inside = "true" if value else "false"
    elif kind == "timestamp":
        inside = wire_time(value)
    else:
        inside = str(value)
    return f"<{name}>{inside}</{name}>"


def answers(description):
    service = botocore.model.ServiceModel(description)
    parser = botocore.parsers.create_parser("query")
    for name in service.operation_names:
        shape = service.operation_model(name).output_shape
        if shape is None:
            continue
        result = Samples().value(shape)
        namespace = service.metadata["xmlNamespace"]
        xml = (
            f'<{name}Response xmlns="{namespace}">{element(name + "Result", shape, result)}'
            f"<ResponseMetadata><RequestId>{REQUEST_ID}</RequestId></ResponseMetadata></{name}Response>"
        )
        response = {"body": xml.encode(), "status_code": 200, "headers": {}}
        parsed = parser.parse(response, shape)
        assert parsed.pop("ResponseMetadata")["RequestId"] == REQUEST_ID, name
        assert parsed == result, name
        yield {"operation": name, "result": plain(result), "xml": xml}


def write(name, entries):
    lines = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in entries)
    (HERE / name).write_text(f"[\n{lines}\n]\n")


if __name__ == "__main__":
    loader = botocore.loaders.Loader()
    description = loader.load_service_model("elasticache", "service-2", "2015-02-02")
    write("requests.json", requests(description))
    write("answers.json", answers(description))
