"use strict";
/* A call on its time axis, drawn from the lines of its transcript when it is opened. */
const all = (selector) => [...document.querySelectorAll(selector)];
const STEPS_S = [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800];
const TICK_PX = 62;
const NOTE = 0.3;  // the share of the axis that the words of a finding may take
const axes = new WeakMap();
const axisOf = (call) => axes.get(call) ?? new Axis(call);

function element(name, className, parent, text = "") {
  const made = document.createElement(name);
  made.className = className;
  made.textContent = text;
  parent.append(made);
  return made;
}

function clock(seconds) {
  const tenths = Math.round(Math.abs(seconds) * 10);
  const told = `${Math.floor(tenths / 600)}:${(tenths % 600 / 10).toFixed(1).padStart(4, "0")}`;
  return seconds < 0 && tenths ? `-${told}` : told;
}

class Axis {
  constructor(call) {
    axes.set(call, this);
    const frame = call.querySelector(".axis"), { from, until, lanes, ended } = frame.dataset;
    this.sound = call.querySelector("audio");
    this.from = Number(from);
    this.ended = Number(ended);
    this.length = Math.max(Number(until) - this.from, 0.1) * 1.02;
    this.started = frame.dataset.started;
    this.lines = [...call.querySelectorAll("li[data-at]")].map((line) => this.read(line));
    this.names = Object.assign(element("div", "names", frame), { ariaHidden: "true" });
    this.view = element("div", "view", frame);
    this.track = element("div", "track", this.view);
    this.track.style.setProperty("--seconds", this.length);
    this.ticks = element("div", "ticks", this.track);
    this.rows = this.wanted = 0;
    for (const lane of lanes.split(" ")) this.lane(lane);
    this.track.style.setProperty("--rows", this.rows);
    this.place(element("div", "ended", this.track), this.ended);
    this.head = element("div", "head", this.track);
    this.overview = new Overview(this, frame);
    const foot = element("p", "foot", frame);
    this.button(foot, "▶", "play or pause", () => this.play()).hidden = !this.sound;
    const caption = element("span", "caption", foot);
    this.caption = element("span", "", caption);
    this.date = element("small", "", caption);
    this.button(foot, "↓", "go to the line", () => this.enter());
    const count = this.overview.troubles.length;
    this.button(foot, `⚠ ${count}`, "next trouble", () => this.overview.trouble(1)).hidden = !count;
    this.button(foot, "−", "wider view", () => this.zoom(0.5));
    this.button(foot, "+", "closer view", () => this.zoom(2));
    this.operate(call.id);
    this.show(Math.max(this.from, 0));
    this.stay(call, frame);
    new ResizeObserver(() => { this.rule(); this.stay(call, frame); }).observe(frame);
  }

  /* A line as seconds; from `start` to `end` it has its row for itself. */
  read(line) {
    const { lane, after, spent = "" } = line.dataset, at = Number(line.dataset.at), last = this.from + this.length;
    const until = Number(line.dataset.until ?? last), wait = line.dataset.await?.split(" ").map(Number);
    const text = [...line.querySelectorAll(".words, .brief")].map((part) => part.textContent).join(" ");
    const item = { line, lane, at, until, wait, after: after && Number(after), kind: line.className,
      spent: [...spent.matchAll(/(\S+) (\S+) (\S+)/g)], text: text || line.lastElementChild.textContent };
    item.start = Math.min(item.after ?? at, at);
    item.end = until;
    if (line.matches(".found")) {
      item.back = at + NOTE * this.length > last;
      item.start = item.back ? at - NOTE * this.length : at;
      item.end = item.start + NOTE * this.length;
    }
    return item;
  }

  button(parent, sign, name, onclick) {
    return Object.assign(element("button", "", parent, sign), { type: "button", ariaLabel: name, title: name, onclick });
  }

  share(seconds) { return `${100 * seconds / this.length}%`; }

  place(part, at, until) {
    part.style.left = this.share(at - this.from);
    if (until !== undefined) part.style.width = this.share(Math.max(until - at, 0));
  }

  /* What a row holds: the waits for answers are told by the lines of those who spoke. */
  items(lane) {
    if (lane !== "wait") return this.lines.filter((item) => item.lane === lane);
    return this.lines.filter(({ line, wait }) => wait && line.matches(".said, .heard")).map(({ line, wait, spent }) => {
      const [at, until] = wait, { textContent: text, className } = line.querySelector(".delay");
      return { line, at, until, start: at, end: until, spent, text, kind: `waited ${className}` };
    });
  }

