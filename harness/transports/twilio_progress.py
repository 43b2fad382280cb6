"""What network and agent are told of a call as it goes on: its status."""

from __future__ import annotations

from collections.abc import Mapping

from kernel.clock import SECOND_NS, wall_time_s
from kernel.control import ENDED, CallOrder, CallStatus, PhoneCall

from ..protocols import twilio
from .twilio_leg import Callback, Leg
from .twilio_streams import Place

_EVENTS: Mapping[CallStatus, str] = {
    "queued": "initiated",
    "ringing": "ringing",
    "in-progress": "answered",
    **dict.fromkeys(ENDED, "completed"),
}
"""What a status callback calls the moment at which a call gets that status."""


class Progress:
    """The status of one call, which stands in its form as well.

    answered_ns  None until it is answered
    """

    def __init__(self, place: Place, leg: Leg) -> None:
        self.answered_ns: int | None = None
        self.is_over = False
        self._place, self._form, self._callback = place, leg.form, leg.callback
        self._told = 0

    def become(self, status: CallStatus) -> None:
        """Everybody is told. What is answered or over once is not so again."""
        if self.is_over or (status == "in-progress" and self.answered_ns is not None):
            return
        now_ns = self._place.clock.now_ns()
        self.is_over = status in ENDED
        if status == "in-progress":
            self.answered_ns = now_ns
        self._form["CallStatus"] = status
        self._place.network.tell(
            PhoneCall(
                sid=self._form["CallSid"],
                account=self._form["AccountSid"],
                status=status,
                from_number=self._form["From"],
                to_number=self._form["To"],
                direction=self._form["Direction"],
            )
        )
        if _EVENTS[status] in self._callback.events:
            self._call_back(now_ns)

    def redirect(self, order: CallOrder) -> None:
        """The agent may have others told of the end."""
        if order.status_callback:
            self._callback = Callback(order.status_callback, order.status_callback_method)

    def _call_back(self, now_ns: int) -> None:
        form = dict(self._form)
        if form["CallStatus"] == "queued":
            form["CallStatus"] = "initiated"
        answered_ns = now_ns if self.answered_ns is None else self.answered_ns
        lasted_s = (now_ns - answered_ns) / SECOND_NS if self.is_over else None
        told = twilio.progress_form(form, self._told, wall_time_s(), lasted_s)
        self._told += 1
        self._place.web.tell(self._callback.url, self._callback.method, told)
