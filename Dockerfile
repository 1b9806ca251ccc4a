# One image for the service and its workers. No root, one health check, nothing to configure inside.
FROM python:3.11-slim AS build
WORKDIR /app
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy
RUN pip install --no-cache-dir uv
COPY pyproject.toml uv.lock README.md LICENSE ./
RUN uv sync --locked --no-dev --no-install-project
COPY b24app b24app
COPY migrations migrations
RUN uv sync --locked --no-dev --no-editable

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 b24app && mkdir -p /app/var && chown b24app /app/var
WORKDIR /app
COPY --from=build /app/.venv .venv
COPY migrations migrations
ENV PATH=/app/.venv/bin:$PATH PYTHONUNBUFFERED=1
USER b24app
VOLUME /app/var
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=3s --start-period=20s \
  CMD python -c "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/healthz', timeout=2)"
CMD ["b24app", "serve", "--host", "0.0.0.0", "--port", "8000"]
