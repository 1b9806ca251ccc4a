"""Company structure of REST 3.0, scope `humanresources`: nodes are the portal's departments.

Source: `api-reference/departments/{node,node-member,employee}/*.md`; methods.md C.2. A node has the number of its
department (its `accessCode` is `DR` and that number). Teams are not kept: lists of them are empty.
"""
