"""Folders and object stores as a transport: whatever fsspec reaches; nothing is written there unless asked
for."""

from pipeline.fetch.store.place import StorePlace

__all__ = ["StorePlace"]
