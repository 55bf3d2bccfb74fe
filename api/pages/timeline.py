"""The history of a case in sentences."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any, Final

from api.pages.language import gettext
from api.pages.persons import person, position
from api.pages.rendering import moment
from engine.history import EventType
from engine.model import Capacity, HistoryEvent

_QUIET: Final = frozenset({EventType.ELEMENT_PASSED, EventType.SCOPE_ENTERED})
"""What moves inside of a diagram and nobody did."""


_HAPPENED: Final = _QUIET | {
    EventType.INSTANCE_COMPLETED,
    EventType.TASK_CREATED,
    EventType.TASK_CANCELLED,
    EventType.DEADLINE_MOVED,
    EventType.RUNG_REACHED,
    EventType.INCIDENT_CREATED,
    EventType.TIMER_FIRED,
    EventType.ESCALATED,
    EventType.ERROR_UNCAUGHT,
}
"""What nobody does: its sentence has a subject of its own."""


def is_done_by_somebody(event: HistoryEvent) -> bool:
    """Return whether the sentence wants the name of who did it before it."""
    return event.type not in _HAPPENED


def is_told(event: HistoryEvent) -> bool:
    """Return whether people want to read of it."""
    return event.type not in _QUIET


def sentence(event: HistoryEvent, names: Mapping[str, str]) -> str:
    """Return what happened; `names` are those of the elements by their ids."""
    what = SENTENCES[EventType(event.type)]()
    detail: Mapping[str, Any] = event.detail
    return what % {
        "name": names.get(event.element_id or "", event.element_id or ""),
        "reason": detail.get("reason", ""),
        "due": moment(datetime.fromisoformat(detail["to"])) if detail.get("to") else "",
        "assignee": person(detail.get("assignee", "")),
        "event": detail.get("name", ""),
        "told": ", ".join(map(person, detail.get("told", ()))),
        "file": detail.get("name", ""),
    }


def people_of(events: Iterable[HistoryEvent]) -> set[str]:
    """Return the user names of everybody that the sentences speak of."""
    spoken_of: set[str] = set()
    for event in events:
        spoken_of |= {event.actor, event.detail.get("assignee", ""), *event.detail.get("told", ())}
    return spoken_of


def positions_of(events: Iterable[HistoryEvent]) -> set[str]:
    """Return the codes of the positions in which somebody acted."""
    return {str(event.detail["position"]) for event in events if "position" in event.detail}


def capacity(event: HistoryEvent) -> str:
    """Return as what somebody acted: "sebagai Plh. Sekretaris"; empty if that says nothing."""
    code, held_as = event.detail.get("position"), event.detail.get("capacity")
    titles = {Capacity.PLT: "Plt. ", Capacity.PLH: "Plh. "}
    if not code or held_as is None:
        return ""
    title = titles.get(Capacity(held_as), "")
    return gettext("sebagai %(position)s") % {"position": f"{title}{position(code)}"}


SENTENCES: Final[Mapping[EventType, Callable[[], str]]] = {
    EventType.INSTANCE_STARTED: lambda: gettext("memulai kasus"),
    EventType.INSTANCE_COMPLETED: lambda: gettext("Kasus selesai"),
    EventType.INSTANCE_CANCELLED: lambda: gettext("membatalkan kasus: %(reason)s"),
    EventType.INSTANCE_SUSPENDED: lambda: gettext("menangguhkan kasus: %(reason)s"),
    EventType.INSTANCE_RESUMED: lambda: gettext("melanjutkan kasus"),
    EventType.TASK_CREATED: lambda: gettext("Langkah “%(name)s” dimulai"),
    EventType.TASK_CLAIMED: lambda: gettext("mengambil “%(name)s”"),
    EventType.TASK_UNCLAIMED: lambda: gettext("mengembalikan “%(name)s”"),
    EventType.TASK_ASSIGNED: lambda: gettext("menugaskan “%(name)s” kepada %(assignee)s"),
    EventType.TASK_COMPLETED: lambda: gettext("menyelesaikan “%(name)s”"),
    EventType.TASK_CANCELLED: lambda: gettext("Langkah “%(name)s” tidak diperlukan lagi"),
    EventType.DEADLINE_EXTENDED: lambda: gettext(
        "memperpanjang tenggat “%(name)s” sampai %(due)s: %(reason)s"
    ),
    EventType.DEADLINE_MOVED: lambda: gettext("Tenggat “%(name)s” bergeser ke %(due)s"),
    EventType.RUNG_REACHED: lambda: gettext("Pemberitahuan tentang “%(name)s” kepada %(told)s"),
    EventType.INCIDENT_CREATED: lambda: gettext("Pekerjaan otomatis gagal dan menunggu operator"),
    EventType.INCIDENT_RETRIED: lambda: gettext("mencoba lagi pekerjaan otomatis"),
    EventType.INCIDENT_RESOLVED: lambda: gettext("menutup gangguan: %(reason)s"),
    EventType.ELEMENT_PASSED: lambda: gettext("Melewati “%(name)s”"),
    EventType.SCOPE_ENTERED: lambda: gettext("Bagian “%(name)s” dimulai"),
    EventType.TIMER_FIRED: lambda: gettext("Waktu “%(name)s” habis"),
    EventType.ESCALATED: lambda: gettext("Eskalasi “%(name)s”"),
    EventType.ERROR_UNCAUGHT: lambda: gettext("Kegagalan “%(name)s” tanpa penanganan"),
    EventType.MESSAGE_DELIVERED: lambda: gettext("menyampaikan pesan “%(event)s”"),
    EventType.SIGNAL_DELIVERED: lambda: gettext("menyampaikan sinyal “%(event)s”"),
    EventType.COMMENT_WRITTEN: lambda: gettext("menulis komentar"),
    EventType.DOCUMENT_ATTACHED: lambda: gettext("melampirkan dokumen “%(file)s”"),
    EventType.DOCUMENT_REMOVED: lambda: gettext("menghapus dokumen “%(file)s”"),
}
"""Of every kind of event; before what somebody does goes their name."""
