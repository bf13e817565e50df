# The image of every service of docker-compose.yml, and of two machines to try connectors on. docs/compose.md.
# With a package index of your own: docker build --secret id=pip,src=pip.conf --secret id=ca,src=ca.pem …
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /build
RUN python3 -m venv /opt/wsic
COPY requirements.lock ./
# Every package is held against its hash as it comes; what is installed below is taken from these files alone.
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=secret,id=ca,target=/run/secrets/ca.pem \
    if [ -f /run/secrets/ca.pem ]; then export PIP_CERT=/run/secrets/ca.pem; fi; \
    /opt/wsic/bin/python -m pip wheel --quiet --no-deps --require-hashes --wheel-dir /wheels -r requirements.lock
COPY pyproject.toml README.md LICENSE ./
COPY connectors connectors
COPY dags dags
COPY dbt_project dbt_project
COPY expectations expectations
COPY pipeline pipeline
COPY synthetic synthetic
# Without what only developers use: the lock has it too, and it is left lying in /wheels.
RUN /opt/wsic/bin/python -m pip install --quiet --no-index --find-links /wheels '.[server]' \
    && /opt/wsic/bin/python -m pip uninstall --quiet --yes pip \
    && ln -s "$(echo /opt/wsic/lib/python3*/site-packages/dags)" /opt/wsic/dags

FROM ${PYTHON_IMAGE} AS mesh-builder
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements-mesh.lock ./
RUN --mount=type=secret,id=pip,target=/etc/pip.conf --mount=type=secret,id=ca,target=/run/secrets/ca.pem \
    if [ -f /run/secrets/ca.pem ]; then export PIP_CERT=/run/secrets/ca.pem; fi; \
    python3 -m venv /opt/mesh \
    && /opt/mesh/bin/python -m pip install --quiet --no-deps --require-hashes -r requirements-mesh.lock

# Who the services are: an account without a shell, a password or any right, and folders that volumes begin as.
FROM ${PYTHON_IMAGE} AS account
RUN groupadd --gid 10001 wsic \
    && useradd --uid 10001 --gid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin wsic \
    && install -d -o wsic -g wsic -m 0755 /srv/wsic /srv/wsic/published /srv/extracts \
    && for zone in landing fhir quarantine identity keys audit pseudonymised warehouse; do \
         install -d -o wsic -g wsic -m 0700 /srv/wsic/$zone; done \
    && install -d -o wsic -g wsic -m 0750 /run/wsic/database /run/wsic/airflow /run/wsic/users /run/wsic/exchange /run/wsic/sandbox \
    && install -d -o wsic -g wsic -m 0700 /var/lib/airflow /var/log/airflow /srv/audit-copy /srv/mesh
USER 10001:10001
WORKDIR /srv/wsic

FROM account AS mesh-sandbox
COPY --from=mesh-builder /opt/mesh /opt/mesh
ENV PATH=/opt/mesh/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    ENV=local AUTH_MODE=full STORE_MODE=file MAILBOXES_DATA_DIR=/srv/mesh
WORKDIR /srv/mesh
CMD ["sh", "-c", "SHARED_KEY=$(cat /run/wsic/sandbox/shared_key) exec uvicorn mesh_sandbox.api:app \
  --host 0.0.0.0 --port 8443 --ssl-keyfile /run/wsic/sandbox/mesh-sandbox.key \
  --ssl-certfile /run/wsic/sandbox/mesh-sandbox.pem"]

FROM account AS pipeline
COPY --from=builder /opt/wsic /opt/wsic
COPY compose/*.py /opt/wsic/compose/
ENV PATH=/opt/wsic/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 LANG=C.UTF-8 \
    WSIC_HOME=/srv/wsic WSIC_EXTRACTS=/srv/extracts \
    AIRFLOW_HOME=/var/lib/airflow AIRFLOW__CORE__DAGS_FOLDER=/opt/wsic/dags
CMD ["wsic", "--help"]

FROM pipeline AS fhir-source
COPY tests/bulk_server.py compose/sandbox/*.py /opt/sandbox/
CMD ["python", "/opt/sandbox/fhir_source.py"]

# The last stage is what is built where no target is named: the product, and nothing of the sandboxes.
FROM pipeline
