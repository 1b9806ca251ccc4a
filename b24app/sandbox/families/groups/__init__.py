"""Working groups and projects: sonet_group.*, socialnetwork.api.workgroup.*. Sources: `api-reference/sonet-group/**.md`."""

from b24app.sandbox.kernel.events import known_events

known_events("sonet_group", "ONSONETGROUPADD", "ONSONETGROUPUPDATE", "ONSONETGROUPDELETE")
