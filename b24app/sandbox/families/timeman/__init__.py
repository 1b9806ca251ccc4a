"""Working time: workdays of employees, the schedule, time control, office networks.

Source: `api-reference/timeman/*`; methods.md C.3 and H.
"""
