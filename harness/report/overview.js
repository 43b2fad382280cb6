/* The whole of a call as a strip, for as long as its axis is too wide to be seen at once. */
class Overview {
  constructor(axis, frame) {
    this.axis = axis;
    this.strip = Object.assign(element("div", "overview", frame), { ariaHidden: "true" });
    for (const { line, kind, at, until } of axis.lines)
      if (line.matches(".fault, .said, .heard")) this.mark(`${kind.split(" ")[0]}`, line, at, until);
    for (const at of axis.troubles) this.mark("trouble", null, at, at);
    this.window = element("div", "window", this.strip);
    this.head = element("div", "head", this.strip);
    this.strip.addEventListener("pointerdown", (event) => this.drag(event));
    this.strip.addEventListener("pointermove", (event) => event.buttons && this.drag(event));
    axis.view.addEventListener("scroll", () => this.follow());
  }

  mark(kind, line, at, until) {
    const mark = element("i", kind, this.strip);
    mark.style.cssText = line?.style.cssText ?? "";
    this.axis.place(mark, at, until);
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

