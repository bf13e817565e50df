"""Tell what each role may do, asked of the auth manager as Airflow asks it (a program, not a test).

Prints after FOUND: role -> what it may, as ``<resource> <method>`` and ``<dag> <part of it> <method>``; and
the questions that Airflow asks which the manager leaves to another one, or takes with other arguments.
"""

from __future__ import annotations

import inspect
import json
import sys

from airflow.api_fastapi.auth.managers.base_auth_manager import BaseAuthManager
from airflow.api_fastapi.auth.managers.models.resource_details import AccessView, DagAccessEntity, DagDetails
from airflow.api_fastapi.auth.managers.simple.user import SimpleAuthManagerUser

from dags.roles import ROLES, RoleAuthManager

METHODS = ("GET", "POST", "PUT", "DELETE")
RESOURCES = ("configuration", "connection", "variable", "asset", "asset_alias", "pool", "team")
DAGS = ("nightly_load", "opt_out_check", "retention", "relink_population")


def allowed(manager: RoleAuthManager, role: str | None) -> list[str]:
    user = SimpleAuthManagerUser(username="somebody", role=role)
    found = [
        f"{resource} {method}"
        for resource in RESOURCES
        for method in METHODS
        if getattr(manager, f"is_authorized_{resource}")(method=method, user=user)
    ]
    found += [
        f"{dag_id} {entity.value if entity else 'dag'} {method}"
        for dag_id in DAGS
        for entity in (None, *DagAccessEntity)
        for method in METHODS
        if manager.is_authorized_dag(
            method=method, user=user, access_entity=entity, details=DagDetails(id=dag_id)
        )
    ]
    views = [view for view in AccessView if manager.is_authorized_view(access_view=view, user=user)]
    return found + [f"view {view.value}" for view in views]


def parameters(owner: type, name: str) -> set[str]:
    return set(inspect.signature(getattr(owner, name)).parameters)


def main() -> None:
    asked = {name for name in dir(BaseAuthManager) if name.startswith("is_authorized_")}
    left = sorted(asked - set(vars(RoleAuthManager)))
    other = [name for name in asked if parameters(BaseAuthManager, name) != parameters(RoleAuthManager, name)]
    manager = RoleAuthManager()
    may = {str(role): allowed(manager, role) for role in (*ROLES, None, "", "admin", "op", "viewer")}
    told = {"may": may, "asked": len(asked), "left": left, "other": other}
    sys.stdout.write("\nFOUND " + json.dumps(told) + "\n")


main()