  lane(name) {
    const rows = [];
    for (const item of this.items(name)) {
      const free = rows.findIndex((row) => row.at(-1).end <= item.start + 0.001);
      if (free < 0) rows.push([item]); else rows[free].push(item);
    }
    const label = element("div", "name", this.names, name);
    label.style.gridRow = `span ${Math.max(rows.length, 1)}`;
    rows.forEach((row, depth) => row.forEach((item, order) =>
      this.draw(item, this.rows + depth, row[order + 1])));
    this.rows += Math.max(rows.length, 1);
  }

  draw(item, row, next) {
    const { line, at, until, wait, after, spent, text, kind } = item;
    const piece = element("button", `piece ${kind}`, this.track);
    Object.assign(piece, { type: "button", tabIndex: -1, title: `${clock(at)} ${text}` });
    piece.style.cssText = line.style.cssText;
    piece.style.setProperty("--row", row);
    this.place(piece, at, until);
    piece.addEventListener("click", () => {
      this.track.focus({ preventScroll: true });
      this.seek(at, true);
    });
    if (wait && line.matches(".done")) this.part(item, piece, "", ...wait);
    if (kind.startsWith("waited"))
      for (const [, stage, from, to] of spent) this.part(item, piece, `stage-${stage}`, from, to);
    if (after !== undefined) {
      const lead = element("i", "lead", this.track);
      lead.style.setProperty("--row", row);
      this.place(lead, after, at);
    }
    if (line.matches(".fault, .found")) {
      const across = element("div", `across ${kind}`, this.track);
      across.style.cssText = line.style.cssText;
      this.place(across, at, until);
    }
    const words = element("span", `text ${kind}${item.back ? " back" : ""}`, this.track, text);
    words.style.setProperty("--row", row);
    const room = next?.after === undefined ? next?.start : next.at;  // the way to another attempt is underlined
    this.place(words, item.back ? item.start : at, item.back ? at : room ?? this.from + this.length);
  }

  part({ at, until }, piece, className, from, to) {
    const part = element("i", className, piece), whole = Math.max(until - at, 0.001);
    part.style.left = `${100 * (from - at) / whole}%`;
    part.style.width = `${100 * (to - from) / whole}%`;
  }

  /* It stays in sight above the transcript, below the call's row, where it leaves room for both. */
  stay(call, frame) {
    const row = call.querySelector("summary").offsetHeight, both = row + frame.offsetHeight;
    this.stays = both < innerHeight * 0.55;
    frame.classList.toggle("stays", this.stays);
    call.style.setProperty("--row-height", `${row}px`);
    call.style.setProperty("--cover", `${this.stays ? both : row}px`);
  }

  /* Ticks as far apart as their labels need. */
  rule() {
    const step = STEPS_S.find((step) => step / this.length * this.track.clientWidth >= TICK_PX) ?? 3600;
    this.ticks.replaceChildren();
    for (let n = Math.ceil(this.from / step); n * step <= this.from + this.length; n++) {
      const told = clock(n * step), tick = element("span", "", this.ticks, step < 1 ? told : told.slice(0, -2));
      this.place(tick, n * step);
      if (tick.offsetLeft + tick.scrollWidth > this.track.clientWidth) tick.textContent = "";
    }
  }

  zoom(factor) {
    const width = this.track.clientWidth * factor, least = this.view.clientWidth;
    this.track.style.width = factor && width > least ? `${Math.min(width, this.length * 400)}px` : "";
    this.track.style.minWidth = factor && width <= least ? "0" : "";
    this.rule();
    this.centre();
  }

  centre() {
    this.view.scrollLeft = this.x() - this.view.clientWidth / 2;
    this.overview.follow();
  }

  x() { return (this.now - this.from) / this.length * this.track.clientWidth; }

  /* Go to a second of the call, and its sound too; after its end there is none. */
  seek(at, play = false) {
    this.wanted = at;
    if (at > this.ended) this.sound?.pause();
    else if (this.sound) {
      this.sound.currentTime = Math.max(at, 0);
      if (play) this.sound.play().catch(() => {});  // the player's `error` tells why
    }
    this.show(Math.min(Math.max(at, this.from), this.from + this.length));
  }

  play() {
    if (this.sound?.paused) this.seek(this.now, true); else this.sound?.pause();
  }

