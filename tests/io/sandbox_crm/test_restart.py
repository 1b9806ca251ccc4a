"""A portal with a state file is the same portal after a restart."""

from pathlib import Path
from typing import Any

from b24app.sandbox.app import make_app, make_portal
from b24app.sandbox.kernel.access import Caller
from b24app.sandbox.kernel.portal import Portal

ORIGIN = "http://portal.test"
DEAL, CONTACT = 2, 3


def opened(state: Path) -> Portal:
    portal = make_portal(origin=ORIGIN, oauth_origin=ORIGIN, state=state)
    make_app(portal)
    return portal


def ask(portal: Portal, method: str, **params: Any) -> Any:
    return portal.call(method, params, Caller(1, unlimited=True)).result


def everything(portal: Portal) -> list[Any]:
    return [
        ask(portal, "crm.item.list", entityTypeId=DEAL, select=["*"]),
        ask(portal, "crm.item.list", entityTypeId=CONTACT, select=["*"]),
        ask(portal, "crm.item.list", entityTypeId=1030, select=["*"]),
        ask(portal, "crm.category.list", entityTypeId=DEAL),
        ask(portal, "crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE_1"}),
        ask(portal, "crm.stagehistory.list", entityTypeId=DEAL),
        ask(portal, "crm.deal.userfield.list"),
        ask(portal, "crm.activity.list"),
        ask(portal, "crm.timeline.comment.list", filter={"ENTITY_ID": 1, "ENTITY_TYPE": "deal"}),
    ]


def test_elements_fields_and_history_survive(tmp_path: Path) -> None:
    portal = opened(tmp_path / "portal.db")
    ask(portal, "crm.category.add", entityTypeId=DEAL, fields={"name": "Поддержка"})
    gone = ask(portal, "crm.deal.userfield.add", fields={"FIELD_NAME": "GONE", "USER_TYPE_ID": "string"})
    ask(portal, "crm.deal.userfield.add", fields={"FIELD_NAME": "LINE", "USER_TYPE_ID": "integer"})
    ask(portal, "crm.type.add", fields={"title": "Месяц", "isStagesEnabled": "Y"})
    fm = [{"typeId": "EMAIL", "value": "ivan@example.com"}]
    ask(portal, "crm.item.add", entityTypeId=CONTACT, fields={"name": "Иван", "fm": fm})
    fields = {"title": "x", "categoryId": 1, "contactIds": [1], "ufCrmLine": 2, "ufCrmGone": "y"}
    ask(portal, "crm.item.add", entityTypeId=DEAL, fields=fields)
    ask(portal, "crm.item.update", entityTypeId=DEAL, id=1, fields={"stageId": "C1:WON"})
    ask(portal, "crm.item.add", entityTypeId=1030, fields={"title": "2026-02"})
    ask(portal, "crm.activity.todo.add", ownerTypeId=DEAL, ownerId=1, deadline="2026-02-20T15:00:00+03:00")
    ask(portal, "crm.timeline.comment.add", fields={"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "…"})
    portal.store.flush()
    ask(portal, "crm.deal.userfield.delete", id=gone)
    before = everything(portal)
    portal.store.close()

    again = opened(tmp_path / "portal.db")

    assert everything(again) == before
    assert ask(again, "crm.item.add", entityTypeId=DEAL, fields={"title": "y"})["item"]["id"] == 2
    ask(again, "crm.deal.userfield.add", fields={"FIELD_NAME": "GONE", "USER_TYPE_ID": "string"})
    assert ask(again, "crm.item.get", entityTypeId=DEAL, id=1)["item"]["ufCrmGone"] is None
    again.store.close()
