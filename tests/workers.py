"""Which tests go to one worker: those of a file, and the files that share a night, or a built dbt project,
so that it is run once.

Marks (``xdist_group``) would say the same, but the worker's mark no longer reaches the scheduler with
pytest 9.2, which keeps the name of a test from being changed.
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

SHARED = {
    "tests/faults/planted/test_published_columns.py": "small night",
    "tests/e2e/test_night.py": "small night",
    "tests/e2e/test_fhir_export.py": "small night",
    "tests/e2e/test_metrics_recomputed.py": "small night",
    "tests/e2e/test_money_recomputed.py": "small night",
    "tests/e2e/test_query_book.py": "small night",
    "tests/e2e/test_root_rotation.py": "small night",
    "tests/e2e/test_ways_in.py": "small night",
    "tests/privacy/least_privilege/test_modes_of_a_night.py": "small night",
    "tests/privacy/keys/test_keys_stay_in.py": "small night",
    "tests/privacy/test_markers_stop_at_the_wall.py": "small night",
    "tests/privacy/test_no_connection.py": "small night",
    "tests/e2e/test_bad_nights.py": "bad nights",
    "tests/e2e/test_fhir_feeds.py": "bad nights",
    "tests/e2e/test_night_undone.py": "bad nights",
    "tests/unit/dbt_project/test_conditions_recomputed.py": "built project",
    "tests/unit/dbt_project/test_day_of_everybody.py": "built project",
    "tests/unit/dbt_project/test_history_over_nights.py": "built project",
    "tests/unit/dbt_project/test_metric_controlled.py": "built project",
    "tests/unit/dbt_project/test_metrics_recomputed.py": "built project",
    "tests/unit/dbt_project/test_models_unit_tests.py": "built project",
    "tests/unit/dbt_project/test_money_recomputed.py": "built project",
    "tests/unit/dbt_project/test_query_book.py": "built project",
    "tests/unit/dbt_project/test_radar_recomputed.py": "built project",
    "tests/unit/dbt_project/test_risk_recomputed.py": "built project",
    "tests/unit/dbt_project/test_segments_recomputed.py": "built project",
    "tests/unit/dbt_project/test_warehouse_recomputed.py": "built project",
}


class ByFile(LoadScopeScheduling):  # type: ignore[misc]
    """A file is one piece of work, and so are the files that share what takes long to make."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        return SHARED.get(file, file)
