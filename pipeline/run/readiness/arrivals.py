"""What the night would find: senders, manifests, reference files, the opt-out reply, and who is fetched from.

Only names of folders and files, and the senders' own control totals, are read: no file of records is opened.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from functools import partial

from connectors import reference
from pipeline import fetch, identity, landing
from pipeline.errors import SetupError, WsicError
from pipeline.mesh import load_account
from pipeline.run.fetching import read_key
from pipeline.run.readiness.finding import Asked, Finding, demanded, fault, fault_of, good, worth_a_look

OLD_AFTER_DAYS = 400  # organisations, postcodes and costs come out anew every year at least
_LAYOUT = "files lie at <source>/<ODS code of the sender>/<YYYY-MM-DD>/; nothing is published without any"
_MANIFEST = "control totals that cannot be read, or name files that did not come, refuse the files"
_REFERENCE = (
    "areas, networks, deprivation and costs come from it; without it they are unknown in every product"
)
_MANIFEST_FORM = '{"files": [{"name": "APC.csv", "rows": 120}]}, of files that lie beside it'
_REPLY = "without a valid national opt-out reply secondary_use and open are not published"
_PLACES = "what is fetched from cannot be spoken to without its credentials, and unsafe ones are refused"
_NONE = date.min


def look(asked: Asked) -> Iterator[Finding]:
    """Everything that has to come in, from folders and from other machines."""
    yield from _feeds(asked)
    yield from _references(asked)
    yield _reply(asked)
    yield from _places(asked)


def _feeds(asked: Asked) -> Iterator[Finding]:
    if not asked.extracts.is_dir():
        valid = "the folder that the senders' files arrive in (WSIC_EXTRACTS, or --extracts)"
        yield fault("extracts", _LAYOUT, f"{asked.extracts} is not a folder", valid)
        return
    try:
        feeds = landing.list_feeds(
            asked.ledger, asked.extracts, asked.as_of, home=asked.settings.home,
            expected=asked.settings.expected_sources,
        )  # fmt: skip
    except WsicError as error:
        yield fault_of("extracts", _LAYOUT, error)
        return
    for feed in feeds:
        if not feed.sender:
            found = f"nobody has sent for {feed.source} up to {asked.as_of}"
            valid = "a dated folder of a sender, or another WSIC_EXPECTED_SOURCES"
            yield worth_a_look("extracts", _LAYOUT, found, valid)
    senders = [feed for feed in feeds if feed.sender]
    sources = {feed.source for feed in senders}
    if senders:
        told = f"{len(senders)} senders of {len(sources)} sources up to {asked.as_of}"
        yield good("extracts", _LAYOUT, told)
    else:
        yield fault("extracts", _LAYOUT, f"nobody has sent anything up to {asked.as_of}", "one feed or more")
    yield from _manifests(asked, senders)


def _manifests(asked: Asked, feeds: list[landing.Feed]) -> Iterator[Finding]:
    roots = landing.arrivals(asked.extracts, asked.settings.home)
    seen = 0
    for feed in feeds:
        folders, strange = landing.dated_folders(roots, feed, asked.as_of)
        if strange:
            found = f"{feed}: {len(strange)} files or folders beside its dated folders"
            yield worth_a_look("extracts", _LAYOUT, found, "folders named YYYY-MM-DD")
        for folder in folders:
            manifest = landing.read_manifest(folder.path)
            seen += bool(manifest.files)
            missing = manifest.missing(path.name for path in folder.path.iterdir())
            what = f"names {missing} files that did not come" if missing else ""
            if what := what if manifest.is_readable else "cannot be read":
                found = f"{feed} {folder.extract_date}: manifest.json {what}"
                yield worth_a_look("manifest", _MANIFEST, found, _MANIFEST_FORM)
    yield good("manifest", _MANIFEST, f"{seen} extracts have control totals")


def _references(asked: Asked) -> Iterator[Finding]:
    for file in reference.FORMAT.files:
        found = landing.newest_reference(asked.extracts / "reference", file.name)
        if found is None:
            valid = f"<extracts>/reference/<YYYY-MM-DD>/{file.name}"
            yield worth_a_look("reference", _REFERENCE, f"{file.name} was not delivered", valid)
            continue
        age = (asked.as_of - found[0]).days if found[0] > _NONE else None
        said = f"{file.name} " + ("has no day of delivery" if age is None else f"is {age} days old")
        if age is not None and age > OLD_AFTER_DAYS:
            yield worth_a_look("reference", _REFERENCE, said, f"one of the last {OLD_AFTER_DAYS} days")
        else:
            yield good("reference", _REFERENCE, said)


def _reply(asked: Asked) -> Finding:
    replies = identity.find_replies(asked.settings, asked.extracts, asked.as_of)
    limit = asked.settings.opt_out_valid_days
    age = (asked.as_of - replies[0].on).days if replies else None
    if age is None or age > limit:
        found = "no reply lies there" if age is None else f"the newest reply is {age} days old"
        valid = f"<extracts>/opt_outs/<YYYY-MM-DD>/*.dat, at most {limit} days old"
        return fault("opt-out reply", _REPLY, found, valid)
    return good("opt-out reply", _REPLY, f"{age} days old")


def _places(asked: Asked) -> Iterator[Finding]:
    settings = asked.settings
    if settings.mesh_url:
        yield demanded("MESH", _PLACES, partial(load_account, settings), "the account is complete")
    try:
        places = fetch.load_places(settings)
    except SetupError as error:
        yield fault_of("fetching", _PLACES, error)
        return
    if not places:
        yield good("fetching", _PLACES, "nothing is fetched from")
    for place in places:
        ready = partial(place.require_ready, settings, partial(read_key, settings))
        yield demanded(f"fetching from {place.name}", _PLACES, ready, f"ready, by {place.transport}")
