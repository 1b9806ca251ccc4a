"""Applications of integrators: registered, installed, saved again, deleted; their tokens."""

from starlette.requests import Request

from b24app.sandbox.apps import confirm, lifecycle
from b24app.sandbox.control.errors import Bad
from b24app.sandbox.kernel.portal import Portal
from b24app.sandbox.kernel.registry import to_int
from b24app.sandbox.kernel.store import Row
from b24app.sandbox.oauth import tokens


class Applications:
    """One group of routes of one portal; each takes the request and its JSON object."""

    def __init__(self, portal: Portal) -> None:
        self.portal = portal

    def apps(self, _: Request, __: Row) -> Row:
        return {"apps": [_application(row) for row in self.portal.apps if not row.get("DELETED")]}

    def register(self, _: Request, given: Row) -> Row:
        """The form «Локальное приложение»: see `lifecycle.Form` for the fields."""
        known = {"name", "handler", "install", "menu_title", "api_only", "mobile", "scopes"}
        if unknown := set(given) - known:
            raise Bad(f"No such field of the form: {', '.join(sorted(unknown))}")
        form = lifecycle.Form(**{"name": "Приложение", **given, "scopes": tuple(given.get("scopes") or ())})
        return _application(lifecycle.register(self.portal, form))

    def app(self, request: Request, _: Row) -> Row:
        return _application(self._app(request))

    def save_app(self, request: Request, given: Row) -> Row:
        """The form is saved again: handlers of events are removed. Besides its fields `new_token` (bool)."""
        app, changes = self._app(request), dict(given)
        new_token = bool(changes.pop("new_token", False))
        fields = {str(name).upper(): value for name, value in changes.items()}
        lifecycle.save_again(self.portal, app, 1, new_token=new_token, **fields)
        return _application(app)

    def uninstall(self, request: Request, given: Row) -> Row:
        """Delete the application; `clean` as in ONAPPUNINSTALL."""
        lifecycle.uninstall(self.portal, self._app(request), clean=bool(given.get("clean", True)))
        return {"ok": True}

    def finish(self, request: Request, given: Row) -> Row:
        """`installFinish` without a page, by the administrator `user` (1)."""
        app, user = self._app(request), to_int(given.get("user"), 1)
        if app["INSTALLED"]:
            raise Bad("The application is installed already")
        lifecycle.finish(self.portal, app, user)
        return _application(app)

    def access(self, request: Request, given: Row) -> Row:
        """`denied`: employees the administrator does not let into the application."""
        denied = [to_int(one) for one in given.get("denied") or []]
        self.portal.apps.update(self._app(request)["ID"], DENIED_USERS=denied)
        return {"denied": denied}

    def issue(self, request: Request, given: Row) -> Row:
        """New tokens of `user` (1); `life_s` may be negative: a token that has expired."""
        token = self.portal.issue_tokens(
            self._app(request), to_int(given.get("user"), 1), life_s=to_int(given.get("life_s"))
        )
        return {"access_token": token["ACCESS"], "refresh_token": token["REFRESH"], "expires": token["EXPIRES"]}

    def revoke(self, request: Request, given: Row) -> Row:
        """Make the application's tokens unknown: all, or those of `user`; `expire` lets access tokens expire instead."""
        count = tokens.take_back(self.portal, self._app(request), given.get("user"), expire=bool(given.get("expire")))
        return {"tokens": count}

    def confirm(self, _: Request, given: Row) -> Row:
        """An administrator's answer to the methods that wait for one: `allow` (true)."""
        return {"decided": confirm.decide(self.portal, allow=bool(given.get("allow", True)))}

    def _app(self, request: Request) -> Row:
        app = lifecycle.live(self.portal, request.path_params["id"])
        if app is None:
            raise Bad(f"No application {request.path_params['id']}")
        return app


def _application(row: Row) -> Row:
    return {
        "id": row["ID"], "name": row["NAME"], "client_id": row["CLIENT_ID"], "client_secret": row["CLIENT_SECRET"],
        "application_token": row["TOKEN"], "installed": row["INSTALLED"], "handler": row["HANDLER"],
        "install": row["INSTALL"], "scopes": row["SCOPES"], "version": row["VERSION"], "api_only": row["API_ONLY"],
        "menu_title": row["MENU_TITLE"],
    }  # fmt: skip
