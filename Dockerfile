# syntax=docker/dockerfile:1
FROM python:3.13-slim-bookworm AS build
COPY --from=ghcr.io/astral-sh/uv:0.13 /uv /bin/uv
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/crm
WORKDIR /build
# Dependencies change seldom: their layer is kept while only the source changes.
COPY pyproject.toml uv.lock README.md ./
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev --extra embedded --no-install-project
COPY src ./src
RUN --mount=type=cache,target=/root/.cache/uv uv sync --frozen --no-dev --extra embedded --no-editable

FROM python:3.13-slim-bookworm
# PostgreSQL and `peer` need the account to have a name; a fixed number keeps volumes readable between images.
RUN useradd --uid 10001 --no-create-home --home-dir /data --shell /usr/sbin/nologin crm \
    && install --directory --owner crm --group crm --mode 0700 /data
COPY --from=build /opt/crm /opt/crm
ENV PATH=/opt/crm/bin:$PATH CRM_DATA_DIR=/data PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /data
USER crm
VOLUME /data
EXPOSE 8000
# The server drains within 10 s of this signal; `docker stop` waits as long before it kills.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"]
ENTRYPOINT ["crm-api"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
