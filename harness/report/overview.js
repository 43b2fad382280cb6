/* The whole of a call: the moments in which something is wrong, and a strip that shows them for as
   long as the axis is too wide to be seen at once. */
const TROUBLE = [
  ".found:not(.pass)", ".silence", ".refused", ".unfinished",
  ".said:has(.uneasy, .broken)", ".heard:has(.uneasy, .broken)",
].join();

class Overview {
  constructor(axis, frame) {
    this.axis = axis;
    this.troubles = this.troubled();
    this.strip = Object.assign(element("div", "overview", frame), { ariaHidden: "true" });
    for (const { line, kind, at, until } of axis.lines)
      if (line.matches(".fault, .said, .heard")) this.mark(kind, at, until).style.cssText += line.style.cssText;
    for (const at of this.troubles) this.mark("trouble", at, at);
    this.window = element("div", "window", this.strip);
    this.head = element("div", "head", this.strip);
    this.strip.addEventListener("pointerdown", (event) => this.drag(event));
    this.strip.addEventListener("pointermove", (event) => event.buttons && this.drag(event));
    axis.view.addEventListener("scroll", () => this.follow());
  }

  /* Each moment once. */
  troubled() {
    const found = this.axis.lines.filter(({ line }) => line.matches(TROUBLE));
    const moments = found.map(({ line, at, wait }) => line.matches(".said, .heard") ? wait[0] : at);
    return [...new Set(moments.map((at) => Math.round(at * 10) / 10))].sort((a, b) => a - b);
  }

  /* Go to the one before or after the playhead; after the last comes the first. */
  trouble(by) {
    const { axis, troubles } = this, ahead = by > 0 ? troubles : troubles.toReversed();
    const found = ahead.find((at) => by * (at - axis.now) > 0.01) ?? ahead[0];
    if (found === undefined) return;
    axis.seek(found);
    axis.centre();
  }

  mark(kind, at, until) {
    const mark = element("i", kind, this.strip);
    this.axis.place(mark, at, until);
    return mark;
  }

  drag(event) {
    const { left, width } = this.strip.getBoundingClientRect();
    this.strip.setPointerCapture(event.pointerId);
    this.axis.seek(this.axis.from + (event.clientX - left) / width * this.axis.length);
    this.axis.centre();
  }

  follow() {
    const { view, track, now } = this.axis, whole = track.clientWidth;
    this.strip.hidden = whole <= view.clientWidth;
    this.window.style.left = `${100 * view.scrollLeft / whole}%`;
    this.window.style.width = `${100 * view.clientWidth / whole}%`;
    this.axis.place(this.head, now);
  }
}

