"""Every fault that is planted on the way of a night, in its order."""

from __future__ import annotations

from tests.planted.fault import Fault
from tests.planted.faults_after_dbt import AT_PUBLISH
from tests.planted.faults_at_home import AT_HOME
from tests.planted.faults_at_marked import AT_MARKED
from tests.planted.faults_at_open import AT_OPEN
from tests.planted.faults_before_dbt import FAULTS as BEFORE_DBT
from tests.planted.faults_in_register import FAULTS as IN_REGISTER
from tests.planted.faults_in_warehouse import IN_WAREHOUSE

FAULTS: tuple[Fault, ...] = (
    *AT_HOME, *IN_REGISTER, *BEFORE_DBT, *IN_WAREHOUSE, *AT_PUBLISH, *AT_MARKED, *AT_OPEN,
)  # fmt: skip
