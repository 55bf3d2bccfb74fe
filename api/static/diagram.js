// Draws the diagrams of a page, with how its steps stand. The table beside each says the same.

const ZOOM_STEP = 1.25;
const LEAST = 240, MOST = 900; // pixels

// The drawing stands in the page, or at an address of ours.
async function source(figure) {
  const inside = figure.querySelector("script.drawing");
  if (inside) return JSON.parse(inside.textContent);
  const answer = await fetch(figure.dataset.drawing, { credentials: "same-origin" });
  if (!answer.ok) throw new Error(`the drawing: ${answer.status}`);
  return answer.text();
}

async function draw(figure) {
  const canvas = figure.querySelector(".canvas");
  const drawing = await source(figure);
  canvas.hidden = false;
  const viewer = new BpmnNavigatedViewer({ container: canvas });
  await viewer.importXML(drawing);
  viewer.get("zoomScroll").toggle(false); // the wheel scrolls the page
  mark(viewer, JSON.parse(figure.querySelector("script.marks").textContent));
  const area = viewer.get("canvas");
  fit(canvas, area);
  area.zoom("fit-viewport", "auto");
  for (const button of figure.querySelectorAll("button[data-zoom]")) {
    button.addEventListener("click", () => zoom(area, button.dataset.zoom));
  }
  figure.querySelector(".zoom").hidden = false;
  figure.dataset.drawn = "yes";
}

// As high as the drawing is at this width, within reason.
function fit(canvas, area) {
  const { inner } = area.viewbox();
  const wanted = (inner.height / inner.width) * canvas.clientWidth;
  canvas.style.height = `${Math.round(Math.min(Math.max(wanted, LEAST), MOST))}px`;
  area.resized();
}

function mark(viewer, marks) {
  const elements = viewer.get("elementRegistry");
  for (const { element_id, states, badge } of marks) {
    if (!elements.get(element_id)) continue; // not every step has a shape
    for (const state of states) viewer.get("canvas").addMarker(element_id, `is-${state}`);
    if (!badge) continue;
    const html = document.createElement("span");
    html.className = `on-shape ${states.join(" ")}`;
    html.textContent = badge;
    const position = { bottom: 11, left: -8 };
    viewer.get("overlays").add(element_id, "standing", { position, html, scale: { min: 0.9 } });
  }
}

function zoom(area, way) {
  if (way === "fit") area.zoom("fit-viewport", "auto");
  else area.zoom(area.zoom() * (way === "in" ? ZOOM_STEP : 1 / ZOOM_STEP), "auto");
}

for (const figure of document.querySelectorAll("figure.diagram")) {
  draw(figure).catch((error) => {
    figure.querySelector(".canvas").hidden = true;
    figure.querySelector(".failed").hidden = false;
    console.warn(error);
  });
}
