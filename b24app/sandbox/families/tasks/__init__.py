"""Tasks: v2 (`tasks.task.*`), the old positional services, comments and the task chat, REST 3.0.

Two forms of the card exist, and the switch `old_portal` chooses: before `tasks 25.700.0` comments are a forum with
ids, from it on they are messages of the task's chat (`tasks/tasks-new.md`).
"""

from b24app.sandbox.kernel.events import known_events

known_events("task", "ONTASKADD", "ONTASKUPDATE", "ONTASKDELETE", "ONTASKCOMMENTADD", "ONTASKCOMMENTUPDATE",
             "ONTASKCOMMENTDELETE")  # fmt: skip
