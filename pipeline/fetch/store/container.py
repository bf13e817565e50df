"""Azure containers, where adlfs would list too little and too much.

It asks for all that begins with a folder's name: of ``north`` it also lists what lies in ``northwest``, and
of a folder with an object that stands for it (``north/``) only that object. Only to be imported where
``adlfs`` is installed.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

from fsspec.asyn import sync

_adlfs: Any = import_module("adlfs")
_FOLDER = "hdi_isfolder"  # metadata of a blob that stands for a folder, as Hadoop and Data Lake write them


class Container(_adlfs.AzureBlobFileSystem):  # type: ignore[misc]
    """A storage account, whose folders are what stands before a ``/``."""

    def ls(self, path: str, detail: bool = True, **more: Any) -> list[Any]:
        """What lies directly in a folder; empty where nothing does."""
        found = sync(self.loop, self._directly_in, path)
        return found if detail else [one["name"] for one in found]

    async def _directly_in(self, path: str) -> list[dict[str, Any]]:
        container, _, folder = path.strip("/").partition("/")
        prefix = f"{folder}/" if folder else ""
        async with self.service_client.get_container_client(container=container) as client:
            walked = client.walk_blobs(name_starts_with=prefix, include=["metadata"], delimiter="/")
            return [_told(container, blob) async for blob in walked if not _stands_for_folder(blob, prefix)]


def _stands_for_folder(blob: Any, prefix: str) -> bool:
    is_marked = (blob.get("metadata") or {}).get(_FOLDER, "").lower() == "true"
    return bool(blob.name == prefix or is_marked)


def _told(container: str, blob: Any) -> dict[str, Any]:
    """As fsspec has it; what ends with the sign between folders is a folder."""
    name = f"{container}/{blob.name.rstrip('/')}"
    if blob.name.endswith("/"):
        return {"name": name, "type": "directory", "size": None}
    told = {key: blob[key] for key in ("size", "etag", "last_modified")}
    return {"name": name, "type": "file", **told}
