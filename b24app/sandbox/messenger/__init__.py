"""The messenger: chats, bots of both generations with commands and keyboards, notices.

Importing this package registers its methods. Other rooms use `talk` (what happens when somebody writes or presses),
`chats` (who is where and what is unread) and `notices` (what bots are told).
"""

from b24app.sandbox.kernel.events import known_events
from b24app.sandbox.messenger import (
    bots_v1,
    bots_v2,
    chats_v2,
    commands_v2,
    files,
    im_chats,
    im_events,
    im_messages,
    im_notices,
    im_people,
    im_recent,
    im_search,
    messages_v2,
)

known_events(
    "imbot", "ONIMBOTV2MESSAGEADD", "ONIMBOTV2MESSAGEUPDATE", "ONIMBOTV2MESSAGEDELETE", "ONIMBOTV2JOINCHAT",
    "ONIMBOTV2COMMANDADD", "ONIMBOTV2REACTIONCHANGE", "ONIMBOTV2CONTEXTGET", "ONIMBOTV2DELETE", "ONIMBOTMESSAGEADD",
    "ONIMBOTMESSAGEUPDATE", "ONIMBOTMESSAGEDELETE", "ONIMBOTJOINCHAT", "ONIMBOTDELETE", "ONIMCOMMANDADD",
)  # fmt: skip

__all__ = [
    "bots_v1",
    "bots_v2",
    "chats_v2",
    "commands_v2",
    "files",
    "im_chats",
    "im_events",
    "im_messages",
    "im_notices",
    "im_people",
    "im_recent",
    "im_search",
    "messages_v2",
]
