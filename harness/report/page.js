"use strict";
const ink = () => getComputedStyle(document.body).color;
const grid = () => getComputedStyle(document.documentElement).getPropertyValue("--line");
function draw() {
  for (const source of document.querySelectorAll("script[data-plot]")) {
    const figure = JSON.parse(source.textContent);
    Object.assign(figure.layout, {
      paper_bgcolor: "transparent", plot_bgcolor: "transparent",
      font: { color: ink(), family: "system-ui, sans-serif" },
    });
    for (const axis of ["xaxis", "yaxis", "yaxis2"])
      if (figure.layout[axis]) Object.assign(figure.layout[axis], { gridcolor: grid(), zeroline: false });
    Plotly.react(source.dataset.plot, figure.data, figure.layout,
      { responsive: true, displaylogo: false });
  }
}
function toggle(row, open) {
  const transcript = row.nextElementSibling;
  transcript.hidden = open === undefined ? !transcript.hidden : !open;
  row.setAttribute("aria-expanded", String(!transcript.hidden));
}
function follow() {
  const row = location.hash && document.getElementById(location.hash.slice(1));
  if (row && row.classList.contains("call")) { toggle(row, true); row.focus(); }
}
for (const row of document.querySelectorAll("tr.call")) {
  row.addEventListener("click", () => toggle(row));
  row.addEventListener("keydown", (event) => {
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); toggle(row); }
  });
}
addEventListener("hashchange", follow);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
draw();
follow();
