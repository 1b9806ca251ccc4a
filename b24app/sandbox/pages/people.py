"""Pages about a colleague and a task: what sliders of the portal open by `openPath`."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.messenger.people import departments, full_name
from b24app.sandbox.pages import web


class People:
    """Routes of profiles, tasks and chat files."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def routes(self) -> list[Route]:
        """The addresses."""
        return [
            Route("/company/personal/user/{id:int}/", self.profile),
            Route("/company/personal/user/{user:int}/tasks/task/view/{id:int}/", self.task),
            Route("/im/download/", self.download),
        ]

    async def profile(self, request: Request) -> Response:
        """Who a colleague is, with a way to write."""
        who, number = web.viewer(self.portal, request), request.path_params["id"]
        user = self.portal.users.get(number)
        if user is None:
            return web.nothing("Сотрудник не найден")
        rows = [self.portal.table("department").get(one) for one in departments(user)]
        names = [str(row["NAME"]) for row in rows if row]
        return web.page(
            who, "profile.html", section="people", user=user, name=full_name(self.portal, number), names=names
        )

    async def task(self, request: Request) -> Response:
        """A task."""
        who = web.viewer(self.portal, request)
        row = self.portal.table("task").get(request.path_params["id"])
        if row is None:
            return web.nothing("Задача не найдена")
        return web.page(who, "task.html", section="tasks", row=row)

    async def download(self, request: Request) -> Response:
        """A file of a chat: by a link for one download, or by its number for somebody who is in that chat."""
        token = self.portal.table("download").delete(request.query_params.get("token", ""))
        number = token["FILE_ID"] if token else to_int(request.query_params.get("file"))
        file = self.portal.table("chat_file").get(number)
        chat = self.portal.table("chat").get(file["CHAT_ID"]) if file else None
        if not token and web.viewer(self.portal, request).id not in (chat or {"USERS": []})["USERS"]:
            file = None
        if file is None:
            return web.nothing("Ссылка уже использована")
        return web.attachment(str(file["NAME"]), str(file["BODY"]))
