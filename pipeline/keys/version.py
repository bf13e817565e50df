"""One version of a product's key, and whether it is in use, pending or retired."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from pipeline.clock import now
from pipeline.keys.secret import Secret


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyVersion:
    """A version: in use, pending until the run ``pending_run`` is served, or retired and without its salt.

    Times are UTC in ISO form. The salt is random and known to nobody but this deployment: without it the
    key cannot be derived again, not even by who holds the root. The first version of a development
    deployment has none, so that one root makes one set of pseudonyms there. ``sealed`` is the key itself
    where it follows from a root that was replaced: under the one in use, until the product is made again.
    """

    version: int
    made_at: str
    key_id: str = ""
    salt: Secret = field(default=Secret(), repr=False)
    retired_at: str = ""
    pending_run: str = ""
    sealed: str = field(default="", repr=False)

    @property
    def is_pending(self) -> bool:
        """Whether a rotation made it and has not come to its end."""
        return bool(self.pending_run)

    @property
    def is_retired(self) -> bool:
        """Whether another version took its place."""
        return bool(self.retired_at)

    @property
    def is_carried(self) -> bool:
        """Whether it is still a key of a root that was replaced."""
        return bool(self.sealed)

    @property
    def is_in_use(self) -> bool:
        """Whether the product's pseudonyms are made with it."""
        return not self.is_pending and not self.is_retired

    def as_if_served(self) -> KeyVersion:
        """This version once the pending one of its purpose is served: a step further on."""
        if self.is_pending:
            return replace(self, pending_run="")
        return self if self.is_retired else replace(self, retired_at=now(), salt=Secret(), sealed="")
