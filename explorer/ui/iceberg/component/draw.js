// The graph: what is seen lies in one layer, what is touched in another above it, in the order of the keyboard.

const TRIAL = "trial";

// What Python sent of a drawing, with words and concepts in one list and their boxes opened.
function prepared(sent) {
  const words = sent.tokens.map((token) => ({ ...token, ...token.box, token: true, named: true }));
  const concepts = sent.nodes.map((node) => ({ ...node, ...node.box }));
  return { ...sent, nodes: [...words, ...concepts] };
}

// What an edge looks like: cut (or about to be), lit, implied by the space, a guess, or plain.
function manner(edge, chosen) {
  if (edge.role) return edge.lit ? "role lit-role" : "role";
  if (edge.cut) return "cut";
  if (edge.step && edge.id === chosen) return TRIAL;
  if (edge.lit) return "lit";
  if (edge.evidence === "space") return "dark";
  return edge.evidence === "guess" ? "guess" : "plain";
}

const PAINTED = ["role", "role lit-role", "plain", "guess", "dark", "lit", TRIAL, "cut"];

function drawEdge(layer, labels, edge, how) {
  const group = make("g", { class: `edge ${how}` }, layer);
  const drawn = { group, edge, how, curves: [] };
  if (how === "lit") for (const width of ["glow-wide", "glow"]) drawn.curves.push(make("path", { class: width }, group));
  drawn.curves.push(make("path", { class: "line" }, group));
  drawn.head = edge.role ? null : make("polygon", { class: "head" }, group);
  if (edge.labelBox && edge.label) {
    drawn.label = make("g", { class: `label ${how}` }, labels);
    const { width, height } = edge.labelBox;
    const pill = { x: -width / 2, y: -height / 2, width, height, rx: height / 2, class: "pill" };
    make("rect", pill, drawn.label);
    make("text", { y: 0, class: "label-text", "font-size": edge.font }, drawn.label, edge.label);
  }
  return drawn;
}

function drawNode(layer, node, marked) {
  const kind = node.token ? "token" : node.dark ? "dark" : "concept";
  const lit = node.lit ? " lit" : "";
  const group = make("g", { class: `node ${kind}${lit}${marked ? " marked" : ""}` }, layer);
  const { width, height } = node;
  const drawn = { group, node };
  if (node.token) {
    make("text", { class: "token-text", "font-size": node.font }, group, node.label);
    if (node.underlined) {
      make("line", { x1: -width / 2, x2: width / 2, y1: height / 2 + 1, y2: height / 2 + 1, class: "underline" }, group);
    }
    return drawn;
  }
  if (!node.named) {
    make("circle", { r: Math.max(2, width / 2 - 0.8), class: "dot" }, group);
    return drawn;
  }
  if (node.lit) for (const more of [14, 7]) make("rect", box(width + more, height + more, "halo"), group);
  make("rect", box(width, height, "pill"), group);
  make("text", { class: "node-text", "font-size": node.font }, group, node.label);
  return drawn;
}

const box = (width, height, name) => ({ x: -width / 2, y: -height / 2, width, height, rx: height / 2, class: name });

// Text that came out wider than its pill is drawn together.
function fit(group, width) {
  const text = group.querySelector("text");
  if (!text || !text.getComputedTextLength) return;
  if (text.getComputedTextLength() > width - 8) {
    text.setAttribute("textLength", Math.max(8, width - 10));
    text.setAttribute("lengthAdjust", "spacingAndGlyphs");
  }
}

// Tokens, then the lit path from the top, then the rest: the order of the keyboard.
function order(view) {
  const nodes = view.nodes.map((node) => ({ kind: "node", it: node, y: node.y, x: node.x }));
  const edges = view.edges.map((edge) => {
    const middle = along(edge.points, 0.5);
    return { kind: "edge", it: edge, y: middle[1], x: middle[0] };
  });
  const rank = (entry) => (entry.it.token ? 0 : entry.it.lit ? 1 : 2);
  const place = (entry) => (rank(entry) === 0 ? entry.x : entry.y + entry.x / 10000);
  return [...nodes, ...edges].sort((a, b) => rank(a) - rank(b) || place(a) - place(b));
}

function drawHits(layer, view, says) {
  const hits = new Map();
  for (const { kind, it } of order(view)) {
    const said = says[it.id] || {};
    const common = { role: "button", tabindex: 0, "aria-label": said.aria || it.full, "data-kind": kind, "data-id": it.id };
    const hit =
      kind === "node"
        ? make("rect", { ...common, class: "hit node-hit" }, layer)
        : make("path", { ...common, class: "hit edge-hit" }, layer);
    hits.set(it.id, hit);
  }
  return hits;
}
