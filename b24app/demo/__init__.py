"""A rehearsal in one process: the portal in a box, the service, one virtual clock, customers who write.

    servers.py   two HTTP servers of one event loop, each on its own host
    visit.py     what the administrator's browser does to install the application
    run.py       `b24app demo`: both together, kept in var/demo/, with a box that says where to click

It stands beside the composition root: it knows the service and the sandbox, nobody knows it.
"""
