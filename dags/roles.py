"""Who may do what in Airflow: three roles, as a table, for the auth manager that Airflow ships.

``AIRFLOW__CORE__AUTH_MANAGER=dags.roles.RoleAuthManager`` and
``AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS=<name>:engineer,<name>:ig_lead,…`` put it to use. It signs people
in as Airflow's simple auth manager does, with passwords in a file. Where a single sign-on does so, the
table is what its roles are to allow. Whatever a role is not given is refused; another role may do nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from airflow.api_fastapi.auth.managers.models.resource_details import DagAccessEntity as Entity
from airflow.api_fastapi.auth.managers.simple.simple_auth_manager import SimpleAuthManager

_STATES = frozenset({Entity.DEPENDENCIES, Entity.RUN, Entity.TASK, Entity.TASK_INSTANCE, Entity.WARNING})
_READABLE = frozenset({"asset", "asset_alias", "pool", "view"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """What a role may: ``runs_everything``; else see ``sees`` of a DAG and ``reads`` of the rest, and
    start the DAGs that it ``starts``."""

    runs_everything: bool = False
    sees: frozenset[Entity] = frozenset()
    reads: frozenset[str] = frozenset()
    starts: frozenset[str] = frozenset()


ROLES: Mapping[str, Role] = {
    # On call: everything but users, which are set-up. No secret lies in Airflow's own database.
    "engineer": Role(runs_everything=True),
    # Is the product there, and of which night? Logs, code and what tasks hand on are nothing to them.
    "analyst": Role(sees=_STATES, reads=_READABLE),
    # Sees besides who did what, and starts what answers for objections and retention.
    "ig_lead": Role(
        sees=_STATES | {Entity.AUDIT_LOG, Entity.TASK_LOGS, Entity.CODE, Entity.VERSION},
        reads=_READABLE,
        starts=frozenset({"opt_out_check", "retention"}),
    ),
}


class RoleAuthManager(SimpleAuthManager):
    """Airflow's simple auth manager with the roles of :data:`ROLES` in place of its own four."""

    def is_authorized_dag(
        self, *, method: str, user: Any, access_entity: Entity | None = None, details: Any = None
    ) -> bool:
        """Whether the user may see the DAG (or that part of it), or start it."""
        role = ROLES.get(user.role, Role())
        sees = bool(role.sees) and (access_entity is None or access_entity in role.sees)
        starts = access_entity is Entity.RUN and details is not None and details.id in role.starts
        return role.runs_everything or (method == "GET" and sees) or (method == "POST" and starts)

    def is_authorized_configuration(self, *, method: str, user: Any, details: Any = None) -> bool:
        return self._may("configuration", method, user)

    def is_authorized_connection(self, *, method: str, user: Any, details: Any = None) -> bool:
        return self._may("connection", method, user)

    def is_authorized_variable(self, *, method: str, user: Any, details: Any = None) -> bool:
        return self._may("variable", method, user)

    def is_authorized_asset(self, *, method: str, user: Any, details: Any = None) -> bool:
        return self._may("asset", method, user)

    def is_authorized_asset_alias(self, *, method: str, user: Any, details: Any = None) -> bool:
        return self._may("asset_alias", method, user)

    def is_authorized_pool(self, *, method: str, user: Any, details: Any = None) -> bool:
        return self._may("pool", method, user)

    def is_authorized_team(self, *, method: str, user: Any, details: Any = None) -> bool:
        return self._may("team", method, user)

    def is_authorized_view(self, *, access_view: Any, user: Any) -> bool:
        return self._may("view", "GET", user)

    def is_authorized_custom_view(self, *, method: str, resource_name: str, user: Any) -> bool:
        return self._may("custom_view", method, user)

    def is_authorized_hitl_task(self, *, assigned_users: set[str], user: Any) -> bool:
        """No task of these DAGs asks anybody."""
        return False

    @staticmethod
    def _may(resource: str, method: str, user: Any) -> bool:
        role = ROLES.get(user.role, Role())
        return role.runs_everything or (method == "GET" and resource in role.reads)
