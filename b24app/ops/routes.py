"""Operations: alive, ready, metrics. No secrets, no names of people."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Gauge, generate_latest

from b24app.db.gauges import look
from b24app.db.migrate import is_current
from b24app.db.work import Store

router = APIRouter()


def _store(request: Request) -> Store:
    store: Store = request.app.state.store
    return store


StoreOf = Annotated[Store, Depends(_store)]


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@router.get("/readyz")
async def readyz(store: StoreOf, response: Response) -> dict[str, str]:
    """The database answers and has the schema of this release."""
    current = await is_current(store.database.engine)
    response.status_code = 200 if current else 503
    return {"status": "ok" if current else "database not ready: b24app db upgrade"}


@router.get("/metrics")
async def metrics(request: Request, store: StoreOf) -> Response:
    """Figures for Prometheus: what waits, what failed, how late timers are."""
    async with store.database.reads() as session:
        seen = await look(session, store.clock.now())
    registry = CollectorRegistry()
    for name, value in (
        ("inbox_lane_oldest_seconds", seen.inbox_lane_oldest_seconds),
        ("outbox_lane_oldest_seconds", seen.outbox_lane_oldest_seconds),
        ("timer_lag_seconds", seen.timer_lag_seconds),
        ("acks_refused", float(request.app.state.ingest.refused)),
    ):
        Gauge(name, name.replace("_", " "), registry=registry).set(value)
    for name, by_portal in (
        ("inbox_pending", seen.inbox_pending),
        ("inbox_dead", seen.inbox_dead),
        ("outbox_pending", seen.outbox_pending),
        ("outbox_dead", seen.outbox_dead),
    ):
        gauge = Gauge(name, name.replace("_", " "), ["portal"], registry=registry)
        for portal, number in by_portal.items():
            gauge.labels(str(portal)).set(number)
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
