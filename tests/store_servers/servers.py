"""Each protocol's server: moto (S3), Azurite (Azure), gcp-storage-emulator (Google), impacket (SMB), paramiko
(SFTP)."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path

import fsspec
import pytest

from tests.store_servers.google_tokens import Tokens, new_key
from tests.store_servers.process import PYTHON, SERVERS, Process, free_port
from tests.store_servers.store import FOLDER, Store

PASSWORD, WRONG = "Zyxmarker", "Zyxwrong"
_EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


@contextmanager
def s3(scratch: Path) -> Iterator[Store]:
    """With IAM switched on: after an account was made, every request's signature is looked at."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [PYTHON, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = Process(command, port, scratch, INITIAL_NO_AUTH_ACTION_COUNT="3")
    account = (
        import_module("botocore.session")
        .get_session()
        .create_client(
            "iam", endpoint_url=url, region_name="eu-west-2", aws_access_key_id="a", aws_secret_access_key="b"
        )
    )
    account.create_user(UserName="us")
    key = account.create_access_key(UserName="us")["AccessKey"]
    account.put_user_policy(UserName="us", PolicyName="all", PolicyDocument=json.dumps(_EVERYTHING))
    files = fsspec.filesystem(
        "s3", endpoint_url=url, key=key["AccessKeyId"], secret=key["SecretAccessKey"],
        client_kwargs={"region_name": "eu-west-2"}, use_listings_cache=False, skip_instance_cache=True,
    )  # fmt: skip
    files.mkdir("extracts")
    options = f'{{endpoint_url = "{url}", client_kwargs = {{region_name = "eu-west-2"}}, \
config_kwargs = {{retries = {{max_attempts = 1}}}}}}'
    secret = 'key = "{}"\nsecret = "{}"\n'
    yield Store(
        "s3", f"s3://extracts/{FOLDER}", options, secret.format(key["AccessKeyId"], key["SecretAccessKey"]),
        secret.format(key["AccessKeyId"], WRONG), process.start, process.stop, files=files,
    )  # fmt: skip
    process.stop()


@contextmanager
def abfs(scratch: Path) -> Iterator[Store]:
    """An account and a key made here; a client newer than the server is answered as the server can."""
    port, account = free_port(), "wsicstore"
    keys = [base64.b64encode(word.encode() * 8).decode() for word in (PASSWORD, WRONG)]
    command = [
        "node", str(SERVERS / "node_modules/azurite/dist/src/blob/main.js"), "--blobHost", "127.0.0.1",
        "--blobPort", str(port), "--inMemoryPersistence", "--disableTelemetry", "--silent",
        "--skipApiVersionCheck",
    ]  # fmt: skip
    process = Process(command, port, scratch, AZURITE_ACCOUNTS=f"{account}:{keys[0]}")
    said = (
        "DefaultEndpointsProtocol=http;AccountName={a};AccountKey={k};BlobEndpoint=http://127.0.0.1:{p}/{a};"
    )
    right, wrong = (said.format(a=account, k=key, p=port) for key in keys)
    import_module("azure.storage.blob").BlobServiceClient.from_connection_string(right).create_container(
        "extracts"
    )
    files = fsspec.filesystem("abfs", connection_string=right, skip_instance_cache=True)
    yield Store(
        "abfs", f"abfs://extracts/{FOLDER}", "{}", f'connection_string = "{right}"\n',
        f'connection_string = "{wrong}"\n', process.start, process.stop, files=files,
    )  # fmt: skip
    process.stop()


@contextmanager
def gs(scratch: Path) -> Iterator[Store]:
    """The emulator looks at no token; the service that gives tokens does look at signatures."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        PYTHON, "-m", "gcp_storage_emulator", "start", "--port", str(port), "-H", "127.0.0.1",
        "--default-bucket", "extracts", "--in-memory", "--quiet",
    ]  # fmt: skip
    process = Process(command, port, scratch)
    (public, right), (_, wrong) = new_key(), new_key()
    tokens = Tokens(public)
    files = import_module("gcsfs.core").GCSFileSystem(
        endpoint_url=url, token="anon", project="wsic", skip_instance_cache=True
    )
    account = (
        '[token]\ntype = "service_account"\nproject_id = "wsic"\nclient_email = "us@wsic.example"\n'
        "token_uri = \"{}\"\nprivate_key = '''{}'''\n"
    )
    yield Store(
        "gs", f"gs://extracts/{FOLDER}", f'{{endpoint_url = "{url}", project = "wsic"}}',
        account.format(tokens.url, right), account.format(tokens.url, wrong), process.start, process.stop,
        files=files,
    )  # fmt: skip
    process.stop()
    tokens.stop()


@contextmanager
def smb(scratch: Path) -> Iterator[Store]:
    """Two accounts, SMB 2 with signatures; it does not encrypt."""
    port, share = free_port(), scratch / "share"
    (share / FOLDER).mkdir(parents=True)
    program = str(Path(__file__).with_name("smb_share.py"))
    command = [PYTHON, program, str(port), str(share), "us", PASSWORD, "them", f"{PASSWORD}2"]
    process = Process(command, port, scratch)
    yield Store(
        "smb", f"smb://us@127.0.0.1:{port}/EXTRACTS/{FOLDER}", "{timeout = 5}", f'password = "{PASSWORD}"\n',
        f'password = "{WRONG}"\n', process.start, process.stop, folder=share / FOLDER,
    )  # fmt: skip
    process.stop()


@contextmanager
def sftp(scratch: Path) -> Iterator[Store]:
    """paramiko's server, in this process."""
    server = import_module("tests.store_servers.sftp_folder").Server(scratch / "remote")
    (scratch / "remote" / FOLDER).mkdir(parents=True)
    (scratch / "known").write_text(server.known())
    server.start()
    yield Store(
        "sftp", f"sftp://us@127.0.0.1:{server.port}/{FOLDER}", f'{{known_hosts = "{scratch}/known"}}',
        f'password = "{PASSWORD}"\n', f'password = "{WRONG}"\n', server.start, server.stop,
        folder=scratch / "remote" / FOLDER,
    )  # fmt: skip
    server.stop()


_NEEDED: dict[str, tuple[Callable[[Path], object], str]] = {
    "s3": (s3, "s3fs"), "abfs": (abfs, "adlfs"), "gs": (gs, "gcsfs"), "smb": (smb, "smbprotocol"),
    "sftp": (sftp, "paramiko"),
}  # fmt: skip
PROTOCOLS = tuple(_NEEDED)


@contextmanager
def serving(protocol: str, scratch: Path) -> Iterator[Store]:
    """A server of a protocol with an empty folder; skips where its package or the server is not installed."""
    made, package = _NEEDED[protocol]
    pytest.importorskip(package, reason=f"{package} is the operator's choice: make stores")
    with made(scratch) as store:  # type: ignore[attr-defined]
        yield store
