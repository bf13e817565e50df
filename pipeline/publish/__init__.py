"""Publishing: sealed versions, one atomic swap, rollback."""

from pipeline.publish.key_used import key_used
from pipeline.publish.recheck import check, not_judged
from pipeline.publish.reissue import reissue
from pipeline.publish.release import publish, record, write_checked
from pipeline.publish.snapshots import (
    Snapshot,
    keep_snapshot,
    let_go_lapsed,
    list_snapshots,
    snapshot_due,
)
from pipeline.publish.versions import (
    Version,
    list_versions,
    remove,
    remove_version,
    reply_lapses_on,
    require_reply_holds,
    rollback,
    shelf,
)
from pipeline.publish.withdrawal import served_at, withdraw

__all__ = [
    "Snapshot", "Version", "check", "keep_snapshot", "key_used", "let_go_lapsed", "list_snapshots",
    "list_versions", "not_judged", "publish", "record", "reissue", "remove", "remove_version",
    "reply_lapses_on", "require_reply_holds", "rollback", "served_at", "shelf", "snapshot_due", "withdraw",
    "write_checked",
]  # fmt: skip
