"""Universal lists: lists, fields, elements, sections. Sources: `api-reference/lists/**.md`.

A list is a described resource: its fields stand in `list_field`, and how a value of each type is read, kept, compared
and printed stands in `types`. Lists raise no events.
"""
