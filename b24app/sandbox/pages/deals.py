"""Pages of CRM: kanban of deals, the deal card with application tabs, plain cards of contacts and companies.

Everything is read and written by the portal's own REST methods with the viewer's rights, so a click here raises the
same events and history as a call of an application.
"""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from b24app.sandbox import placements
from b24app.sandbox.crm import configurable
from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.messenger import people
from b24app.sandbox.pages import web
from b24app.sandbox.pages.history import history

DEAL, CONTACT, COMPANY = 2, 3, 4
PAGES = 6
HIDDEN = ("ufCrmTask",)


class Crm:
    """Routes of one portal's CRM."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def routes(self) -> list[Route]:
        """The addresses of the CRM."""
        return [
            Route("/crm/deal/", self.kanban),
            Route("/crm/deal/kanban/", self.kanban),
            Route("/crm/deal/kanban/category/{category:int}/", self.kanban),
            Route("/crm/deal/details/{id:int}/", self.card),
            Route("/crm/contact/details/{id:int}/", self.contact),
            Route("/crm/company/details/{id:int}/", self.company),
            Route("/crm/deal/{id:int}/stage", self.move, methods=["POST"]),
            Route("/crm/deal/{id:int}/save", self.save, methods=["POST"]),
            Route("/crm/deal/{id:int}/comment", self.comment, methods=["POST"]),
            Route("/crm/deal/add", self.add, methods=["POST"]),
            Route("/crm/deal/{id:int}/delete", self.delete, methods=["POST"]),
        ]

    # --- kanban

    async def kanban(self, request: Request) -> Response:
        """Deals of one pipeline by stages."""
        who = web.viewer(self.portal, request)
        pipelines = who.call("crm.category.list", entityTypeId=DEAL)["categories"]
        wanted = request.path_params.get("category")
        if wanted is None:
            wanted = self._first_pipeline(pipelines)
        stages = stages_of(who, wanted)
        deals = items(who, DEAL, {"categoryId": wanted})
        badges = configurable.badges_of(self.portal, DEAL)
        for stage in stages:
            here = [deal for deal in deals if deal["stageId"] == stage["STATUS_ID"]]
            stage["deals"] = [{**self._short(deal), "badge": badges.get(deal["id"])} for deal in here]
        facts = {"pipelines": pipelines, "category": wanted, "stages": stages, "count": len(deals)}
        return web.page(who, "kanban.html", section="crm", **facts)

    @staticmethod
    def _first_pipeline(pipelines: list[Row]) -> int:
        support = [row for row in pipelines if row["name"].lower().startswith(("поддержка", "техподдержка"))]
        return to_int((support or pipelines)[0]["id"])

    def _short(self, deal: Row) -> Row:
        company = self._title(COMPANY, deal.get("companyId"))
        contact = self._title(CONTACT, deal.get("contactId"))
        return {
            "id": deal["id"], "title": deal["title"], "client": company or contact, "at": deal["createdTime"],
            "assigned": people.full_name(self.portal, to_int(deal["assignedById"])), "assigned_id": to_int(deal["assignedById"]),
            "amount": deal.get("opportunity") or 0,
        }  # fmt: skip

    def _title(self, kind: int, number: Any) -> str:
        if not to_int(number):
            return ""
        try:
            found = web.Viewer(self.portal, 1).call("crm.item.get", entityTypeId=kind, id=to_int(number))["item"]
        except RestError:
            return ""
        if kind == COMPANY:
            return str(found.get("title") or "")
        return " ".join(part for part in (found.get("name"), found.get("lastName")) if part)

    # --- the deal card

    async def card(self, request: Request) -> Response:
        """The deal card: title, stages, tabs of the portal and of applications."""
        who, number = web.viewer(self.portal, request), request.path_params["id"]
        try:
            deal = who.call("crm.item.get", entityTypeId=DEAL, id=number, useOriginalUfNames="N")["item"]
        except RestError:
            return web.nothing(f"Сделка № {number} не найдена или удалена")
        tab, stages = request.query_params.get("tab", "main"), self._chevrons(who, deal)
        facts = {
            "deal": deal, "stages": stages, "closed": _is_closed(deal, stages), "pipeline": self._pipeline(who, deal),
            "apps": self._tabs(who, number), "tab": tab, "fields": self._fields(who, deal), "staff_list": web.employees(self.portal),
            "source": source_name(who, deal.get("sourceId")),
            "company": self._title(COMPANY, deal.get("companyId")), "contact": self._title(CONTACT, deal.get("contactId")),
            "history": history(who, DEAL, number), "custom": self._custom_frames(deal),
        }  # fmt: skip
        return web.page(who, "deal.html", section="crm", **facts)

    def _pipeline(self, who: web.Viewer, deal: Row) -> str:
        rows = who.call("crm.category.list", entityTypeId=DEAL)["categories"]
        return next((str(row["name"]) for row in rows if row["id"] == deal["categoryId"]), "")

    @staticmethod
    def _chevrons(who: web.Viewer, deal: Row) -> list[Row]:
        stages = stages_of(who, to_int(deal["categoryId"]))
        codes = [stage["STATUS_ID"] for stage in stages]
        here = codes.index(deal["stageId"]) if deal["stageId"] in codes else -1
        ended = here >= 0 and bool(stages[here]["final"])
        for place, stage in enumerate(stages):
            final = stage["final"]
            done = (place < here or ended) and not final
            shown = "is-now" if place == here else "is-done" if done else ""
            if place == here and final:
                shown = "is-good" if final == "S" else "is-bad"
            stage["shown"] = shown
        return stages

    def _tabs(self, who: web.Viewer, number: int) -> list[Row]:
        if who.mobile:
            return []
        rows = placements.bound(self.portal, "CRM_DEAL_DETAIL_TAB")
        options = {"ID": str(number)}
        return [{"id": row["ID"], "title": row["TITLE"] or "Приложение", "frame": {
            "app": row["APP_ID"], "placement": "CRM_DEAL_DETAIL_TAB", "handler": row["ID"], "options": options,
        }} for row in rows]  # fmt: skip

    def _fields(self, who: web.Viewer, deal: Row) -> list[tuple[str, str]]:
        """User fields that have a value, as people read them."""
        known = who.call("crm.item.fields", entityTypeId=DEAL)["fields"]
        shown = []
        for name, field in known.items():
            value = deal.get(name)
            if not name.startswith("ufCrm") or name in HIDDEN or value in (None, "", [], 0, "0"):
                continue
            shown.append((str(field.get("title") or name), self._value(who, field, value)))
        return shown

    def _value(self, who: web.Viewer, field: Row, value: Any) -> str:
        values = value if isinstance(value, list) else [value]
        kind = str(field.get("type") or "")
        if kind == "enumeration":
            names = {str(one["ID"]): str(one["VALUE"]) for one in field.get("items") or []}
            return ", ".join(names.get(str(one), str(one)) for one in values)
        if kind == "employee":
            return ", ".join(people.full_name(self.portal, to_int(one)) for one in values)
        if kind in {"datetime", "date"}:
            return ", ".join(web.moment(one, who) for one in values)
        if kind == "boolean":
            return "да" if values[0] in (True, 1, "1", "Y") else "нет"
        return ", ".join(str(one) for one in values)

    def _custom_frames(self, deal: Row) -> list[Row]:
        """Fields of types that applications brought: live blocks inside the card."""
        found = []
        for row in self.portal.table("userfield"):
            kind = placements.field_type(self.portal, str(row.get("USER_TYPE_ID") or ""))
            if kind is None or row.get("ENTITY_ID") != "CRM_DEAL":
                continue
            options = {
                "MODE": "view", "ENTITY_ID": "CRM_DEAL", "FIELD_NAME": row["FIELD_NAME"],
                "ENTITY_VALUE_ID": str(deal["id"]), "VALUE": None, "MULTIPLE": "N", "MANDATORY": "N", "XML_ID": None,
                "ENTITY_DATA": {"entityTypeId": DEAL, "entityId": str(deal["id"]), "module": "crm"},
            }  # fmt: skip
            frame = {"app": kind["APP_ID"], "placement": "USERFIELD_TYPE", "handler": kind["ID"], "options": options}
            found.append({"title": kind["TITLE"] or row["FIELD_NAME"], "frame": frame})
        return found

    # --- plain cards

    async def contact(self, request: Request) -> Response:
        """A contact: name, channels, company, deals."""
        return self._plain(request, CONTACT, "contactId")

    async def company(self, request: Request) -> Response:
        """A company: title, channels, deals."""
        return self._plain(request, COMPANY, "companyId")

    def _plain(self, request: Request, kind: int, link: str) -> Response:
        who, number = web.viewer(self.portal, request), request.path_params["id"]
        try:
            found = who.call("crm.item.get", entityTypeId=kind, id=number)["item"]
        except RestError:
            return web.nothing("Карточка не найдена")
        deals = [self._short(deal) for deal in items(who, DEAL, {link: number})]
        contacts = items(who, CONTACT, {"companyId": number}) if kind == COMPANY else []
        facts = {
            "title": self._title(kind, number),
            "item": found,
            "deals": deals,
            "contacts": contacts,
            "kind": kind,
            "company": self._title(COMPANY, found.get("companyId")) if kind == CONTACT else "",
        }
        return web.page(who, "client.html", section="crm", **facts)

    # --- acts

    async def move(self, request: Request) -> Response:
        """Another stage, of this pipeline or of another one."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        fields: Row = {"stageId": str(given.get("stage") or "")}
        if given.get("category") not in (None, ""):
            fields["categoryId"] = to_int(given["category"])
        return self._do(who, "crm.item.update", entityTypeId=DEAL, id=request.path_params["id"], fields=fields)

    async def save(self, request: Request) -> Response:
        """Fields of the form on the first tab."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        fields: Row = {name: given[name] for name in ("title", "comments") if name in given}
        if "assignedById" in given:
            fields["assignedById"] = to_int(given["assignedById"])
        return self._do(who, "crm.item.update", entityTypeId=DEAL, id=request.path_params["id"], fields=fields)

    async def comment(self, request: Request) -> Response:
        """A comment in the timeline."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        text = str(given.get("text") or "").strip()
        if not text:
            return JSONResponse({"error": "Комментарий пустой"}, 422)
        fields = {"ENTITY_ID": request.path_params["id"], "ENTITY_TYPE": "deal", "COMMENT": text}
        return self._do(who, "crm.timeline.comment.add", fields=fields)

    async def add(self, request: Request) -> Response:
        """A new deal made by hand."""
        who, given = web.viewer(self.portal, request), await web.form(request)
        fields = {
            "title": str(given.get("title") or "Новая сделка"), "categoryId": to_int(given.get("category")),
            "assignedById": who.id,
        }  # fmt: skip
        try:
            deal = who.call("crm.item.add", entityTypeId=DEAL, fields=fields)["item"]
        except RestError as error:
            return JSONResponse({"error": error.description}, error.status)
        self.portal.store.flush()
        return JSONResponse({"ok": True, "go": f"/crm/deal/details/{deal['id']}/"})

    async def delete(self, request: Request) -> Response:
        """Delete a deal."""
        who = web.viewer(self.portal, request)
        answer = self._do(who, "crm.item.delete", entityTypeId=DEAL, id=request.path_params["id"])
        return JSONResponse({"ok": True, "go": "/crm/deal/kanban/"}) if answer.status_code == 200 else answer

    def _do(self, who: web.Viewer, method: str, **params: Any) -> Response:
        try:
            who.call(method, **params)
        except RestError as error:
            return JSONResponse({"error": error.description or error.code}, error.status)
        self.portal.store.flush()
        return JSONResponse({"ok": True})


