"""Applications of the portal: the integrator's form, the application's page, its installation."""

from starlette.routing import Route

from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.store import Row


class Applications:
    """Routes of the developer's section and of application pages."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def routes(self) -> list[Route]:
        """The addresses."""
        return []


def live(portal: Portal, number: int) -> Row | None:
    """The application, unless it was deleted."""
    app = portal.apps.get(number)
    return None if app is None or app.get("DELETED") or app.get("UNINSTALLED") else app


def handler(app: Row) -> str:
    """«Путь вашего обработчика»."""
    return str(app.get("HANDLER") or "")


def install_path(app: Row) -> str:
    """«Путь для первоначальной установки»."""
    return str(app.get("INSTALL") or handler(app))


def title(app: Row) -> str:
    """What the menu calls it."""
    return str(app.get("MENU_TITLE") or app.get("NAME") or "Приложение")


def finish(portal: Portal, app: Row, user_id: int) -> None:
    """The installation is done."""
    portal.apps.update(app["ID"], INSTALLED=True)
    portal.signal("app.installed", app=app, user=user_id)
