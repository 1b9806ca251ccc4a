"""pull.application.*: messages to open pages and telephones of an application.

Source: `settings/interactivity/push-and-pull/*.md`. The sandbox has no server for such messages: the methods take what a
portal takes, keep the last messages in `pull_message`, and tell that nobody listens.
"""

import hashlib
import re
from datetime import timedelta
from typing import Any

from b24app.sandbox.kernel.errors import RestError
from b24app.sandbox.kernel.registry import Call, method, to_int
from b24app.sandbox.kernel.store import Row

KEPT = 200
_COMMAND, _MODULE = re.compile(r"[A-Za-z0-9_:|.-]+"), re.compile(r"[a-z0-9._]+")


def _application(call: Call, refusal: str) -> Row:
    if call.app_id is None:
        raise RestError("WRONG_AUTH_TYPE", refusal, 403)
    return call.app


@method("pull.application.config.get", scope="pull|pull_channel|mobile")
def config(call: Call) -> Any:
    app = _application(call, "Get access to application config available only for application authorization.")
    portal = call.portal
    host, end = portal.domain, portal.iso(portal.now() + timedelta(hours=12))
    secure, plain = f"https://{host}", f"http://{host}"
    server = {
        "version": 4, "server_enabled": True, "mode": "personal", "hostname": host, "long_polling": f"{plain}/sub2/",
        "long_pooling_secure": f"{secure}/sub2/", "websocket_enabled": False, "websocket": f"ws://{host}/subws2/",
        "websocket_secure": f"wss://{host}/subws2/", "publish_enabled": False, "publish": f"{plain}/rest/",
        "publish_secure": f"{secure}/rest/", "config_timestamp": int(portal.clock.unix()),
    }  # fmt: skip
    shared, own = _channel(app, "shared"), _channel(app, f"private{call.user_id}")
    channels = {
        "shared": {"id": shared, "end": end, "type": "shared"},
        "private": {"id": own, "public_id": _channel(app, f"public{call.user_id}"), "end": end, "type": "private"},
    }
    exp = int(portal.clock.unix()) + 43_200
    return {"server": server, "api": {"revision_web": 19, "revision_mobile": 3}, "channels": channels, "exp": exp}


def _channel(app: Row, name: str) -> str:
    return hashlib.sha256(f"{app['TOKEN']}{name}".encode()).hexdigest()[:32]


@method("pull.application.event.add", scope="pull|pull_channel")
def event_add(call: Call) -> Any:
    _application(call, "Get access to application config available only for application authorization.")
    users = [to_int(one) for one in call.rows("USER_ID")]
    if not call.is_admin and any(one != call.user_id for one in users):
        raise RestError("USER_ID_ACCESS_ERROR", "Only admin can send notifications to other channels")
    if call.get("MODULE_ID") and not _MODULE.fullmatch(str(call.get("MODULE_ID"))):
        raise RestError("MODULE_ID_ERROR", "Module ID format error")
    if not _COMMAND.fullmatch(str(call.get("COMMAND") or "")):
        raise RestError("COMMAND_ERROR", "Command format error")
    if not isinstance(call.get("PARAMS", default={}), dict | list):
        raise RestError("PARAMS_ERROR", "Params format error")
    return _keep(call, {"COMMAND": call.get("COMMAND"), "PARAMS": call.get("PARAMS"), "USERS": users})


@method("pull.application.push.add", scope="pull|mobile")
def push_add(call: Call) -> Any:
    app = _application(call, "Send push notifications available only for application authorization.")
    if not call.is_admin:
        raise RestError("ACCESS_ERROR", "You do not have access to send push notifications")
    if not call.get("TEXT"):
        raise RestError("TEXT_ERROR", "Text can't be empty")
    if not app["NAME"]:
        raise RestError("EMPTY_APP_NAME", "For send push-notification application name can't be empty")
    return _keep(call, {"TEXT": call.get("TEXT"), "USERS": [to_int(one) for one in call.rows("USER_ID")]})


def _keep(call: Call, message: Row) -> bool:
    table = call.portal.table("pull_message")
    table.add({"APP_ID": call.app_id, "AT": call.portal.iso(), **message})
    for key in table.keys()[:-KEPT]:
        table.delete(key)
    call.portal.tell(f"{call.method}: the sandbox has nobody who listens", app=call.app_id)
    return True
