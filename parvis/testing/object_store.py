"""A real S3 server on this machine, for tests: moto's, over HTTP. Not here: what is asked of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

KEYS = {"region": "eu-west-3", "key": "test", "secret": "test"}


@pytest.fixture(scope="session")
def object_server() -> Iterator[str]:
    """The address of a server that speaks S3."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(object_server: str) -> dict[str, str]:
    """What names a new bucket, as `settings.PARVIS_FILES_S3` and `S3Store` take it."""
    import boto3

    name = f"parvis-{uuid.uuid4().hex[:12]}"
    client = boto3.client(
        "s3", endpoint_url=object_server, region_name=KEYS["region"],
        aws_access_key_id=KEYS["key"], aws_secret_access_key=KEYS["secret"],
    )  # fmt: skip
    client.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": KEYS["region"]})
    return {"bucket": name, "endpoint": object_server, "prefix": "parvis/", **KEYS}
