"""Data storages of applications: storages, sections, items and their properties. Sources: `api-reference/entity/**.md`.

An application sees its own storages only.
"""
