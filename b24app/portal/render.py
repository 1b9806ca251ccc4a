"""An effect in the portal's words: the one REST call that carries it out."""

from typing import Any

from b24app.bitrix.bots import MESSAGES
from b24app.bitrix.methods import Method
from b24app.bitrix.methods_crm import AddTimelineComment
from b24app.bitrix.methods_crm import UpdateItem as UpdatePortalItem
from b24app.chatbot import dialogs
from b24app.chatbot.briefing import Briefing
from b24app.chatbot.message import Message
from b24app.kit.ids import UserId, item_of
from b24app.portal.binding import Binding
from b24app.portal.keyboard import keyboard_of
from b24app.tickets import reasons, terms
from b24app.tickets.model import (
    Announce,
    Axis,
    CloseNotice,
    Comment,
    Effect,
    RefreshAgentNotice,
    RemoveNotice,
    ShowAgents,
    ShowLabels,
    ShowTeams,
    TellAgent,
    UpdateItem,
    WarnSla,
    WriteFields,
)


def render(effect: Effect, brief: Briefing, binding: Binding) -> Method[Any] | None:
    """The call of an effect; None when it lost its sense meanwhile (somebody took the ticket before it was said)."""
    match effect:
        case UpdateItem():
            return _update_item(effect)
        case WriteFields():
            return _write_fields(effect, brief, binding)
        case Comment():
            return _comment(effect, brief)
        case _:
            return _message(effect, brief, binding)


def _update_item(effect: UpdateItem) -> Method[Any]:
    fields: dict[str, Any] = {}
    if effect.stage is not None:
        fields["stageId"] = effect.stage
    if effect.responsible is not None:
        fields["assignedById"] = effect.responsible
    entity_type, item = item_of(effect.ticket)
    return UpdatePortalItem(entity_type_id=entity_type, id=item, fields=fields)


def _write_fields(effect: WriteFields, brief: Briefing, binding: Binding) -> Method[Any] | None:
    """Labels that are only offered are not written; the priority is, since the term beside it is counted by it."""
    ticket, found = brief.ticket, brief.ticket.classification
    due = terms.nearest_due(ticket, brief.now)
    policy = next((policy.title for policy in brief.desk.policies if policy.key == ticket.policy), "")
    values: dict[str, Any] = {
        "request_type": brief.title(found.request_type) if reasons.is_type_sure(ticket, brief.desk.rules.book) else "",
        "category": _chosen(brief, binding, Axis.CATEGORY),
        "kind": _chosen(brief, binding, Axis.KIND),
        "line": _chosen(brief, binding, Axis.LINE),
        "priority": _chosen(brief, binding, Axis.PRIORITY),
        "sla_due": due.isoformat(timespec="seconds") if due else "",
        "sla_policy": policy,
        "channel": ticket.channel,
    }
    fields = {binding.fields[k]: value for k, value in values.items() if k in binding.fields and value is not None}
    entity_type, item = item_of(effect.ticket)
    return UpdatePortalItem(entity_type_id=entity_type, id=item, fields=fields) if fields else None


def _chosen(brief: Briefing, binding: Binding, axis: Axis) -> str | int | None:
    """The element of a list field, or words where the field is a plain text; None where the list has no such element."""
    label = reasons.written(brief.ticket, axis)
    if not label:
        return ""
    choices = binding.choices.get(axis.value)
    return choices.get(label) if choices else brief.label(axis, label)


def _comment(effect: Comment, brief: Briefing) -> Method[Any]:
    _, item = item_of(effect.ticket)
    text = dialogs.comment(brief, effect)
    return AddTimelineComment(fields={"ENTITY_ID": item, "ENTITY_TYPE": "deal", "COMMENT": text})


def _message(effect: Effect, brief: Briefing, binding: Binding) -> Method[Any] | None:
    calls = MESSAGES[binding.bot_api]
    if isinstance(effect, RemoveNotice):
        return calls.delete(binding.bot, effect.message)
    message = dialogs.message_of(brief, effect)
    if message is None:
        return None
    match effect:
        case Announce() | TellAgent() | WarnSla():
            to = effect.agent if isinstance(effect, TellAgent) else effect.to
            return calls.send(binding.bot, str(to), message.text, keyboard_of(message, binding.bot))
        case ShowTeams() | ShowAgents() | ShowLabels() | CloseNotice() | RefreshAgentNotice() if effect.message:
            return calls.update(binding.bot, effect.message, message.text, keyboard_of(message, binding.bot))
        case _:
            return None


def cut_message(effect: RemoveNotice, brief: Briefing, binding: Binding) -> Method[Any]:
    """Where a message cannot be deleted: one line without buttons."""
    message = dialogs.message_of(brief, effect) or Message("…")
    return MESSAGES[binding.bot_api].update(binding.bot, effect.message, message.text, None)


def plain_message(to: UserId, text: str, binding: Binding) -> Method[int]:
    """A message without buttons."""
    return MESSAGES[binding.bot_api].send(binding.bot, str(to), text, None)
