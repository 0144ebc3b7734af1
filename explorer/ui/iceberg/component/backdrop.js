// Sky, sea and ice behind the graph, and the names of the layers.

const SVG = "http://www.w3.org/2000/svg";

function make(name, attributes, parent, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (value !== undefined && value !== null) element.setAttribute(key, value);
  }
  if (text !== undefined) element.textContent = text;
  if (parent) parent.appendChild(element);
  return element;
}

function gradient(defs, id, stops) {
  const made = make("linearGradient", { id, x1: 0, y1: 0, x2: 0, y2: 1 }, defs);
  for (const [offset, colour, opacity] of stops) {
    make("stop", { offset, "stop-color": colour, "stop-opacity": opacity }, made);
  }
}

// `name` keeps the gradients of several drawings on a page apart.
function backdrop(svg, view, name) {
  const { width, height, waterline, silhouette } = view;
  const defs = make("defs", {}, svg);
  for (const [kind, stops] of Object.entries(view.gradients)) gradient(defs, `${name}-${kind}`, stops);
  const group = make("g", { "aria-hidden": "true" }, svg);
  const fill = (kind) => `url(#${name}-${kind})`;
  const shape = (points, more) => make("polygon", { points: points.map((p) => p.join(",")).join(" "), ...more }, group);
  const facet = ({ points, tone }, shade) =>
    shape(points, { fill: tone > 0 ? "#FFFFFF" : shade, "fill-opacity": Math.abs(tone) });
  make("rect", { x: 0, y: 0, width, height: waterline, fill: fill("sky") }, group);
  make("rect", { x: 0, y: waterline, width, height: height - waterline, fill: fill("sea") }, group);
  shape(silhouette.tip, { fill: fill("tip") });
  for (const each of silhouette.tipFacets) facet(each, view.colours.tipShade);
  shape(silhouette.body, { fill: fill("ice") });
  for (const each of silhouette.facets) facet(each, view.colours.shade);
  shape(silhouette.body, { class: "rim" });
  make("line", { x1: 0, x2: width, y1: waterline + 4.5, y2: waterline + 4.5, class: "swell" }, group);
  make("line", { x1: 0, x2: width, y1: waterline, y2: waterline, class: "waterline" }, group);
}

function bands(svg, view) {
  const group = make("g", { "aria-hidden": "true" }, svg);
  for (const band of view.bands) {
    if (band.depth > 1) make("line", { x1: 0, x2: view.width, y1: band.top, y2: band.top, class: "band-line" }, group);
    if (!band.named) continue;
    const above = band.depth === 0 ? " above" : "";
    const y = band.y + band.font;
    make("text", { x: band.x, y, class: `band${above}`, "font-size": band.font }, group, band.name);
    make("text", { x: band.x, y: y + band.small * 1.6, class: `band-note${above}`, "font-size": band.small }, group, band.count);
  }
}
