"""The document generator: crm.documentgenerator.* over elements of CRM, documentgenerator.* over values of a caller.

Both faces are one code: numerators, DOCX templates, documents made from them. Sources: `crm/document-generator/**.md`,
`document-generator/**.md`.
"""

from b24app.sandbox.kernel.events import known_events

known_events("crm", "ONCRMDOCUMENTGENERATORDOCUMENTADD", "ONCRMDOCUMENTGENERATORDOCUMENTUPDATE",
             "ONCRMDOCUMENTGENERATORDOCUMENTDELETE")  # fmt: skip
