const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/* Plots. Their axes move together. */
const figures = all("script[data-plot]").map((source) =>
  ({ frame: document.getElementById(source.dataset.plot), ...JSON.parse(source.textContent) }));
const whole = figures.length ? figures[0].layout.xaxis.range.slice() : [0, 1];
let shown = whole.slice();

function draw() {
  const touch = matchMedia("(pointer: coarse)").matches;
  for (const { frame, data, layout } of figures) {
    for (const axis of ["xaxis", "yaxis", "yaxis2"])
      if (layout[axis]) Object.assign(layout[axis],
        { gridcolor: colour("--line"), zerolinecolor: colour("--line"), color: colour("--soft") });
    Object.assign(layout, {
      paper_bgcolor: "transparent", plot_bgcolor: "transparent", dragmode: touch ? false : "zoom",
      font: { ...layout.font, color: colour("--text"), family: getComputedStyle(document.body).fontFamily },
      hoverlabel: { bgcolor: colour("--panel"), bordercolor: colour("--line"), align: "left",
        font: { color: colour("--text") } },
    });
    layout.xaxis.range = shown.slice();
    layout.xaxis.nticks = frame.clientWidth < 600 ? 6 : 12;
    Plotly.react(frame, data, layout, { responsive: true, displayModeBar: false, doubleClick: false, showTips: false });
  }
}

function look(from, until) {
  const [first, last] = whole, width = Math.min(until - from, last - first);
  const start = Math.min(Math.max(from, first), last - width);
  shown = [start, start + width];
  for (const { frame } of figures) Plotly.relayout(frame, { "xaxis.range": shown.slice() });
}

function watch({ frame }) {
  const instant = (value) => typeof value === "number" ? value : Date.parse(value.replace(" ", "T") + "Z");
  frame.on("plotly_relayout", (change) => {
    if ("xaxis.range[0]" in change)
      look(instant(change["xaxis.range[0]"]), instant(change["xaxis.range[1]"]));
  });
  frame.on("plotly_doubleclick", () => look(...whole));
  frame.on("plotly_click", ({ points }) => {
    const place = points.map((point) => point.customdata).find((data) => typeof data === "string");
    if (place) location.hash = place;
  });
  frame.addEventListener("keydown", (event) => {
    const [from, until] = shown, step = (until - from) / 4;
    const views = {
      "+": [from + step, until - step], "=": [from + step, until - step],
      "-": [from - 2 * step, until + 2 * step], "0": whole,
      ArrowLeft: [from - step, until - step], ArrowRight: [from + step, until + step],
    };
    if (views[event.key] && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      look(...views[event.key]);
    }
  });
  for (const button of frame.closest("figure").querySelectorAll("button[data-group]"))
    button.addEventListener("click", () => {
      const pressed = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(pressed));
      const traces = frame.data.flatMap((trace, index) => trace.meta === button.dataset.group ? [index] : []);
      Plotly.restyle(frame, { visible: pressed }, traces);
    });
}

/* Calls. */
const rows = document.getElementById("rows");

function show(what) {
  for (const button of all(".controls button"))
    button.setAttribute("aria-pressed", String(button.dataset.show === what));
  for (const call of rows.children)
    call.hidden = what === "named" ? call.dataset.marks === "0" : what !== "" && call.dataset.fate !== what;
}

function sort(key) {
  const value = (call) => Number(call.dataset[key]);
  const due = (call) => Number(call.dataset.due);
  rows.append(...[...rows.children].sort((a, b) => value(a) - value(b) || due(a) - due(b)));
}

function follow() {
  const place = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const call = place && place.closest("details.call");
  if (!call) return;
  if (call.hidden) show("");
  call.open = true;
  if (!place.dataset.at) {
    place.scrollIntoView();
    call.querySelector("summary").focus({ preventScroll: true });
    return;
  }
  const axis = axisOf(call);
  axis.seek(Number(place.dataset.at));
  // An axis that does not stay in sight is what has to be seen: its caption tells what the line does.
  (axis.stays ? place : call).scrollIntoView();
  axis.track.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-show]"), time = event.target.closest("[data-seek]");
  if (link) show(link.dataset.show);
  // A second click on the same link changes no hash.
  else if (event.target.closest("a[href^='#']")) setTimeout(follow);
  else if (time) axisOf(time.closest("details")).seek(Number(time.closest("li").dataset.at), true);
});
document.getElementById("order").addEventListener("change", (event) => sort(event.target.value));
addEventListener("hashchange", follow);

draw();
figures.forEach(watch);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
// The browser goes to a fragment by itself when it has loaded, and takes the focus away.
addEventListener("load", () => setTimeout(follow));