  show(now) {
    this.now = now;
    this.place(this.head, now);
    const on = this.lines.filter(({ line, at, until }) =>
      at <= now + 0.001 && now < Math.max(until, at + 0.5) && !line.matches(".fault"));
    for (const item of this.lines) item.line.classList.toggle("now", on.includes(item));
    this.caption.textContent = [clock(now), ...this.told(on)].join(" · ");
    if (this.started) this.date.textContent = `${new Date(1000 * (Number(this.started) + now)).toISOString().slice(11, -1)} UTC`;
    this.track.ariaValueNow = now.toFixed(1);
    this.track.ariaValueText = this.caption.textContent;
    const left = this.x() - this.view.scrollLeft, width = this.view.clientWidth;
    if (left < 0 || left > width) this.view.scrollLeft += left - width / 5;
    this.overview.follow();
  }

  /* What is going on now: who speaks, else who waits and for how long, and what is done meanwhile. */
  told(on) {
    const speech = ({ line }) => line.matches(".said, .heard"), spoken = on.filter(speech);
    const owed = this.lines.find((item) => speech(item) && item.wait?.[0] <= this.now && this.now < item.wait[1]);
    const rest = (spoken.length ? spoken : on.filter(({ line }) => !line.matches(".silence")));
    const told = rest.map(({ lane, text }) => `${lane}: ${text}`);
    if (owed && !spoken.length) told.unshift(`the caller has waited for ${(this.now - owed.wait[0]).toFixed(1)} s`);
    return told;
  }

  /* The line before or after the playhead. */
  step(by) {
    const places = this.lines.map(({ at }) => at);
    const found = by > 0 ? places.find((at) => at > this.now + 0.01) : places.findLast((at) => at < this.now - 0.01);
    if (found !== undefined) this.seek(found);
  }

  /* To the line of the transcript. */
  enter() {
    const line = this.lines.findLast(({ at }) => at <= this.now + 0.01)?.line;
    line?.scrollIntoView();
    line?.querySelector("button").focus({ preventScroll: true });
  }

  operate(call) {
    Object.assign(this.track, { tabIndex: 0, role: "slider", ariaLabel: `time in ${call}`,
      ariaValueMin: this.from, ariaValueMax: this.from + this.length });
    this.track.addEventListener("click", (event) => {
      if (event.target.closest(".piece")) return;
      const box = this.track.getBoundingClientRect();
      this.seek(this.from + (event.clientX - box.left) / box.width * this.length);
    });
    const acts = {
      ArrowLeft: () => this.seek(this.now - 1), ArrowRight: () => this.seek(this.now + 1),
      PageUp: () => this.step(-1), PageDown: () => this.step(1),
      n: () => this.overview.trouble(1), p: () => this.overview.trouble(-1),
      Home: () => this.seek(this.from), End: () => this.seek(this.from + this.length),
      "+": () => this.zoom(2), "=": () => this.zoom(2), "-": () => this.zoom(0.5), 0: () => this.zoom(0),
      " ": () => this.play(),
      Enter: () => this.enter(),
    };
    this.track.addEventListener("keydown", (event) => {
      if (!acts[event.key] || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      acts[event.key]();
    });
    this.sound?.addEventListener("play", () => {
      for (const other of all("audio")) if (other !== this.sound) other.pause();
      this.follow();
    });
    for (const event of ["timeupdate", "seeking"])
      this.sound?.addEventListener(event, () => this.show(this.sound.currentTime));
    this.sound?.addEventListener("loadedmetadata", () => this.whole());
    this.sound?.addEventListener("error", () => this.missing(), { once: true });
  }

  /* A server that sends no parts of a file lets nobody seek in it: take the whole of it instead. */
  async whole() {
    const { src, paused, seekable } = this.sound;
    if (src.startsWith("blob:") || seekable.length && seekable.end(0) > 0) return;
    this.sound.pause();
    const answer = await fetch(src);
    this.sound.src = URL.createObjectURL(await answer.blob());
    this.seek(this.wanted, !paused);
  }

  /* The playhead keeps up with the sound. */
  follow() {
    if (this.sound.paused || this.sound.ended) return;
    this.show(this.sound.currentTime);
    requestAnimationFrame(() => this.follow());
  }

  missing() {
    const why = `${this.sound.getAttribute("src")} is not beside this page, or cannot be played: copy the whole run folder.`;
    element("span", "alert", this.sound.parentElement, why).setAttribute("role", "alert");
  }
}

document.addEventListener("toggle", ({ target }) => {
  if (!target.matches("details.call") || !target.querySelector(".axis")) return;
  if (target.open) axisOf(target);
  else target.querySelector("audio")?.pause();
}, true);