def source_name(who: web.Viewer, code: Any) -> str:
    """What the portal calls a source."""
    rows = who.call("crm.status.list", filter={"ENTITY_ID": "SOURCE"}, order={"SORT": "ASC"})
    return next((str(row["NAME"]) for row in rows if row["STATUS_ID"] == code), str(code or ""))


def _is_closed(deal: Row, stages: list[Row]) -> bool:
    return any(stage["final"] and stage["STATUS_ID"] == deal["stageId"] for stage in stages)


def stages_of(who: web.Viewer, category: int) -> list[Row]:
    """Stages of a deal pipeline in order; `final` is S, F or empty."""
    entity = f"DEAL_STAGE_{category}" if category else "DEAL_STAGE"
    rows = who.call("crm.status.list", filter={"ENTITY_ID": entity}, order={"SORT": "ASC"})
    stages = []
    for row in sorted(rows, key=lambda one: to_int(one.get("SORT"))):
        semantics = str(row.get("SEMANTICS") or (row.get("EXTRA") or {}).get("SEMANTICS") or "")
        final = {"S": "S", "F": "F", "success": "S", "failure": "F", "apology": "F"}.get(semantics, "")
        stages.append({**row, "final": final, "COLOR": row.get("COLOR") or "#dfe0e3"})
    return stages


def items(who: web.Viewer, kind: int, wanted: Row) -> list[Row]:
    """Elements of a type, newest first, a few pages at most."""
    found: list[Row] = []
    for page in range(PAGES):
        rows = who.call("crm.item.list", entityTypeId=kind, filter=wanted, order={"id": "DESC"}, start=page * 50)[
            "items"
        ]
        found.extend(rows)
        if len(rows) < 50:
            break
    return found


def home(_: Request) -> Response:
    """`/crm/` opens the kanban."""
    return RedirectResponse("/crm/deal/kanban/", 302)
