"""Publishing: sealed versions, one atomic swap, rollback."""

from pipeline.publish.recheck import check
from pipeline.publish.release import publish
from pipeline.publish.versions import Version, list_versions, rollback

__all__ = ["Version", "check", "list_versions", "publish", "rollback"]
