"""Whether this container's own part of Airflow works: ``healthy.py web``, or the type of its job.

The web server answers and reaches the database; the others wrote a sign of life of their own into the
database not long ago. It loads nothing of Airflow, which would take seconds of a processor each time.
Ends with 1 where it is not so.
"""

from __future__ import annotations

import json
import socket
import sys
import urllib.request
from pathlib import Path

_ANSWERS = "http://127.0.0.1:8080/api/v2/monitor/health"
_DATABASE = Path("/run/wsic/airflow/database_url")
_LONGEST_SILENCE = 60  # seconds; Airflow itself counts a job as dead after 30
_ALIVE = """
    select count(*) from job
    where job_type = %s and hostname = %s and state = 'running'
        and latest_heartbeat > now() - make_interval(secs => %s)"""


def _web_answers() -> bool:
    with urllib.request.urlopen(_ANSWERS, timeout=5) as answer:
        return bool(json.load(answer)["metadatabase"]["status"] == "healthy")


def _lives(job: str) -> bool:
    import psycopg2

    url = _DATABASE.read_text(encoding="ascii").replace("postgresql+psycopg2://", "postgresql://")
    connection = psycopg2.connect(url, connect_timeout=5)
    try:
        with connection.cursor() as cursor:
            cursor.execute(_ALIVE, (job, socket.gethostname(), _LONGEST_SILENCE))
            return bool(cursor.fetchone()[0])
    finally:
        connection.close()


def main() -> None:
    """Look, and end with what was found."""
    what = sys.argv[1]
    sys.exit(0 if (_web_answers() if what == "web" else _lives(what)) else 1)


if __name__ == "__main__":
    main()
