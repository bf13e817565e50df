"""An export on the server: asking for it, asking how far it is, and letting it go.

HL7 Bulk Data Access 2.0, "Bulk Data Export". A function is one step of the protocol and remembers nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import httpx

from connectors.fhir.bulk.exchange import FHIR_JSON, JSON, NDJSON, Answer, Exchange
from connectors.fhir.bulk.faults import BulkError, ExportGoneError, NotSetUpError, ServerRefusedError
from connectors.fhir.bulk.manifest import Manifest, parse_manifest
from connectors.fhir.messages import ISSUE_CODES

SYSTEM, GROUP, PATIENT = LEVELS = ("system", "group", "patient")
_GONE = (404, 410)
_MOST_PAGES = 10_000
_PERCENT = re.compile(r"\b(100|\d{1,2})\s?%")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked for. ``level`` is one of :data:`LEVELS`; ``group`` the id of the Group at that level."""

    level: str
    types: Sequence[str]
    type_filters: Sequence[str] = ()
    group: str = ""
    since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Running:
    """An export that is not ready; ``percent`` where the server says so."""

    percent: int | None
    headers: dict[str, str]


def kick_off(exchange: Exchange, wanted: Wanted) -> str:
    """Ask for an export; returns the address to ask how far it is."""
    answer = exchange.ask(
        "GET", export_url(exchange.reach.base_url, wanted), "asking for an export",
        headers={"accept": FHIR_JSON, "prefer": "respond-async"},
    )  # fmt: skip
    if answer.status != 202:
        raise _refused(exchange, answer, "asking for an export")
    location = answer.headers.get("content-location")
    if not location:
        raise ServerRefusedError(f"{exchange.reach.host}: took the request, but names no Content-Location")
    return str(exchange.reach.own(location, "the status of the export"))


def export_url(base_url: str, wanted: Wanted) -> httpx.URL:
    """The kick-off address with its parameters."""
    place = {SYSTEM: "", PATIENT: "/Patient", GROUP: f"/Group/{wanted.group}"}[wanted.level]
    parameters = [("_outputFormat", NDJSON)]
    if wanted.types:
        parameters.append(("_type", ",".join(wanted.types)))
    if wanted.since:
        parameters.append(("_since", wanted.since.isoformat(timespec="milliseconds")))
    parameters += [("_typeFilter", one) for one in wanted.type_filters]
    return httpx.URL(f"{base_url.rstrip('/')}{place}/$export", params=parameters)


def look(exchange: Exchange, status_url: str) -> Running | tuple[Manifest, bytes]:
    """How far an export is: still running, or ready, with its manifest and the bytes of it.

    Raises :class:`ExportGoneError` where the server does not know it any more, and
    :class:`ServerRefusedError` where it failed there.
    """
    what = "asking how far the export is"
    url = exchange.reach.own(status_url, "the status of the export")
    tries = exchange.tries(what)
    while True:
        answer = exchange.ask("GET", url, what, headers={"accept": JSON})
        if answer.status == 202:
            return Running(_percent(answer), dict(answer.headers))
        if answer.status == 200:
            return _manifest(exchange, answer.body)
        if answer.status in _GONE:
            raise ExportGoneError(f"{exchange.reach.host}: no longer knows the export ({answer.status})")
        if "transient" not in _issue_codes(answer):
            raise _refused(exchange, answer, what)
        tries.failed(f"answered {answer.status} (transient)")


def let_go(exchange: Exchange, status_url: str) -> bool:
    """Tell the server that its files may be deleted; returns whether it took that.

    All that came is safe here already, so a failure is no more than disk space at the server.
    """
    try:
        url = exchange.reach.own(status_url, "the status of the export")
        answer = exchange.ask("DELETE", url, "letting the export go", headers={"accept": FHIR_JSON})
    except BulkError:
        return False
    return answer.status in (200, 202, 204, *_GONE)


def _manifest(exchange: Exchange, body: bytes) -> tuple[Manifest, bytes]:
    """The whole manifest, of several pages where it goes on; kept as one, with addresses as they came."""
    host = exchange.reach.host
    first = page = parse_manifest(body, host=host)
    files = list(first.files)
    for _ in range(_MOST_PAGES):
        if not page.next_url:
            break
        url = exchange.reach.own(page.next_url, "the next page of the manifest")
        answer = exchange.ask("GET", url, "reading the manifest", headers={"accept": JSON})
        if answer.status != 200:
            raise _refused(exchange, answer, "reading the manifest")
        page = parse_manifest(answer.body, host=host, after=len(files))
        if (page.transaction_time, page.requires_token) != (first.transaction_time, first.requires_token):
            raise ServerRefusedError(f"{host}: the pages of its manifest are of different exports")
        files += page.files
    whole = Manifest(
        transaction_time=first.transaction_time, requires_token=first.requires_token, files=tuple(files)
    )
    return whole, _written(whole)


def _written(manifest: Manifest) -> bytes:
    lists: dict[str, list[dict[str, Any]]] = {}
    for file in manifest.files:
        entry = {"type": file.resource_type, "url": file.url} | (
            {} if file.rows is None else {"count": file.rows}
        )
        lists.setdefault(file.kind, []).append(entry)
    head = {
        "transactionTime": manifest.transaction_time.isoformat(),
        "requiresAccessToken": manifest.requires_token,
    }
    return json.dumps(head | lists, indent=1).encode()


def _percent(answer: Answer) -> int | None:
    found = _PERCENT.search(answer.headers.get("x-progress", "")[:100])
    return int(found[1]) if found else None


def _issue_codes(answer: Answer) -> list[str]:
    """Codes of the OperationOutcome in an answer; its texts are never looked at."""
    try:
        said = json.loads(answer.body)
        codes = {issue["code"] for issue in said["issue"]}
    except (ValueError, KeyError, TypeError):
        return []
    return sorted(codes & ISSUE_CODES)


def _refused(exchange: Exchange, answer: Answer, what: str) -> BulkError:
    codes = ", ".join(_issue_codes(answer))
    said = f"{exchange.reach.host}: {what} was answered {answer.status}" + (f" ({codes})" if codes else "")
    if answer.status in (401, 403):
        return NotSetUpError(f"{said}; check what the registration is allowed: scope, group, resource types")
    return ServerRefusedError(said)
