"""Shares (SMB), where fsspec's own file system would follow links, lock the sender's files and mix accounts.

It keeps one pool of connections for the whole process, in which a second feed of the same server would read
as the first one's account; it opens a file so that nobody else may write to it; and it looks through links,
which on a share may lead to another server. Only to be imported where ``smbprotocol`` is installed.
"""

from __future__ import annotations

from importlib import import_module
from stat import S_ISDIR
from typing import Any

from pipeline.fetch.store.faults import NotLetInError

_client: Any = import_module("smbclient")
_errors: Any = import_module("smbprotocol.exceptions")
_fsspec: Any = import_module("fsspec.implementations.smb")
_LINK, _FOLDER = 0x400, 0x10  # FILE_ATTRIBUTE_REPARSE_POINT, FILE_ATTRIBUTE_DIRECTORY ([MS-FSCC] 2.6)


class Share(_fsspec.SMBFileSystem):  # type: ignore[misc]
    """A share with a connection of its own; what a link leads to is neither listed nor read."""

    def _connect(self) -> None:
        """Once: trying again is for who asks. Called while fsspec sets the file system up."""
        self._as_us = {
            "username": self.username, "password": self.password, "port": self._port, "encrypt": self.encrypt,
            "connection_timeout": self.timeout, "connection_cache": {},
        }  # fmt: skip
        try:
            _client.register_session(self.host, **self._as_us)
        except _errors.SMBException as error:
            if type(error) is _errors.SMBException and "encryption is required" in str(error):
                raise NotLetInError("it does not encrypt; valid: a server with SMB 3 encryption") from None
            raise

    def close(self) -> None:
        """End session and connection."""
        cache = self._as_us["connection_cache"]
        _client.reset_connection_cache(fail_on_error=False, connection_cache=cache)

    def ls(self, path: str, detail: bool = True, **more: Any) -> list[Any]:
        """What lies in a folder, from its listing alone: no question a file."""
        found = [self._listed(path, one) for one in _client.scandir(self._unc(path), **self._as_us)]
        return found if detail else [one["name"] for one in found]

    def info(self, path: str, **more: Any) -> dict[str, Any]:
        """Of the name itself, not of what it leads to."""
        said = _client.lstat(self._unc(path), **self._as_us)
        kind = "directory" if S_ISDIR(said.st_mode) else "file"
        return {
            "name": path, "size": said.st_size, "mtime": said.st_mtime,
            "type": "link" if said.st_file_attributes & _LINK else kind,
        }  # fmt: skip

    def makedirs(self, path: str, exist_ok: bool = False) -> None:
        """Each folder that is not there, from the share downwards."""
        share, *folders = path.strip("/").split("/")
        for depth in range(1, len(folders) + 1):
            folder = "/".join(["", share, *folders[:depth]])
            if not self.exists(folder):
                _client.mkdir(self._unc(folder), **self._as_us)

    def mv(self, path1: str, path2: str, **more: Any) -> None:
        """By renaming, in one step; refused by the server where something is there."""
        _client.rename(self._unc(path1), self._unc(path2), **self._as_us)

    def _open(self, path: str, mode: str = "rb", **more: Any) -> Any:
        """So that its sender may go on with it meanwhile: a file that changed is copied again."""
        return _client.open_file(self._unc(path), mode, share_access="rwd", **self._as_us)

    def _listed(self, folder: str, entry: Any) -> dict[str, Any]:
        said = entry.smb_info
        kind = "directory" if said.file_attributes & _FOLDER else "file"
        return {
            "name": f"{folder.rstrip('/')}/{entry.name}", "size": said.end_of_file,
            "mtime": said.last_write_time.timestamp(),
            "type": "link" if said.file_attributes & _LINK else kind,
        }  # fmt: skip

    def _unc(self, path: str) -> str:
        below = path.replace("/", "\\")
        return f"\\\\{self.host}{below}"
