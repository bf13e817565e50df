"""Publishing: sealed versions, one atomic swap, rollback."""

from pipeline.publish.key_used import key_used
from pipeline.publish.recheck import check, not_judged
from pipeline.publish.reissue import reissue
from pipeline.publish.release import publish, record, write_checked
from pipeline.publish.versions import (
    Version,
    list_versions,
    remove,
    require_reply_holds,
    rollback,
    shelf,
)
from pipeline.publish.withdrawal import served_at, withdraw

__all__ = [
    "Version", "check", "key_used", "list_versions", "not_judged", "publish", "record", "reissue", "remove",
    "require_reply_holds", "rollback", "served_at", "shelf", "withdraw", "write_checked",
]  # fmt: skip
