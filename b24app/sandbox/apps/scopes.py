"""Permissions a portal knows (`api-reference/scopes/permissions.md`)."""

SCOPES = (
    "ai_admin", "appform", "baas", "biconnector", "bizproc", "booking", "calendar", "calendarmobile", "call",
    "cashbox", "catalog", "catalogmobile", "configuration.import", "contact_center", "crm", "delivery", "department",
    "disk", "documentgenerator", "entity", "faceid", "forum", "humanresources", "humanresources.hcmlink", "iblock",
    "im", "im.import", "imbot", "imconnector", "imopenlines", "intranet", "landing", "landing_cloud", "lists", "log",
    "mail", "mailservice", "main", "messageservice", "mobile", "notifications", "pay_system", "placement", "pull",
    "pull_channel", "rating", "rest", "rpa", "sale", "salescenter", "sign.b2e", "smile", "socialnetwork",
    "sonet_group", "task", "tasks", "tasks_extended", "tasksmobile", "telephony", "timeman", "user",
    "user.userfield", "user_basic", "user_brief", "userconsent", "userfieldconfig", "vote",
)  # fmt: skip
